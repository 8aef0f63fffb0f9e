/**
 * Makes the templates of Lit smaller at build time: the CSS of css`…`, and the whitespace of html`…`, each piece of which is
 * a node in every element. A JavaScript minifier leaves both alone.
 *
 * A css template that has expressions gets its whitespace collapsed and no more, for its parts are not valid CSS each.
 */
import { Buffer } from 'node:buffer';
import { transform } from 'lightningcss';
import ts from 'typescript';
import type { Plugin } from 'vite';

/** `css` is a style sheet without expressions. */
export function minifyCss(css: string): string {
  const { code } = transform({ filename: 'template.css', code: Buffer.from(css), minify: true });
  return code.toString();
}

const collapseCss = (part: string): string =>
  part
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':');

/**
 * One part of an html template: no comments, no whitespace within tags, between them, or between a tag and an expression, and
 * one space where other whitespace was. Where a space shall show, it stands beside text or at the template's end.
 */
function collapseHtml(part: string, isFirst = true, isLast = true): string {
  const collapsed = part
    .replace(/<!--[^]*?-->/g, '')
    .replace(/[ \t\n\r\f]+/g, ' ')
    .replace(/ (?=>)|(?<=>) (?=<)/g, '');
  const started = isFirst ? collapsed : collapsed.replace(/^ (?=<)/, '');
  return isLast ? started : started.replace(/(?<=>) $/, '');
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The cooked text as it must stand between backticks. */
const escape = (text: string): string => text.replace(/[`\\]/g, '\\$&').replace(/\$\{/g, '\\${');

function editsOf(source: ts.SourceFile): Edit[] {
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag)) {
      const { template } = node;
      const tag = node.tag.text;
      if (ts.isNoSubstitutionTemplateLiteral(template)) {
        const text = tag === 'css' ? minifyCss(template.text) : tag === 'html' ? collapseHtml(template.text) : null;
        if (text !== null)
          edits.push({ start: template.getStart() + 1, end: template.getEnd() - 1, text: escape(text) });
      } else if (ts.isTemplateExpression(template) && (tag === 'css' || tag === 'html')) {
        const parts = [template.head, ...template.templateSpans.map((span) => span.literal)];
        parts.forEach((part, index) => {
          const isLast = index === parts.length - 1;
          const text = tag === 'css' ? collapseCss(part.text) : collapseHtml(part.text, index === 0, isLast);
          edits.push({ start: part.getStart() + 1, end: part.getEnd() - (isLast ? 1 : 2), text: escape(text) });
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return edits.sort((a, b) => b.start - a.start);
}

/** The source of a module with its css and html templates made smaller. */
export function minifyTemplatesIn(code: string, name = 'module.ts'): string {
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.ESNext, true);
  return editsOf(source).reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code);
}

export function minifyTemplates(): Plugin {
  return {
    name: 'minify-templates',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.ts$/ },
      handler: (code, id) =>
        /\b(css|html)`/.test(code) ? { code: minifyTemplatesIn(code, id), map: null } : undefined,
    },
  };
}
