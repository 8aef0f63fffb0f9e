import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export function describeMachine(browserVersion: string): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return [
    `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`,
    `${memory} GB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    browserVersion.replace('/', ' '),
    // Well above the processors' number, something else was at work: then only ratios mean something.
    `load ${(loadavg()[2] ?? 0).toFixed(1)}`,
  ].join(', ');
}
