/** The page's time, and one timer for all attempts of the page; none when nothing is under way. */

const dues = new Map<() => void, number>();
/** The longest wait (ms): a timer for more than 2³¹ ms fires at once (HTML, timer initialization steps). */
const LONGEST = 1e9;
let timer: ReturnType<typeof setTimeout> | undefined;
let target = 0;
let latest = 0;
let behind = 0;

/**
 * Milliseconds since the epoch that never go back: a clock that is set back must not keep waiting what is due. At least
 * `reached`.
 */
export function now(reached = latest): number {
  behind = Math.max(behind, latest - Date.now(), reached - Date.now());
  return (latest = Date.now() + behind);
}

function run(): void {
  const at = now(target);
  for (const [tick, due] of [...dues])
    if (due <= at) {
      dues.delete(tick);
      tick();
    }
  schedule();
}

function schedule(): void {
  clearTimeout(timer);
  target = Math.min(now() + LONGEST, ...dues.values());
  if (dues.size) timer = setTimeout(run, target - now());
}

/** Calls `tick` once at `due` (as `now` counts), instead of when it was due before; `undefined` calls it off. */
export function tickAt(tick: () => void, due: number | undefined): void {
  if (dues.get(tick) === due) return;
  if (due) dues.set(tick, due);
  else dues.delete(tick);
  schedule();
}
