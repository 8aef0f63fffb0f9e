/** The report of diagnose.ts, loaded when it is asked for. The drop-in file is one file, and holds diagnose.ts in place of this. */
import type { Diagnosis } from './diagnose.ts';
import type { Target } from './target.ts';

export async function diagnose(target: Target | undefined): Promise<Diagnosis> {
  return (await import('./diagnose.ts')).diagnose(target);
}
