/** What a benchmark leaves: sections of a document, each with a table. */

export interface Budget {
  what: string;
  figure: number;
  budget: number;
  say: (value: number) => string;
  /** Within where the figure is at least the budget. */
  atLeast?: boolean;
}

export interface Section {
  title: string;
  /** Paragraphs before the table: what is measured, and how. */
  text: readonly string[];
  table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** After the table. */
  notes?: readonly string[];
  /** What is promised of the figures here, for the table of all budgets. */
  budgets?: readonly Budget[];
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
export function verdict({ figure, budget, say, atLeast = false }: Budget): string {
  const missing = atLeast ? budget - figure : figure - budget;
  return missing <= 0 ? 'within' : `${atLeast ? 'under' : 'over'} by ${say(missing)}`;
}

/** Every budget of these sections in one table. */
export function allBudgets(sections: readonly Section[]): Section {
  const budgets = sections.flatMap((section) => section.budgets ?? []);
  const missed = budgets.filter((each) => verdict(each) !== 'within').length;
  return {
    title: 'Budgets',
    text: [`${budgets.length - missed} of ${budgets.length} are kept.`],
    table: {
      head: ['', 'figure', 'budget', ''],
      rows: budgets.map((each) => [
        each.what,
        each.say(each.figure),
        `${each.atLeast ? '≥' : '≤'} ${each.say(each.budget)}`,
        verdict(each),
      ]),
    },
  };
}
