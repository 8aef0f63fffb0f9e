import { createServer, type RequestListener } from 'node:http';

export interface Listener {
  readonly port: number;
  /** Sets what answers; until then requests wait, since a server must have its port before its URLs can be known. */
  handle(listener: RequestListener): void;
  close(): Promise<void>;
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** Listens on `host`. Port 0 takes a free one; with `orFree` so does a port that is taken. */
export async function listen(host: string, port: number, orFree = false): Promise<Listener> {
  let ready: (listener: RequestListener) => void;
  const handler = new Promise<RequestListener>((resolve) => (ready = resolve));
  const server = createServer((request, response) => {
    void handler.then((listener) => listener(request, response));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  } catch (error) {
    if (orFree && isTaken(error)) return listen(host, 0);
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.');
  return {
    port: address.port,
    handle: (listener) => ready(listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
