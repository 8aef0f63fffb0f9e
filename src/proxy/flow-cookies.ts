import { generateCookie, getCookie } from 'hono/cookie';
import type { Context } from 'hono';
import { FLOW_ID } from '../contract.ts';
import { hash } from './crypto.ts';

const NAME = 'destination-oauth-';
const MAX_AGE_SECONDS = 15 * 60;
/** More would swell the headers of every request to the partner's site: some servers stop at 8 KB. */
const MAX_COOKIES = 8;

/** What the browser that began a flow holds: the flow's id and a random binding, whose hash is in the flow's record. */
export interface FlowCookie {
  readonly name: string;
  readonly flow: string;
  readonly binding: string;
  /** Milliseconds since 1970. Only tells which cookies are the oldest. */
  readonly begunAt: number;
}

const BINDING = /^[A-Za-z0-9_-]{43}$/;

/** One cookie a flow, so that flows in several tabs do not undo each other. */
export class FlowCookies {
  readonly #prefix: string;
  readonly #secure: boolean;

  constructor(secure: boolean) {
    // `__Host-` ties the cookie to exactly this host (RFC 6265bis): a sibling subdomain cannot plant one. Needs Secure.
    this.#prefix = (secure ? '__Host-' : '') + NAME;
    this.#secure = secure;
  }

  /** The flow cookies of this browser, newest first. Others and malformed ones are passed over. */
  read(c: Context): FlowCookie[] {
    const cookies: FlowCookie[] = [];
    for (const [name, value] of Object.entries(getCookie(c))) {
      if (!name.startsWith(this.#prefix)) continue;
      const [flow = '', binding = '', begunAt = '', ...rest] = value.split('.');
      if (rest.length > 0 || !FLOW_ID.test(flow) || !BINDING.test(binding) || !/^[0-9a-z]{1,11}$/.test(begunAt))
        continue;
      cookies.push({ name, flow, binding, begunAt: parseInt(begunAt, 36) });
    }
    return cookies.sort((a, b) => b.begunAt - a.begunAt).slice(0, 4 * MAX_COOKIES);
  }

  /** `Set-Cookie` values that add a flow's cookie and take the oldest ones away. */
  async add(flow: string, binding: string, begunAt: number, present: readonly FlowCookie[]): Promise<string[]> {
    const name = this.#prefix + (await hash(flow)).slice(0, 16);
    const superfluous = present.filter((cookie) => cookie.name !== name).slice(MAX_COOKIES - 1);
    return [
      this.#serialize(name, `${flow}.${binding}.${Math.max(0, Math.floor(begunAt)).toString(36)}`, MAX_AGE_SECONDS),
      ...superfluous.map((cookie) => this.#serialize(cookie.name, '', 0)),
    ];
  }

  #serialize(name: string, value: string, maxAge: number): string {
    return generateCookie(name, value, { path: '/', httpOnly: true, sameSite: 'Lax', secure: this.#secure, maxAge });
  }
}
