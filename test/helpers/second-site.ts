/** The origin of another site that serves `test/fixtures/`, e.g. `http://127.0.0.1:43211`. For browser tests. */
export async function secondSite(): Promise<string> {
  const response = await fetch('/__second-site');
  const { origin } = (await response.json()) as { origin: string };
  return origin;
}
