import type { Platform, PlatformTokens } from './platforms.ts';

/** A customer of the partner, with its own service account (v2) and API key (v1.1). */
export interface Tenant {
  readonly id: string;
  readonly orgId: string;
  readonly serviceAccount: { readonly accountId: string; readonly secretKey: string };
  readonly apiKey: string;
}

export interface Integration {
  readonly id: string;
  readonly name: string;
  readonly requiredProperties: readonly { readonly name: string; readonly description: string }[];
  readonly deviceTypes: readonly string[];
  /** The platform that must authorize; none where the destination needs no OAuth. */
  readonly platform?: Platform;
}

export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly integration: Integration;
}

export interface Property {
  readonly propertyKey: string;
  readonly propertyValue: string;
}

/** v2's integration connection, v1.1's destination account: one thing under two names. */
export interface Account {
  readonly id: string;
  readonly orgId: string;
  name: string;
  readonly destination: Destination;
  properties: Property[];
  deviceTypes: string[];
  connectionId?: string;
  /** A status that no document names, in v2's spelling and in v1.1's. */
  readonly oddStatus?: { readonly v2: string; readonly v11: string };
  readonly createdAt: number;
  updatedAt: number;
}

/** v2's OAuth connection: the tokens that a platform gave to LiveRamp. */
export interface Connection {
  readonly id: string;
  readonly orgId: string;
  readonly name: string;
  readonly platform: Platform;
  tokens: PlatformTokens;
  /** Whether the user who consented may manage the ad account; LiveRamp asks the platform with the new tokens. */
  permitted: boolean;
  readonly createdAt: number;
  updatedAt: number;
}

export type Outcome =
  | { readonly kind: 'authorized'; readonly tokens: PlatformTokens; readonly permitted: boolean }
  | { readonly kind: 'failed'; readonly detail: string };

/** v2's OAuth connection attempt; v1.1's "Perform OAuth Authorization" makes one too. */
export interface Attempt {
  readonly id: string;
  readonly orgId: string;
  readonly platform: Platform;
  readonly redirectUrl?: string;
  readonly state?: string;
  /** The connection to authorize anew. */
  readonly connectionId?: string;
  /** v1.1 authorizes an account; v2 makes a connection that is linked afterwards. */
  readonly accountId?: string;
  readonly authorizationUrl: string;
  status: 'PENDING' | 'PROCESSING' | 'AUTHORIZED' | 'FAILED';
  statusDetail?: string;
  /** The connection that was created or renewed, once AUTHORIZED. */
  result?: string;
  readonly createdAt: number;
}

const ATTEMPT_LIFE_MS = 60 * 60 * 1000;
const ATTEMPT_MEMORY_MS = 24 * ATTEMPT_LIFE_MS;

/** Everything that the simulated LiveRamp knows. Both API versions look at this one model. */
export class Model {
  readonly accounts = new Map<string, Account>();
  readonly connections = new Map<string, Connection>();
  readonly attempts = new Map<string, Attempt>();
  /** Those that are PENDING, oldest first. */
  readonly #pending = new Set<Attempt>();
  readonly #processing = new Map<Attempt, { outcome: Outcome; due: number }>();
  readonly #clock: () => number;
  /** Goes on after `clear`: whoever remembers an id of the world before must not meet another thing by it. */
  #count = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  clear(): void {
    for (const map of [this.accounts, this.connections, this.attempts, this.#pending, this.#processing]) {
      map.clear();
    }
  }

  now(): number {
    return this.#clock();
  }

  nextId(prefix: string): string {
    this.#count += 1;
    return `${prefix}_${this.#count}`;
  }

  addAccount(account: Omit<Account, 'createdAt' | 'updatedAt'>): Account {
    const now = this.now();
    const added = { ...account, createdAt: now, updatedAt: now };
    this.accounts.set(added.id, added);
    return added;
  }

  addConnection(orgId: string, platform: Platform, tokens: PlatformTokens, permitted: boolean): Connection {
    const now = this.now();
    const id = this.nextId(`oc_${platform.id}`);
    const added = {
      id,
      orgId,
      name: `${platform.name} connection`,
      platform,
      tokens,
      permitted,
      createdAt: now,
      updatedAt: now,
    };
    this.connections.set(id, added);
    return added;
  }

  addAttempt(attempt: Attempt): void {
    for (const [id, { createdAt }] of this.attempts) {
      if (createdAt + ATTEMPT_MEMORY_MS > this.now()) break;
      this.attempts.delete(id);
    }
    this.attempts.set(attempt.id, attempt);
    this.#pending.add(attempt);
  }

  account(orgId: string, id: string): Account | undefined {
    const account = this.accounts.get(id);
    return account?.orgId === orgId ? account : undefined;
  }

  connection(orgId: string, id: string | undefined): Connection | undefined {
    const connection = id === undefined ? undefined : this.connections.get(id);
    return connection?.orgId === orgId ? connection : undefined;
  }

  attempt(orgId: string, id: string): Attempt | undefined {
    const attempt = this.attempts.get(id);
    return attempt?.orgId === orgId ? attempt : undefined;
  }

  /** The browser has returned: the attempt is PROCESSING, and comes to `outcome` after `processingMs`. */
  conclude(attempt: Attempt, outcome: Outcome, processingMs: number): void {
    attempt.status = 'PROCESSING';
    this.#pending.delete(attempt);
    this.#processing.set(attempt, { outcome, due: this.now() + processingMs });
    this.settle();
  }

  /** Lets everything happen that is due. Called before each look at the model. */
  settle(): void {
    const now = this.now();
    for (const [attempt, { outcome, due }] of this.#processing) {
      if (due > now) continue;
      this.#processing.delete(attempt);
      if (outcome.kind === 'failed') {
        attempt.status = 'FAILED';
        attempt.statusDetail = outcome.detail;
      } else this.#authorize(attempt, outcome.tokens, outcome.permitted);
    }
    for (const attempt of this.#pending) {
      if (attempt.createdAt + ATTEMPT_LIFE_MS > now) break;
      this.#pending.delete(attempt);
      attempt.status = 'FAILED';
      attempt.statusDetail = 'The authorization was not completed in time.';
    }
  }

  /**
   * "Users without the appropriate permission level can sometimes seem to complete the authorization": the attempt is
   * AUTHORIZED for them too. That the account is not shows in the account's own status.
   */
  #authorize(attempt: Attempt, tokens: PlatformTokens, permitted: boolean): void {
    const account = attempt.accountId === undefined ? undefined : this.account(attempt.orgId, attempt.accountId);
    let connection = this.connection(attempt.orgId, attempt.connectionId ?? account?.connectionId);
    if (connection) {
      connection.tokens = tokens;
      connection.permitted = permitted;
      connection.updatedAt = this.now();
    } else connection = this.addConnection(attempt.orgId, attempt.platform, tokens, permitted);
    if (account) {
      account.connectionId = connection.id;
      account.updatedAt = this.now();
    }
    attempt.status = 'AUTHORIZED';
    attempt.result = connection.id;
  }
}
