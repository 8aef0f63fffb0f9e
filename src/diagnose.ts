/** A report on the page that the element is in: what will work here, and which header or attribute to change. */
import type { Channel } from './flow.ts';
import type { Target } from './target.ts';

export interface Diagnosis {
  framed: boolean;
  /** `true`: an opaque origin, so the frame's `sandbox` lacks `allow-same-origin`. Other sandbox flags cannot be read. */
  sandboxed: boolean;
  /** `sandbox` of the frame, where it can be read: only from a frame of the same origin. */
  sandbox: string | undefined;
  crossOriginIsolated: boolean;
  /** The redirect page's Cross-Origin-Opener-Policy: `none`, its value, or `unknown` where it cannot be read. */
  redirectPageCoop: string;
  /** The ways in which the return of the popup can be learnt here. `poll` always works. */
  channels: Readonly<Record<Exclude<Channel, 'resume'>, boolean>>;
  /** What to change, in words that name the header or attribute. Empty when all is well. */
  findings: readonly string[];
}

function sandboxOf(): string | undefined {
  try {
    return window.frameElement?.getAttribute('sandbox') ?? undefined;
  } catch {
    return undefined;
  }
}

async function coopOf(url: string): Promise<string> {
  try {
    const response = await fetch(url, { credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(5_000) });
    void response.body?.cancel();
    if (response.type !== 'basic' || !response.ok) return 'unknown';
    return response.headers.get('cross-origin-opener-policy') ?? 'none';
  } catch {
    return 'unknown';
  }
}

/** Looks at this page, and where there is a `target`, at its redirect page. */
export async function diagnose(target: Target | undefined): Promise<Diagnosis> {
  const framed = window.self !== window.top;
  const sandboxed = window.origin === 'null';
  const sandbox = sandboxOf();
  const own = target?.origin === window.origin;
  const redirectPageCoop = own ? await coopOf(`${target.base}/done`) : 'unknown';
  const severed = window.crossOriginIsolated || !/^(none|unknown|unsafe-none)$/.test(redirectPageCoop);
  const flags = sandbox?.split(/\s+/);
  const findings = [
    !target && 'account-id, proxy-url or redirect-origin is missing or malformed.',
    sandboxed && 'The frame has an opaque origin: add allow-same-origin to its sandbox attribute.',
    flags && !flags.includes('allow-popups') && 'Popups cannot open: add allow-popups to the sandbox attribute.',
    flags?.includes('allow-popups') &&
      !flags.includes('allow-popups-to-escape-sandbox') &&
      'The popup inherits the sandbox: add allow-popups-to-escape-sandbox to the sandbox attribute.',
    window.crossOriginIsolated &&
      'This page is cross-origin isolated (Cross-Origin-Opener-Policy: same-origin): popups are severed. Use same-origin-allow-popups if isolation is not needed.',
    !/^(none|unknown|unsafe-none)$/.test(redirectPageCoop) &&
      `The redirect page sends Cross-Origin-Opener-Policy: ${redirectPageCoop}. Remove it there.`,
  ].filter((finding) => typeof finding === 'string');
  return {
    framed,
    sandboxed,
    sandbox,
    crossOriginIsolated: window.crossOriginIsolated,
    redirectPageCoop,
    channels: {
      'post-message': !severed,
      'broadcast-channel': own && !sandboxed && !framed && 'BroadcastChannel' in window,
      poll: true,
    },
    findings,
  };
}
