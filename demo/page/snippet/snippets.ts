/** What a partner pastes, by framework, with the current settings. Pure. */
import type { Framework, Mode, Variant } from '../settings.ts';

export interface Tag {
  readonly account: string;
  readonly proxy: string;
  readonly variant: Variant;
  readonly mode: Mode;
  /** '' leaves it to the page. */
  readonly lang: string;
  /** A rule for `destination-oauth`, or ''. */
  readonly css: string;
}

export interface File {
  readonly name: string;
  readonly language: 'html' | 'js' | 'css' | 'sh';
  readonly code: string;
}

type Attribute = readonly [name: string, value: string];

/** Those that differ from the element's defaults. */
function attributesOf({ account, proxy, variant, mode, lang }: Tag): Attribute[] {
  const optional: Attribute[] = [];
  if (variant !== 'card') optional.push(['variant', variant]);
  if (mode !== 'auto') optional.push(['mode', mode]);
  if (lang !== '') optional.push(['lang', lang]);
  return [['account-id', account], ['proxy-url', proxy], ...optional];
}

const indent = (text: string, by: string): string => text.replaceAll(/^(?=.)/gm, by);

const element = (attributes: readonly string[]): string =>
  `<destination-oauth\n${indent(attributes.join('\n'), '  ')}\n></destination-oauth>`;

const plain = (attributes: readonly Attribute[]): string[] => attributes.map(([name, value]) => `${name}="${value}"`);

const install: File = { name: 'Terminal', language: 'sh', code: 'npm install destination-oauth' };

const themeFile = ({ css }: Tag): File[] =>
  css ? [{ name: 'destination-oauth.css', language: 'css', code: `${css}\n` }] : [];

/** In a module that a bundler builds. */
const importTheme = ({ css }: Tag): string => (css ? `import './destination-oauth.css';\n` : '');

const camel = (name: string): string => name.replace(/-./g, (dash) => dash.charAt(1).toUpperCase());

const WRITERS: Record<Framework, (tag: Tag) => File[]> = {
  html: (tag) => [
    {
      name: 'index.html',
      language: 'html',
      code: `<script type="module" src="/assets/destination-oauth.min.js"></script>
${tag.css ? `\n<style>\n${indent(tag.css, '  ')}\n</style>\n` : ''}
${element(plain(attributesOf(tag)))}

<script type="module">
  document.addEventListener('oauth-authorized', (event) => {
    console.log(event.accountId, 'may receive segments now');
  });
</script>
`,
    },
  ],
  react: (tag) => {
    const attributes = attributesOf(tag);
    return [
      install,
      {
        name: 'destination.jsx',
        language: 'js',
        code: `import { DestinationOAuth } from 'destination-oauth/react';
${importTheme(tag)}
export function Destination() {
  return (
    <DestinationOAuth
${indent(attributes.map(([name, value]) => `${camel(name)}="${value}"`).join('\n'), '      ')}
      onAuthorized={(event) => console.log(event.accountId, 'may receive segments now')}
    />
  );
}
`,
      },
      {
        name: 'or the tag itself, from React 19 on',
        language: 'js',
        code: `import 'destination-oauth';
${importTheme(tag)}
export function Destination() {
  return (
    <destination-oauth
${indent(plain(attributes).join('\n'), '      ')}
      onoauth-authorized={(event) => console.log(event.accountId, 'may receive segments now')}
    ></destination-oauth>
  );
}
`,
      },
      ...themeFile(tag),
    ];
  },
  vue: (tag) => [
    install,
    {
      name: 'vite.config.js',
      language: 'js',
      code: `import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'destination-oauth' } } })],
});
`,
    },
    {
      name: 'Destination.vue',
      language: 'html',
      code: `<script setup>
import 'destination-oauth';
${importTheme(tag)}
const onAuthorized = (event) => console.log(event.accountId, 'may receive segments now');
</script>

<template>
${indent(element([...plain(attributesOf(tag)), '@oauth-authorized="onAuthorized"']), '  ')}
</template>
`,
    },
    ...themeFile(tag),
  ],
  svelte: (tag) => [
    install,
    {
      name: 'Destination.svelte',
      language: 'html',
      code: `<script>
  import 'destination-oauth';
${indent(importTheme(tag), '  ')}
  const onAuthorized = (event) => console.log(event.accountId, 'may receive segments now');
</script>

${element([...plain(attributesOf(tag)), 'onoauth-authorized={onAuthorized}'])}
`,
    },
    ...themeFile(tag),
  ],
  angular: (tag) => [
    install,
    {
      name: 'destination.component.ts',
      language: 'js',
      code: `import 'destination-oauth';
import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';
import type { OAuthAuthorizedEvent } from 'destination-oauth';

@Component({
  selector: 'app-destination',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: \`
${indent(element([...plain(attributesOf(tag)), '(oauth-authorized)="onAuthorized($event)"']), '    ')}
  \`,
})
export class Destination {
  onAuthorized(event: OAuthAuthorizedEvent) {
    console.log(event.accountId, 'may receive segments now');
  }
}
`,
    },
    ...themeFile(tag).map((file) => ({ ...file, name: 'styles.css' })),
  ],
};

export const filesFor = (framework: Framework, tag: Tag): readonly File[] => WRITERS[framework](tag);
