/** The results of the fault matrix as a document. */
import type { Engine } from './browsers.ts';
import type { Fault } from './fault-trial.ts';
import type { FaultGroup } from './faults.ts';

export interface Cell {
  fault: Fault;
  engine: Engine;
  view: string;
  channel?: string;
  /** Milliseconds from the return, or from what the user did last, to the final view. */
  took?: number;
}

const NAMES: Record<Engine, string> = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKitGTK' };

function textOf(fault: Fault, engine: Engine, cells: readonly Cell[]): string {
  const impossible = fault.cannot?.[engine];
  if (impossible) return `not possible: ${impossible}`;
  const cell = cells.find((each) => each.fault === fault && each.engine === engine);
  if (!cell) return '**failed**';
  const time = cell.took === undefined ? '' : `${(cell.took / 1000).toFixed(1)} s`;
  return [time, cell.channel].filter(Boolean).join(', ') || 'yes';
}

/** A Markdown document with a table for each group. */
export function matrixOf(groups: readonly FaultGroup[], engines: readonly Engine[], cells: readonly Cell[]): string {
  const lines = [
    '# Fault matrix',
    '',
    'Written by `npm run test:matrix` from its results; do not edit. Each row is a test in `test/e2e/` against real',
    'popups, a real OAuth 2.0 server on another site and the real proxy, with popup blocker and storage partitioning on.',
    'A cell says how long it took from the return to the final view (from what the user did last, where nothing returns)',
    'and how the return was learnt.',
  ];
  for (const { title, faults, elsewhere = [] } of groups) {
    lines.push('', `## ${title}`, '', `| Fault | Ends in | ${engines.map((engine) => NAMES[engine]).join(' | ')} |`);
    lines.push(`| --- | --- | ${engines.map(() => '---').join(' | ')} |`);
    for (const fault of faults)
      lines.push(
        `| ${fault.name} | ${fault.to} | ${engines.map((engine) => textOf(fault, engine, cells)).join(' | ')} |`,
      );
    if (elsewhere.length) lines.push('', ...elsewhere.map(({ name, where }) => `- ${name}: tested in \`${where}\`.`));
  }
  return `${lines.join('\n')}\n`;
}
