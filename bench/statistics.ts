/** Medians, and how figures are said. */

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is no median of nothing.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Three significant digits, which is more than the noise allows. */
const digits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

export const milliseconds = (value: number): string =>
  value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${digits(value)} ms`;
export const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
export const count = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));
export const times = (value: number): string => `${value.toFixed(2)} ×`;

/** Calls `run` for every subject in turn, `runs` times over, so that what disturbs the machine disturbs all alike. */
export async function interleaved<K extends string, T>(
  subjects: readonly K[],
  runs: number,
  run: (subject: K, round: number) => Promise<T>,
): Promise<Map<K, T[]>> {
  const results = new Map<K, T[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < runs; round += 1) {
    // Each round begins with another one, so that nobody is always the first.
    for (let index = 0; index < subjects.length; index += 1) {
      const subject = subjects[(round + index) % subjects.length];
      if (subject !== undefined) results.get(subject)?.push(await run(subject, round));
    }
  }
  return results;
}
