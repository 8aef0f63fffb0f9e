import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { minifyTemplatesIn } from '../../scripts/minify-templates.ts';

const CASES: readonly (readonly [what: string, before: string, after: string])[] = [
  ['css is minified', 'css`\n  a {\n    color: #ff0000;\n  }\n`', 'css`a{color:red}`'],
  [
    'css with expressions loses whitespace only',
    'css`\n a {\n  color: ${x};\n  top: 0;\n }`',
    'css` a{color:${x};top:0;}`',
  ],
  ['css keeps its escapes', "css`a::before { content: '\\\\2026'; }`", 'css`a:before{content:"…"}`'],
  ['html keeps one space beside text', 'html`a\n  <b>b</b>\n\n  c`', 'html`a <b>b</b> c`'],
  ['html has none between tags', 'html`<b>a</b>\n    <i\n  >b</i\n>`', 'html`<b>a</b><i>b</i>`'],
  ['html keeps it at its ends', 'html` <b>${a}</b> `', 'html` <b>${a}</b> `'],
  ['html in attributes', 'html`<b class="x  ${a}  ${b}"\n  c=${d}\n>`', 'html`<b class="x ${a} ${b}" c=${d}>`'],
  ['html around expressions', 'html`<p>\n  ${a}\n  ${b}</p>`', 'html`<p>${a} ${b}</p>`'],
  ['html in html', 'html`<p>  ${c ? html`<i>\n\n</i>` : 1}  </p>`', 'html`<p>${c ? html`<i></i>` : 1}</p>`'],
  ['a no-break space stays', 'html`a\u00a0\u00a0b`', 'html`a\u00a0\u00a0b`'],
  ['escapes stay escapes', 'html`\\`\\${x}  \\\\`', 'html`\\`\\${x} \\\\`'],
  ['comments go', 'html`<p><!-- why -->x</p>`', 'html`<p>x</p>`'],
  ['other templates stay', 'svg`<g>  </g>` + `a  b` + String.raw`a  b`', 'svg`<g>  </g>` + `a  b` + String.raw`a  b`'],
];

describe('minified templates', () => {
  for (const [what, before, after] of CASES) {
    it(what, () => assert.equal(minifyTemplatesIn(`const a = ${before};`), `const a = ${after};`));
  }

  it('refuses css that is broken', () => {
    assert.throws(() => minifyTemplatesIn('css`a { : }`'));
  });
});
