import { base64url } from 'jose';

/** 256 random bits, base64url. */
export const randomToken = (): string => base64url.encode(crypto.getRandomValues(new Uint8Array(32)));

/** What is used of `node:crypto`. */
interface NodeCrypto {
  createHash(name: 'sha256'): { update(bytes: Uint8Array): { digest(): Uint8Array } };
}

/**
 * Node's own hash, where the runtime has it: `crypto.subtle` hands each text to another thread, which for the dozen short
 * texts of a flow takes longer than all the rest. Not imported, so that the proxy runs where there is no such module.
 */
const runtime = globalThis as { process?: { getBuiltinModule?(name: 'node:crypto'): NodeCrypto | undefined } };
const node = runtime.process?.getBuiltinModule?.('node:crypto');

const digest: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array | Promise<Uint8Array> = node
  ? (bytes) => node.createHash('sha256').update(bytes).digest()
  : async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/** SHA-256, base64url. */
export async function hash(text: string): Promise<string> {
  return base64url.encode(await digest(new TextEncoder().encode(text)));
}

/** Whether two hashes are equal, in a time that does not tell where they differ. */
export function equalHashes(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
