/** Each boundary between the parts of src is kept by a lint rule. These snippets cross them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { boundaries } from '../scripts/boundaries.js';
import { ROOT } from '../scripts/test-files.ts';

// The boundary rules by themselves: they need no types, so snippets need not be files of the project.
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...boundaries],
});

/** What eslint.config.js makes of the same rules. */
const project = new ESLint({ cwd: ROOT });
const RESTRICTIONS = ['no-restricted-imports', 'no-restricted-globals', 'no-restricted-syntax'] as const;

async function restrictionsFor(linter: ESLint, file: string): Promise<unknown[]> {
  const config = (await linter.calculateConfigForFile(file)) as { rules?: Record<string, unknown> };
  return RESTRICTIONS.map((rule) => config.rules?.[rule]);
}

async function rulesBroken(filePath: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

const CROSSINGS: readonly (readonly [what: string, file: string, code: string, rule: string])[] = [
  ['element → proxy', 'src/destination-oauth.ts', `import './proxy/index.ts';`, 'no-restricted-imports'],
  ['locale → proxy', 'src/locales/en.ts', `export * from '../proxy/index.ts';`, 'no-restricted-imports'],
  ['element → proxy, late', 'src/index.ts', `const a = import('./proxy/index.ts');`, 'no-restricted-syntax'],
  ['element → proxy, types', 'src/element.ts', `import type { A } from './proxy/index.ts';`, 'no-restricted-imports'],
  ['element → zod', 'src/contract.ts', `import { z } from 'zod/mini';`, 'no-restricted-imports'],
  ['element → Node', 'src/http.ts', `import 'node:fs';`, 'no-restricted-imports'],
  ['element → process', 'src/http.ts', `process.env.X;`, 'no-restricted-globals'],
  ['redirect page → element', 'src/redirect.ts', `import './destination-oauth.ts';`, 'no-restricted-imports'],
  ['redirect page → popup', 'src/redirect-auto.ts', `import './popup.ts';`, 'no-restricted-imports'],
  ['redirect page → lit', 'src/redirect.ts', `import 'lit';`, 'no-restricted-imports'],
  ['flow → element', 'src/flow.ts', `import './destination-oauth.ts';`, 'no-restricted-imports'],
  ['flow → window', 'src/flow.ts', `window.name;`, 'no-restricted-globals'],
  ['flow → document', 'src/flow.ts', `export const f = () => document.title;`, 'no-restricted-globals'],
  ['flow → timers', 'src/flow.ts', `setTimeout(() => {}, 1);`, 'no-restricted-globals'],
  ['flow → fetch', 'src/flow.ts', `fetch('/');`, 'no-restricted-globals'],
  ['protocol → storage', 'src/protocol.ts', `sessionStorage.clear();`, 'no-restricted-globals'],
  ['contract → location', 'src/contract.ts', `location.href;`, 'no-restricted-globals'],
  ['element → window.open', 'src/destination-oauth.ts', `window.open('/');`, 'no-restricted-syntax'],
  ['element → window["open"]', 'src/destination-oauth.ts', `window['open']('/');`, 'no-restricted-syntax'],
  ['element → open()', 'src/destination-oauth.ts', `open('/');`, 'no-restricted-syntax'],
  ['element → globalThis.open', 'src/flow-controller.ts', `globalThis.open('/');`, 'no-restricted-syntax'],
  ['element → postMessage', 'src/destination-oauth.ts', `popup.postMessage(1, '*');`, 'no-restricted-syntax'],
  ['element → opener', 'src/destination-oauth.ts', `window.opener;`, 'no-restricted-syntax'],
  ['element → channel', 'src/http.ts', `new BroadcastChannel('x');`, 'no-restricted-syntax'],
  [
    'element → messages',
    'src/http.ts',
    `addEventListener('x', f); self.addEventListener('message', f);`,
    'no-restricted-syntax',
  ],
  ['element → messages, bare', 'src/http.ts', `addEventListener('message', f);`, 'no-restricted-syntax'],
  ['element → onmessage', 'src/http.ts', `window.onmessage = f;`, 'no-restricted-syntax'],
  ['element → LiveRamp', 'src/http.ts', `const a = 'https://api.liveramp.com';`, 'no-restricted-syntax'],
  ['popup → LiveRamp', 'src/popup.ts', 'const a = `https://api.liveramp.com/${b}`;', 'no-restricted-syntax'],
  ['proxy core → LiveRamp', 'src/proxy/flows.ts', `const a = '/v2/oauth-connection-attempts';`, 'no-restricted-syntax'],
  ['proxy → Node', 'src/proxy/store.ts', `import { randomBytes } from 'node:crypto';`, 'no-restricted-imports'],
  ['LiveRamp client → Node', 'src/proxy/liveramp-v2.ts', `import 'node:fs';`, 'no-restricted-imports'],
  ['proxy → Buffer', 'src/proxy/store.ts', `Buffer.from('');`, 'no-restricted-globals'],
  ['proxy → process', 'src/proxy/index.ts', `process.env.SECRET;`, 'no-restricted-globals'],
  ['proxy → element', 'src/proxy/index.ts', `import '../destination-oauth.ts';`, 'no-restricted-imports'],
  ['proxy → lit', 'src/proxy/pages.ts', `import { html } from 'lit';`, 'no-restricted-imports'],
];

const ALLOWED: readonly (readonly [what: string, file: string, code: string])[] = [
  [
    'popup opens windows',
    'src/popup.ts',
    `window.open('/'); addEventListener('message', f); new BroadcastChannel('x');`,
  ],
  ['the redirect page posts', 'src/redirect.ts', `import './protocol.ts'; opener.postMessage(1, o);`],
  ['a dialog opens', 'src/destination-oauth.ts', `details.open = true;`],
  ['the element imports Lit', 'src/destination-oauth.ts', `import 'lit'; import './popup.ts';`],
  ['LiveRamp’s client knows LiveRamp', 'src/proxy/liveramp-v2.ts', `const a = 'https://api.liveramp.com/activation';`],
  [
    'the proxy shares the contract',
    'src/proxy/flows.ts',
    `import '../contract.ts'; import './store.ts'; import 'hono';`,
  ],
  ['flow imports shapes', 'src/flow.ts', `import type { Account } from './contract.ts';`],
];

describe('boundaries', () => {
  for (const file of new Set(CROSSINGS.map(([, file]) => file))) {
    it(`hold for ${file} in npm run lint`, async () => {
      assert.deepEqual(await restrictionsFor(project, file), await restrictionsFor(eslint, file));
    });
  }
  for (const [what, file, code, rule] of CROSSINGS) {
    it(`refuses ${what}`, async () => assert.deepEqual(await rulesBroken(file, code), [rule]));
  }
  for (const [what, file, code] of ALLOWED) {
    it(`allows: ${what}`, async () => assert.deepEqual(await rulesBroken(file, code), []));
  }
});
