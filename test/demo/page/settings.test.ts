import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULTS, readSettings, writeSettings, type Settings } from '../../../demo/page/settings.ts';
import { filesFor } from '../../../demo/page/snippet/snippets.ts';
import { contrast, ratioText, verdict } from '../../../demo/page/theme/color.ts';
import { readProperties } from '../../../demo/page/theme/properties.ts';
import { cssOf } from '../../../demo/page/theme/style.ts';

describe('settings in the address', () => {
  it('come back as they were, and leave other parameters alone', () => {
    const settings: Settings = {
      theme: 'contrast',
      dir: 'rtl',
      lang: 'pt-BR',
      host: 'tailwind',
      width: 480,
      zoom: 150,
      slow: true,
      variant: 'compact',
      view: 'incomplete',
      q: 'a & b',
      code: 'svelte',
      tag: 'button',
      mode: 'redirect',
      account: 'da_1',
      proxy: 'https://app.example/api',
      style: { accent: '0b6b5f-62cfbd', radius: '4px' },
    };
    const search = writeSettings(settings, '?flow=1&t-surface=000000');
    assert.equal(new URLSearchParams(search).get('flow'), '1');
    assert.deepEqual(readSettings(search), settings);
    assert.equal(writeSettings(DEFAULTS, search), 'flow=1');
  });

  it('of another shape count as absent; numbers out of range go to its end', () => {
    const hostile =
      'theme=pink&dir=up&lang=xx&view=__proto__&slow=yes&account=%22%3E&proxy=%7B%7D&t-accent=red%7D&t-__proto__=0px';
    assert.deepEqual(readSettings(hostile), DEFAULTS);
    assert.equal(readSettings('width=1').width, 240);
    assert.equal(readSettings('zoom=999').zoom, 200);
  });
});

describe('theme', () => {
  it('reads the properties of the docblock, with or without a default', () => {
    const source = ` * @cssprop --destination-oauth-accent - Main button.
 * @cssprop [--destination-oauth-button-radius=8px] - Corners.`;
    assert.deepEqual(readProperties(source), [
      { name: 'accent', about: 'Main button.', kind: 'color' },
      { name: 'button-radius', about: 'Corners.', kind: 'length' },
    ]);
  });

  it('writes one rule, and nothing that is no value of the property', () => {
    const properties = readProperties(
      '@cssprop --destination-oauth-accent - A\n@cssprop --destination-oauth-radius - B',
    );
    assert.equal(
      cssOf({ accent: '112233-445566', radius: '4px', other: '1px' }, properties),
      'destination-oauth {\n  --destination-oauth-accent: light-dark(#112233, #445566);\n  --destination-oauth-radius: 4px;\n}',
    );
    assert.equal(cssOf({ accent: '4px', radius: '112233' }, properties), '');
  });

  it('judges contrast as WCAG does', () => {
    const [white, grey] = [[255, 255, 255, 1], [118, 118, 118, 1]] as const; // prettier-ignore
    assert.equal(ratioText(contrast([0, 0, 0, 1], white)), '21.00 : 1');
    assert.equal(ratioText(contrast(white, grey)), '4.54 : 1');
    assert.deepEqual(
      [4.49, 4.5, 7].map((ratio) => verdict(ratio, 'text')),
      ['fails', 'AA', 'AAA'],
    );
    assert.deepEqual(
      [2.99, 3].map((ratio) => verdict(ratio, 'graphic')),
      ['fails', 'AA'],
    );
  });
});

describe('snippets', () => {
  it('say the events and the settings in the words of each framework', () => {
    const tag = { account: 'da_1', proxy: '/api', variant: 'card', mode: 'auto', lang: '', css: '' } as const;
    const code = (framework: Parameters<typeof filesFor>[0]): string =>
      filesFor(framework, tag)
        .map((file) => file.code)
        .join('\n');
    assert.match(code('html'), /addEventListener\('oauth-authorized'/);
    assert.match(code('react'), /accountId="da_1"[^]*onAuthorized=[^]*account-id="da_1"[^]*onoauth-authorized=/);
    assert.match(code('vue'), /isCustomElement: \(tag\) => tag === 'destination-oauth'[^]*@oauth-authorized="/);
    assert.match(code('svelte'), /onoauth-authorized=\{onAuthorized\}/);
    assert.match(code('angular'), /schemas: \[CUSTOM_ELEMENTS_SCHEMA\][^]*\(oauth-authorized\)="/);
    assert.doesNotMatch(code('react'), /variant|mode=|lang=|\.css/);
  });
});
