import { createServer, type RequestListener, type Server } from 'node:http';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** The port is in use. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} is taken.`);
    this.port = port;
  }
}

const open = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

const shut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/**
 * Listens where `localhost` may lead, on 127.0.0.1 and, where this machine has it, on ::1, and nowhere else: the demo is
 * not for the network. Throws `PortTakenError`. Port 0 takes a free one.
 */
export async function listenLocally(
  port: number,
  listener: RequestListener,
): Promise<{ readonly port: number; readonly server: Server; close(): Promise<void> }> {
  for (let tries = 1; ; tries += 1) {
    const [v4, v6] = [createServer(listener), createServer(listener)];
    // Sockets are the first server's business, whichever address they came to.
    v6.on('upgrade', (...upgrade) => v4.emit('upgrade', ...upgrade));
    try {
      await open(v4, '127.0.0.1', port);
      const address = v4.address();
      if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.');
      const hasV6 = await open(v6, '::1', address.port).then(
        () => true,
        (error: unknown) => {
          if (codeOf(error) === 'EADDRINUSE') throw error;
          return false;
        },
      );
      const close = async (): Promise<void> => {
        await Promise.all([shut(v4), hasV6 ? shut(v6) : undefined]);
      };
      return { port: address.port, server: v4, close };
    } catch (error) {
      if (v4.listening) await shut(v4);
      if (codeOf(error) !== 'EADDRINUSE') throw error;
      // A free port of IPv4 may be taken in IPv6.
      if (port !== 0 || tries === 5) throw new PortTakenError(port);
    }
  }
}
