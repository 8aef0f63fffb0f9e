import * as wire from './liveramp-v2-wire.ts';
import { UpstreamError } from './problems.ts';
import { BATCH_MS } from './upstream.ts';

/** What a first look at a whole list may cost in calls, names included, as far as that can be kept. */
const CALLS = 12;
/** So many calls names are worth however long the list is. */
const LEAST_NAMES = 2;

type FetchPage = (after: string | undefined) => Promise<wire.ConnectionPage>;

interface Entry {
  readonly connection: wire.ListedConnection | Error;
  readonly readAt: number;
}

/**
 * One walk through a tenant's list of integration connections, page by page, that all batches of a moment share: what a
 * page says is kept for those who ask for it within `BATCH_MS`, and a page is fetched once whoever waits for it.
 */
export class ConnectionListing {
  readonly #clock: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #cursors = new Set<string>();
  #after: string | undefined;
  #ended = false;
  #fetching: Promise<void> | undefined;
  #touchedAt: number;
  #pagesLeft: number;
  #callsForNames: number;

  /** `pages`: how many there were last time. */
  constructor(clock: () => number, pages: number) {
    this.#clock = clock;
    this.#touchedAt = clock();
    this.#pagesLeft = pages;
    this.#callsForNames = namesBeside(pages);
  }

  /** Whether it can still answer for these ids: none of them stands on a page that was read too long ago. */
  serves(ids: readonly string[]): boolean {
    if (this.#fetching === undefined && !this.#isFresh(this.#touchedAt)) return false;
    return ids.every((id) => {
      const entry = this.#entries.get(id);
      return entry ? this.#isFresh(entry.readAt) : !this.#ended || this.#isFresh(this.#touchedAt);
    });
  }

  /** What is known of the connection: an error where the list does not hold it. */
  get(id: string): wire.ListedConnection | Error | undefined {
    return this.#entries.get(id)?.connection ?? (this.#ended ? new UpstreamError('account_not_found') : undefined);
  }

  /** What was asked at `readAt`; what was asked later stands. */
  put(id: string, connection: wire.ListedConnection | Error, readAt: number): void {
    const present = this.#entries.get(id);
    if (!present || present.readAt <= readAt) this.#entries.set(id, { connection, readAt });
  }

  get isFetching(): boolean {
    return this.#fetching !== undefined;
  }

  get pages(): number {
    return this.#cursors.size + (this.#ended ? 1 : this.pagesLeft);
  }

  /** An estimate: at least one until the end is known. */
  get pagesLeft(): number {
    return this.#ended ? 0 : Math.max(1, this.#pagesLeft);
  }

  /** The next page, fetched by the first who asks for all who wait for it. Throws what the fetch throws. */
  next(fetchPage: FetchPage): Promise<void> {
    this.#fetching ??= this.#readNext(fetchPage).finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  /** Whether a call for names is still within what this listing may cost. */
  takeCallForNames(): boolean {
    return this.#callsForNames-- > 0;
  }

  async #readNext(fetchPage: FetchPage): Promise<void> {
    const readAt = this.#clock();
    const page = await fetchPage(this.#after);
    for (const { id, connection } of page.connections) {
      const fits = connection ?? new UpstreamError('upstream_invalid_response', 'An entry of the list does not fit');
      this.put(id, fits, readAt);
    }
    this.#touchedAt = readAt;
    const isFirst = this.#after === undefined;
    const { after } = page;
    if (after === undefined || this.#cursors.has(after)) {
      this.#ended = true;
      return;
    }
    this.#cursors.add(after);
    this.#after = after;
    const pages = Math.ceil((page.total ?? 0) / wire.MAX_PAGE);
    this.#pagesLeft = pages - this.#cursors.size;
    if (isFirst) this.#callsForNames = namesBeside(pages);
  }

  #isFresh(readAt: number): boolean {
    const age = this.#clock() - readAt;
    return age >= 0 && age < BATCH_MS;
  }
}

const namesBeside = (pages: number): number => Math.max(LEAST_NAMES, CALLS - pages);
