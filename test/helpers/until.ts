/** The page's own, also where a test has put time to a stand. */
const realTimeout = setTimeout;

/** Waits until `condition` gives something truthy, and gives it back; fails after `timeout` milliseconds. */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string,
  timeout = 5_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${timeout} ms in vain: ${what}`);
    await new Promise((resolve) => realTimeout(resolve, 20));
  }
}
