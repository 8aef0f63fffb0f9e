/** A real redis-server on a free port of this machine, where one is installed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

const PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];
const PROGRAM = PLACES.find((path) => existsSync(path));

/** For a test's `skip`: why it cannot run, or false. */
export const NO_REDIS: string | false = PROGRAM === undefined ? 'redis-server is not installed' : false;

export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
  /** On the same port, with nothing kept. */
  restart(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function launch(program: string, port: number): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn(program, options, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/tmp' });
  for await (const line of server.stdout) if (String(line).includes('Ready to accept connections')) return server;
  throw new Error('redis-server ended before it was ready.');
}

export async function startRedis(): Promise<RedisServer> {
  if (PROGRAM === undefined) throw new Error('redis-server is not installed.');
  const port = await freePort();
  let server = await launch(PROGRAM, port);
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill();
    await once(server, 'exit');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    stop,
    async restart() {
      await stop();
      server = await launch(PROGRAM, port);
    },
  };
}
