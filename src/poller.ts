/** One timer for all attempts of the page; none when nothing is under way. */

const dues = new Map<() => void, number>();
let timer: ReturnType<typeof setTimeout> | undefined;

function run(): void {
  timer = undefined;
  const now = Date.now();
  for (const [tick, due] of [...dues])
    if (due <= now) {
      dues.delete(tick);
      tick();
    }
  schedule();
}

function schedule(): void {
  clearTimeout(timer);
  timer = dues.size ? setTimeout(run, Math.max(0, Math.min(...dues.values()) - Date.now())) : undefined;
}

/** Calls `tick` once at `due` (ms since the epoch), instead of when it was due before; `undefined` calls it off. */
export function tickAt(tick: () => void, due: number | undefined): void {
  if (dues.get(tick) === due) return;
  if (due === undefined) dues.delete(tick);
  else dues.set(tick, due);
  schedule();
}
