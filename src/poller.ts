/** One timer for all attempts of the page; none when nothing is under way. */

const dues = new Map<() => void, number>();
let timer: ReturnType<typeof setTimeout> | undefined;

function run(): void {
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
  if (dues.size) timer = setTimeout(run, Math.min(...dues.values()) - Date.now());
}

/** Calls `tick` once at `due` (ms since the epoch), instead of when it was due before; `undefined` calls it off. */
export function tickAt(tick: () => void, due: number | undefined): void {
  if (dues.get(tick) === due) return;
  if (due) dues.set(tick, due);
  else dues.delete(tick);
  schedule();
}
