/** The package that `npm pack` makes of dist/: what is in it, and that each entry works from it alone, wherever it may be imported. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { publint } from 'publint';
import { ROOT } from '../scripts/test-files.ts';
import { DIST, filesIn, freshBuild, importsOf } from './helpers/dist.ts';
import { blocksOf, readText } from './helpers/snippets.ts';
import { type Project, bundle, compileIn, installPacked, run, runWithoutDom } from './helpers/packed.ts';

/** Each entry, and something that it exports. */
const ENTRIES = {
  'destination-oauth': 'DestinationOAuth',
  'destination-oauth/element': 'DestinationOAuth',
  'destination-oauth/redirect': 'handleRedirect',
  'destination-oauth/proxy': 'createProxy',
  'destination-oauth/proxy/redis': 'redisStore',
  'destination-oauth/react': 'DestinationOAuth',
  'destination-oauth/locales/en': 'en',
} as const;
const names = Object.keys(ENTRIES);
const importAll = names.map((name, index) => `export * as entry${index} from '${name}';`).join('\n');

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('the package', () => {
  let project: Project;
  before(() => {
    freshBuild();
    project = installPacked();
  });
  after(() => project.remove());

  it('holds these files and no others', () => {
    const locales = readdirSync(join(ROOT, 'src/locales')).filter((name) => /^[a-z]{2}(-[A-Z]{2})?\.ts$/.test(name));
    const scripts = [
      'conformance/index.js',
      'destination-oauth.min.js',
      'development/element.js',
      'development/index.js',
      'development/react.js',
      'element.js',
      'index.js',
      'proxy/index.js',
      'proxy/redis-store.js',
      'react.js',
      'redirect.js',
      'redirect.min.js',
      'types/react.js',
      'types/svelte.js',
      'types/vue.js',
      'worker/element.js',
      'worker/index.js',
      'worker/react.js',
      ...locales.map((name) => `locales/${name.replace(/ts$/, 'js')}`),
    ];
    // And the chunks that those share.
    const reached = scripts.flatMap((name) => [...importsOf(name)].filter((path) => existsSync(join(DIST, path))));
    // The two programs of the redirect page are no modules.
    const declared = filesIn(join(ROOT, 'src')).filter((name) => !/^redirect-(auto|page)\.ts$/.test(name));
    assert.deepEqual(
      project.files,
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'bin/destination-oauth.js',
        'package.json',
        'dist/LICENSES.txt',
        'dist/custom-elements.json',
        'dist/integrity.json',
        'dist/vscode.css-custom-data.json',
        'dist/vscode.html-custom-data.json',
        'dist/web-types.json',
        ...new Set([...scripts, ...reached].map((name) => `dist/${name}`)),
        ...declared.map((name) => `dist/${name.replace(/\.ts$/, '.d.ts')}`),
      ].sort(),
    );
  });

  it('satisfies publint, with its warnings as errors', async () => {
    const { messages } = await publint({
      pkgDir: join(project.folder, 'node_modules/destination-oauth'),
      pack: false,
      strict: true,
    });
    assert.deepEqual(messages, []);
  });

  it('has types that Node and bundlers resolve (attw)', () => {
    const cli = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const out = run(process.execPath, [cli, project.tarball, '--profile', 'esm-only', '--format', 'ascii'], ROOT);
    for (const name of names.filter((name) => !name.includes('locales'))) assert.ok(out.includes(`"${name}"`), name);
  });

  it('has entries that Node imports, without a DOM', () => {
    const source = `${names.map((name, index) => `import * as entry${index} from '${name}';`).join('\n')}
      console.log(JSON.stringify([${names.map((_, index) => `Object.keys(entry${index})`).join()}]));`;
    const found = JSON.parse(
      run(process.execPath, ['--input-type=module', '--eval', source], project.folder),
    ) as string[][];
    Object.values(ENTRIES).forEach((name, index) => {
      // The texts are a default export, but for English.
      assert.ok(found[index]?.includes(name) === true, `${names[index] ?? ''}: ${String(found[index])}`);
    });
  });

  it('has a React component that a server renders, with what the element needs before React is there', () => {
    const source = `
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { DestinationOAuth } from 'destination-oauth/react';
      const props = { accountId: 'da_1', proxyUrl: '/proxy', variant: 'compact', className: 'row', onError() {} };
      console.log(renderToString(createElement(DestinationOAuth, props)));
      console.log(renderToString(createElement(DestinationOAuth, { ...props, requestInit: () => ({}) })));`;
    const [plain, authorized] = run(process.execPath, ['--input-type=module', '--eval', source], project.folder).split(
      '\n',
    );
    assert.equal(plain, '<destination-oauth class="row" account-id="da_1" proxy-url="/proxy"></destination-oauth>');
    // Its requests would lack their headers: it waits.
    assert.equal(authorized, '<destination-oauth class="row"></destination-oauth>');
  });

  for (const [runtime, conditions, globals] of [
    ['Cloudflare Workers', ['workerd', 'worker', 'browser', 'production'], {}],
    ['an edge function', ['edge-light', 'worker', 'production'], { EdgeRuntime: 'edge-runtime' }],
    [
      'a web worker',
      ['worker', 'browser', 'production'],
      { importScripts: () => undefined, postMessage: () => undefined },
    ],
    [
      'Deno',
      ['deno', 'node', 'production'],
      { Deno: { version: { deno: '2.0.0' } }, navigator: { userAgent: 'Deno/2' } },
    ],
  ] as const) {
    it(`has entries that ${runtime} imports`, async () => {
      const exports = runWithoutDom(await bundle(project.folder, importAll, conditions), globals);
      Object.values(ENTRIES).forEach((name, index) => {
        const entry = exports[`entry${index}`];
        assert.ok(typeof entry === 'object' && entry !== null && name in entry, names[index]);
      });
    });
  }

  it('says what hinders popups to bundles for development only, and loads on a server all the same', async () => {
    for (const mode of ['development', 'production']) {
      for (const entry of ['destination-oauth', 'destination-oauth/element', 'destination-oauth/react']) {
        const { modules } = await bundle(project.folder, `export * from '${entry}';`, ['browser', 'module', mode]);
        const found = modules.some((path) => path.includes('/dist/development/'));
        assert.equal(found, mode === 'development', `${entry} for ${mode}`);
      }
    }
    const args = ['--conditions=development', '--input-type=module', '--eval', "await import('destination-oauth')"];
    run(process.execPath, args, project.folder);
  });

  it('brings a bundle only what an entry needs', async () => {
    const packages = async (source: string): Promise<string[]> => {
      const { modules } = await bundle(project.folder, source, ['browser', 'module', 'production']);
      const found = modules.flatMap((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
      return [...new Set(found)].filter((name) => name !== 'destination-oauth').sort();
    };
    const lit = ['@lit/reactive-element', 'lit-element', 'lit-html'];
    assert.deepEqual(await packages(`export * from 'destination-oauth/proxy';`), ['hono', 'jose', 'zod']);
    assert.deepEqual(await packages(`export * from 'destination-oauth/proxy/redis';`), []);
    assert.deepEqual(await packages(`export * from 'destination-oauth/redirect';`), []);
    assert.deepEqual(await packages(`export * from 'destination-oauth/element';`), lit);
    assert.deepEqual(await packages(`export * from 'destination-oauth/react';`), [...lit, 'react']);
    // Registers, so it stays though nothing of it is used; the class by itself does not.
    assert.deepEqual(await packages(`import 'destination-oauth';`), lit);
    assert.deepEqual(await packages(`import 'destination-oauth/element';`), []);
  });

  it('has types for React, Vue and Svelte', () => {
    const component = `
      import { DestinationOAuth, type DestinationOAuthElement } from 'destination-oauth/react';
      import { createRef } from 'react';
      const ref = createRef<DestinationOAuthElement>();
      export const good = <DestinationOAuth ref={ref} accountId="a" proxyUrl="/p" variant="compact" className="row"
        onAuthorized={({ accountId, channel }) => { const how: 'poll' | 'resume' | 'post-message' | 'broadcast-channel' = channel; return [accountId, how]; }}
        onStatusChange={(event) => event.oauthStatus} onViewChange={(event) => event.previous} onError={(event) => event.error.code} />;
      // @ts-expect-error no such variant
      export const variant = <DestinationOAuth variant="large" />;
      // @ts-expect-error the event has no such field
      export const field = <DestinationOAuth onError={(event) => event.authorizeUrl} />;
      export const tag = <destination-oauth account-id="a" proxy-url="/p" mode="auto" initialStatus="unknown" onoauth-error={(event) => event.error.code} />;
      // @ts-expect-error no such mode
      export const mode = <destination-oauth mode="window" />;
      ref.current?.authorize();`;
    assert.deepEqual(compileIn(project.folder, 'react.tsx', component), []);
    const shown = blocksOf(readText('README.md'), 'tsx');
    assert.ok(shown.length > 0);
    assert.deepEqual(compileIn(project.folder, 'readme.tsx', shown.join('\n')), []);
    const templates = `
      import type {} from 'destination-oauth/types/vue';
      import type {} from 'destination-oauth/types/svelte';
      import type { GlobalComponents } from 'vue';
      import type { SvelteHTMLElements } from 'svelte/elements';
      type Vue = InstanceType<GlobalComponents['destination-oauth']>['$props'];
      type Svelte = SvelteHTMLElements['destination-oauth'];
      export const vue: Vue = { accountId: 'a', 'proxy-url': '/p', onOauthAuthorized: (event) => event.channel };
      export const svelte: Svelte = { 'account-id': 'a', 'proxy-url': '/p', 'onoauth-authorized': (event) => event.channel };
      // @ts-expect-error no such variant
      export const wrong: Vue = { variant: 'large' };
      // @ts-expect-error the event has no such field
      export const field: Svelte = { 'onoauth-error': (event) => event.authorizeUrl };
      export const element = document.createElement('destination-oauth').view;
      document.addEventListener('oauth-authorized', ({ channel }) => channel);`;
    assert.deepEqual(compileIn(project.folder, 'templates.ts', `/// <reference lib="dom" />${templates}`), []);
  });

  it('says whose work is bundled in it, and under which licence', () => {
    const text = readFileSync(join(DIST, 'LICENSES.txt'), 'utf8');
    for (const name of [
      'lit',
      'lit-html',
      'lit-element',
      '@lit/reactive-element',
      '@lit/react',
      '@lit-labs/ssr-dom-shim',
    ])
      assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(BSD-3-Clause\\)$`, 'm'));
    assert.match(text, /Copyright \(c\) 2017 Google LLC/);
  });

  it('ships the custom-elements manifest where it says', () => {
    const { customElements, 'web-types': webTypes } = json(join(ROOT, 'package.json')) as Record<string, string>;
    for (const path of [customElements, webTypes]) assert.ok(path && existsSync(join(ROOT, path)), path);
    const { modules } = json(join(DIST, 'custom-elements.json')) as { modules: { path: string }[] };
    for (const { path } of modules) assert.ok(existsSync(join(ROOT, path)), path);
  });
});
