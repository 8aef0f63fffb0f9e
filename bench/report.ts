/** What a benchmark leaves: sections of a document, each with a table. */

export interface Section {
  title: string;
  /** Paragraphs before the table: what is measured, and how. */
  text: readonly string[];
  table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** After the table. */
  notes?: readonly string[];
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => head.map((_, column) => (row[column] ?? '').replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others.map(line)].join('\n');
}

export function markdown({ title, text, table, notes = [] }: Section): string {
  const parts = [`## ${title}`, ...text];
  if (table) parts.push(markdownTable(table.head, table.rows));
  if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join('\n'));
  return parts.join('\n\n');
}

/** A figure against its budget. */
export const verdict = (value: number, budget: number, over: string): string =>
  value <= budget ? 'within' : `over by ${over}`;
