import { base64url } from 'jose';

const TOKEN_BYTES = 32;

/** Random bytes are asked for many tokens at a time: the call takes longer than all else that a token needs. */
const pool = new Uint8Array(64 * TOKEN_BYTES);
let used = pool.length;

/** 256 random bits, base64url. */
export function randomToken(): string {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, (used += TOKEN_BYTES));
  const token = base64url.encode(bytes);
  // Given out once, whatever happens to the counter.
  bytes.fill(0);
  return token;
}

/** What is used of `node:crypto`. */
interface NodeCrypto {
  hash?(algorithm: 'sha256', text: string, encoding: 'base64url'): string;
}

/**
 * Node's own hash, where the runtime has it: `crypto.subtle` hands each text to another thread, which for the dozen short
 * texts of a flow takes longer than all the rest. Not imported, so that the proxy runs where there is no such module.
 */
const runtime = globalThis as { process?: { getBuiltinModule?(name: 'node:crypto'): NodeCrypto | undefined } };
const node = runtime.process?.getBuiltinModule?.('node:crypto');

/** SHA-256, base64url. */
export async function hash(text: string): Promise<string> {
  return (
    node?.hash?.('sha256', text, 'base64url') ??
    base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
  );
}

/** Whether two hashes are equal, in a time that does not tell where they differ. */
export function equalHashes(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
