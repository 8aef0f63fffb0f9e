/** SECURITY.md held to the tests that it names, and what is installed and shipped held to what it says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { build } from 'vite';
import { ROOT, testFiles } from '../scripts/test-files.ts';

const IDS = Array.from({ length: 26 }, (_, index) => `T${index + 1}`);
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The titles of a file's tests and suites; `…` stands for what a template fills in. */
function titlesIn(file: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(test|it|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
      if (title && ts.isTemplateExpression(title))
        titles.push(title.head.text + title.templateSpans.map((span) => `…${span.literal.text}`).join(''));
    }
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true));
  return titles;
}

/** The ids that a title begins with: `T1, T24: …`. */
const idsOf = (title: string): string[] => /^(T\d+(?:, T\d+)*):/.exec(title)?.[1]?.split(', ') ?? [];

const proofs = (['node', 'browser', 'e2e'] as const)
  .flatMap((suite) => testFiles(suite))
  .sort()
  .flatMap((file) => titlesIn(file).map((title) => ({ file, title, ids: idsOf(title) })));

/** What SECURITY.md says of each threat. */
const sections = new Map(
  read('SECURITY.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^T\d+/.exec(section)?.[0] ?? section, section] as const),
);

describe('SECURITY.md', () => {
  it('has a section for every threat, and no other', () => assert.deepEqual([...sections.keys()], IDS));

  for (const id of IDS)
    it(`names every test of threat ${id}, and none that is gone`, () => {
      const listed = [...(sections.get(id) ?? '').matchAll(/^- `([^`]+)` › (.+)$/gm)].map((match) => match.slice(1));
      const wanted = proofs.filter(({ ids }) => ids.includes(id)).map(({ file, title }) => [file, title]);
      assert.ok(wanted.length > 0, `no test is named after ${id}`);
      assert.deepEqual(listed, wanted);
    });

  it('names no threat that does not exist', () => {
    for (const { title, ids } of proofs) for (const id of ids) assert.ok(IDS.includes(id), title);
  });
});

interface Locked {
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  optional?: boolean;
  dependencies?: Record<string, string>;
}

describe('what is installed', () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'publishConfig',
    Record<string, unknown>
  >;
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
  const locked = Object.entries(packages).filter(([path]) => path !== '');

  it('T22: four runtime dependencies, and what they need', () => {
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), ['hono', 'jose', 'lit', 'zod']);
    const runtime = locked.filter(([, { dev }]) => dev !== true).map(([path]) => path.replace(/^node_modules\//, ''));
    assert.deepEqual(runtime.sort(), [
      '@lit-labs/ssr-dom-shim',
      '@lit/reactive-element',
      '@types/trusted-types',
      'hono',
      'jose',
      'lit',
      'lit-element',
      'lit-html',
      'zod',
    ]);
  });

  it('T22: every locked package comes from the registry, with a SHA-512 digest', () => {
    assert.ok(locked.length > 100);
    for (const [path, { resolved, integrity }] of locked) {
      // Left out, it means the registry that npm is set to.
      assert.ok(resolved === undefined || resolved.startsWith('https://registry.npmjs.org/'), path);
      assert.match(integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/, path);
    }
  });

  it('T22: no runtime dependency runs a script when it is installed', () => {
    for (const [path, { dev, hasInstallScript }] of locked) assert.ok(dev === true || !hasInstallScript, path);
  });

  it('T22: publishing asks for provenance', () => assert.equal(manifest.publishConfig.provenance, true));
});

describe('what is shipped', () => {
  it('T24: no bundle takes up the environment or the folder that it was built in', async () => {
    const canary = 'CANARY-of-the-environment';
    const names = ['VITE_CANARY', 'CANARY', 'LIVERAMP_SECRET_KEY'];
    for (const name of names) process.env[name] = canary;
    try {
      for (const mode of ['library', 'drop-in', 'redirect']) {
        const result = await build({
          root: ROOT,
          mode,
          configFile: join(ROOT, 'vite.config.ts'),
          logLevel: 'error',
          build: { write: false },
        });
        const files = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
        assert.ok(files.length > 0, mode);
        for (const file of files) {
          const code = file.type === 'chunk' ? file.code : String(file.source);
          for (const secret of [canary, ROOT, 'process.env', 'import.meta.env', 'sourceMappingURL'])
            assert.ok(!code.includes(secret), `${mode}: ${file.fileName} holds ${secret}`);
        }
      }
    } finally {
      for (const name of names) Reflect.deleteProperty(process.env, name);
    }
  });
});
