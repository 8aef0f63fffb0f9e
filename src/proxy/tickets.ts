import { base64url, CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';
import { ExpiringMap } from './expiring-map.ts';
import type { ProxyConfig } from './options.ts';

/** How long a ticket can begin a flow. */
export const TICKET_MS = 10 * 60 * 1000;
/** How long the same ticket is given out again, which saves an encryption on most reads. */
const REUSE_MS = 60 * 1000;
const MAX_REUSED = 10_000;
const MAX_LENGTH = 4096;
const PURPOSE = 'destination-oauth ticket v1';

const claimsSchema = z.object({
  user: z.string(),
  tenant: z.string(),
  account: z.string(),
  /** Of the page that carries the element: where the result is announced. */
  origin: z.string(),
  /** Whether the account was authorized when the ticket was issued: what a renewal is measured against. */
  authorized: z.boolean(),
});
export type TicketClaims = z.infer<typeof claimsSchema>;
const payloadSchema = claimsSchema.extend({ aud: z.literal('authorize'), exp: z.number() });

interface Content {
  readonly claims: TicketClaims;
  readonly exp: number;
}

export interface Tickets {
  issue(claims: TicketClaims): Promise<{ ticket: string; expiresAt: number }>;
  /** The claims of an authentic ticket, also when it has expired; `undefined` for any other text. */
  read(ticket: string): Promise<{ claims: TicketClaims; expired: boolean } | undefined>;
}

/** An AES key of its own purpose, so that the partner's secret may serve elsewhere as well. */
async function deriveKey(secret: Uint8Array): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', new Uint8Array(secret), 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new TextEncoder().encode(PURPOSE) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

/**
 * base64url lets the unused bits of a last character vary: two texts, one value. Only the canonical one is taken, so that
 * a ticket has one spelling.
 */
const isCanonical = (ticket: string): boolean =>
  ticket.split('.').every((segment) => {
    try {
      return base64url.encode(base64url.decode(segment)) === segment;
    } catch {
      return false;
    }
  });

/** Tickets are encrypted JSON (JWE, `dir`, A256GCM): what they are bound to is nobody's business but the proxy's. */
export function createTickets({ secrets, clock }: Pick<ProxyConfig, 'secrets' | 'clock'>): Tickets {
  let keys: Promise<CryptoKey[]> | undefined;
  const loadKeys = (): Promise<CryptoKey[]> => (keys ??= Promise.all(secrets.map(deriveKey)));
  const issued = new Map<string, { at: number; ticket: Promise<string> }>();
  /** What the tickets of this instance say, so that the begin need not decrypt what has just been encrypted. */
  const own = new ExpiringMap<Content>(MAX_REUSED, TICKET_MS);

  const encrypt = async (claims: TicketClaims, exp: number): Promise<string> => {
    const [key] = await loadKeys();
    if (!key) throw new Error('no key');
    const payload: z.infer<typeof payloadSchema> = { ...claims, aud: 'authorize', exp };
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(key);
  };

  const decrypt = async (ticket: string): Promise<Uint8Array | undefined> => {
    for (const key of await loadKeys()) {
      try {
        const { plaintext } = await compactDecrypt(ticket, key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return plaintext;
      } catch {
        // Not this key's: the next one is older.
      }
    }
    return undefined;
  };

  const open = async (ticket: string): Promise<Content | undefined> => {
    if (ticket.length > MAX_LENGTH || !isCanonical(ticket)) return undefined;
    const plaintext = await decrypt(ticket);
    if (!plaintext) return undefined;
    const payload = payloadSchema.safeParse(JSON.parse(new TextDecoder().decode(plaintext)));
    if (!payload.success) return undefined;
    const { aud: _, exp, ...claims } = payload.data;
    return { claims, exp };
  };

  return {
    async issue(claims) {
      const binding = JSON.stringify([claims.user, claims.tenant, claims.account, claims.origin, claims.authorized]);
      const now = clock();
      let entry = issued.get(binding);
      if (!entry || now - entry.at >= REUSE_MS || now < entry.at) {
        const exp = now + TICKET_MS;
        entry = {
          at: now,
          ticket: encrypt(claims, exp).then((ticket) => {
            own.set(ticket, { claims, exp }, now);
            return ticket;
          }),
        };
        issued.delete(binding);
        issued.set(binding, entry);
        const oldest = issued.keys().next();
        if (issued.size > MAX_REUSED && !oldest.done) issued.delete(oldest.value);
      }
      return { ticket: await entry.ticket, expiresAt: entry.at + TICKET_MS };
    },

    async read(ticket) {
      const content = own.get(ticket, clock()) ?? (await open(ticket));
      return content && { claims: content.claims, expired: content.exp <= clock() };
    },
  };
}
