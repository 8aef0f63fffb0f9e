/**
 * Every request that reaches a server of this process: the partner's page and proxy, the simulated LiveRamp, the platforms.
 * They share one process, so Node's own diagnostics see them all, and nothing has to be put in between.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Milliseconds since 1970 with fractions, the same in this process and in the browser's pages. */
export const now = (): number => performance.timeOrigin + performance.now();

export interface Hit {
  /** `localhost:1234`. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** When the request came. */
  readonly at: number;
  /** Made by the browser, not by the proxy or LiveRamp. */
  readonly browser: boolean;
  /** A navigation, not a subresource or a fetch. */
  readonly navigation: boolean;
  /** When the whole answer had been handed to the network. */
  answeredAt?: number;
  status?: number;
}

interface RequestStart {
  request: IncomingMessage;
  response: ServerResponse;
}

const isRequestStart = (message: unknown): message is RequestStart =>
  typeof message === 'object' && message !== null && 'request' in message && 'response' in message;

export class Traffic {
  readonly hits: Hit[] = [];
  readonly #onStart = (message: unknown): void => {
    if (!isRequestStart(message)) return;
    const { request, response } = message;
    const hit: Hit = {
      host: request.headers.host ?? '',
      method: request.method ?? '',
      path: (request.url ?? '/').split('?', 1)[0] ?? '/',
      at: now(),
      // Node's fetch sends some of the Sec-Fetch headers, but says honestly what it is.
      browser: /Chrome/.test(request.headers['user-agent'] ?? ''),
      navigation: request.headers['sec-fetch-mode'] === 'navigate',
    };
    this.hits.push(hit);
    response.once('finish', () => {
      hit.answeredAt = now();
      hit.status = response.statusCode;
    });
  };

  constructor() {
    subscribe('http.server.request.start', this.#onStart);
  }

  /** Those since a time. */
  since(at: number): Hit[] {
    return this.hits.filter((hit) => hit.at >= at);
  }

  clear(): void {
    this.hits.length = 0;
  }

  stop(): void {
    unsubscribe('http.server.request.start', this.#onStart);
  }
}
