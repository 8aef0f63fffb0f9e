/**
 * Destination accounts that exist on this page only. Each answers as a proxy would (the contract of `src/contract.ts`) and
 * knows what becomes of an authorization: elements reach their views through it by themselves.
 */

/** What an authorization comes to. */
export type Ending =
  /** The window is open. */
  | 'open'
  /** The window was closed, and nobody knows why. */
  | 'closed'
  /** The customer is back, LiveRamp has not made up its mind. */
  | 'processing'
  /** Came back `ok`, and the account is still not authorized. */
  | 'incomplete'
  | 'unavailable'
  | 'denied'
  | 'blocked'
  /** After a moment at the platform and a moment at LiveRamp, all is well. */
  | 'authorized';

export type Reading = 'answers' | 'never' | 'down' | 'signed-out' | 'absent';

interface Flow {
  readonly ending: Ending;
  readonly begunAt: number;
  returned: boolean;
}

/** A JSON answer; `undefined` for none at all. */
export type Answer = { status: number; body: object } | undefined;

const HINTS: Partial<Record<Ending, string>> = {
  processing: 'ok',
  incomplete: 'ok',
  authorized: 'ok',
  unavailable: 'service_unavailable',
  denied: 'unprocessable_entity',
};

/** Milliseconds that a customer needs at the simulated platform, and LiveRamp afterwards. */
const AT_PLATFORM = 1_500;
const AT_LIVERAMP = 1_000;

const problem = (status: number, code: string): Answer => ({
  status,
  body: { type: 'about:blank', title: code, status, code, request_id: 'gallery' },
});

export interface Described {
  readonly id: string;
  readonly destination: string;
  readonly name: string;
  readonly status: 'not_applicable' | 'authorized' | 'unauthorized';
  readonly reauthorization?: boolean;
  readonly reading?: Reading;
  /** Of the first authorization; later ones succeed. */
  readonly ending?: Ending;
}

/** The message that a redirect page would send. */
function announce(flow: string, hint: string): void {
  const channel = new BroadcastChannel(`destination-oauth:${flow}`);
  channel.postMessage({ ns: 'destination-oauth', v: 1, type: 'result', flow, hint });
  channel.close();
}

export class SimulatedAccount {
  readonly id: string;
  readonly #authorizeUrl: string;
  readonly #described: Described;
  #status: Described['status'];
  #ending: Ending;
  #flows = new Map<string, Flow>();

  constructor(described: Described, authorizeUrl: string) {
    this.id = described.id;
    this.#described = described;
    this.#authorizeUrl = authorizeUrl;
    this.#status = described.status;
    this.#ending = described.ending ?? 'authorized';
  }

  #account(): object {
    const { id, destination, name, reauthorization = false } = this.#described;
    const authorized = this.#status === 'authorized';
    return {
      account_id: id,
      destination_name: destination,
      name,
      oauth_status: this.#status,
      reauthorization: reauthorization && !authorized,
      authorize_url: this.#status === 'not_applicable' ? null : this.#authorizeUrl,
      checked_at: new Date().toISOString(),
    };
  }

  /** `GET /accounts/{account_id}` */
  read(): Answer {
    switch (this.#described.reading) {
      case 'never':
        return undefined;
      case 'down':
        return problem(503, 'upstream_unavailable');
      case 'signed-out':
        return problem(401, 'unauthenticated');
      case 'absent':
        return problem(404, 'account_not_found');
      default:
        return { status: 200, body: this.#account() };
    }
  }

  /** `GET /flows/{flow}`. One that an earlier visit to this page began has run out. */
  readFlow(id: string): Answer {
    const flow = this.#flows.get(id);
    const answer = (state: string, more: object = {}): Answer => ({
      status: 200,
      body: { flow: id, account_id: this.id, state, ...more },
    });
    if (!flow) return answer('expired', { account: this.#account() });
    if (!flow.returned) return answer('pending');
    const hint = HINTS[flow.ending] ?? 'unknown';
    if (flow.ending === 'processing') return answer('processing', { hint });
    if (flow.ending === 'authorized') {
      if (Date.now() - flow.begunAt < AT_PLATFORM + AT_LIVERAMP) return answer('processing', { hint });
      this.#status = 'authorized';
    }
    const state = hint === 'ok' ? 'completed' : 'failed';
    return answer(state, { hint, account: this.#account() });
  }

  /** `window.open` at this account's authorization URL. */
  open(id: string): { closed: boolean; opener: unknown; focus: () => void; close: () => void } | null {
    const ending = this.#ending;
    this.#ending = 'authorized';
    if (ending === 'blocked') return null;
    const flow: Flow = { ending, begunAt: Date.now(), returned: false };
    this.#flows.set(id, flow);
    const popup = {
      closed: ending === 'closed',
      opener: undefined,
      focus: () => undefined,
      close: () => {
        popup.closed = true;
      },
    };
    const hint = HINTS[ending];
    if (hint)
      setTimeout(
        () => {
          if (popup.closed) return;
          flow.returned = true;
          announce(id, hint);
          popup.closed = true;
        },
        ending === 'authorized' ? AT_PLATFORM : 0,
      );
    return popup;
  }
}
