/** One random run: the real element and the real proxy, a plan's faults between them, and what must hold all the same. */
import { DestinationOAuth } from '../../src/index.ts';
import { createProxy, memoryStore } from '../../src/proxy/index.ts';
import { NAMESPACE, resultMessage } from '../../src/protocol.ts';
import { Browser, Channel } from './browser.ts';
import { LiveRamp } from './liveramp.ts';
import { ACCOUNTS, type Plan, type Step } from './plan.ts';
import { Popup, accountOf } from './popup.ts';
import { VirtualTime } from './virtual-time.ts';

const SECRET = 'a secret of at least thirty-two bytes, for tests';
const LIFE = 17 * 60_000;
/** A status may be shown that was true when the answer set out: the slowest answer, and the element's patience with it. */
const OLDEST_NEWS = 40_000;
const LONGEST_CONFIRMING = 20_000;
const UNSETTLED = ['loading', 'awaiting', 'confirming', 'unconfirmed'];

let runs = 0;

class Run {
  readonly #plan: Plan;
  readonly #time = new VirtualTime();
  readonly #base = `${location.origin}/random/${++runs}`;
  readonly #liveramp: LiveRamp;
  readonly #browser: Browser;
  readonly #page = document.body.appendChild(document.createElement('main'));
  readonly #elements: DestinationOAuth[] = [];
  readonly #popups: Popup[] = [];
  readonly #revoked = new Set<string>();
  readonly #confirmingSince = new Map<DestinationOAuth, number>();
  /** How many flows were begun for an account. */
  readonly #begun = new Map<string, number>();
  readonly #authorizedEvents = new Map<string, number>();
  readonly #broken: string[] = [];
  #proxyClock = 0;
  #blocked = false;
  /** Timers were late, or the page's clock was moved. */
  #throttled = false;

  constructor(plan: Plan) {
    this.#plan = plan;
    const { api, start, processing, lag } = plan;
    const time = this.#time;
    const elapsed = (): number => time.elapsed;
    this.#liveramp = new LiveRamp(api, { processing, lag }, elapsed, (ms, work) => time.after(ms, work));
    for (const id of ACCOUNTS) this.#liveramp.add(id, start);
    this.#proxyClock = Date.now();
    this.#browser = new Browser(time, this.#base, this.#startProxy());
    const begin = (url: string): void => {
      const account = accountOf(new URL(url).pathname);
      this.#begun.set(account, (this.#begun.get(account) ?? 0) + 1);
    };
    this.#browser.open = (url) => {
      if (this.#blocked) {
        // A browser may have opened a window all the same, and hide it from the page.
        if (url) begin(url);
        return null;
      }
      const popup = new Popup(this.#browser, url, begin);
      this.#popups.push(popup);
      return popup.window;
    };
    for (const type of ['oauth-view-change', 'oauth-status-change', 'oauth-authorized'] as const)
      this.#page.addEventListener(type, (event) => this.#hear(event));
  }

  #startProxy(): (request: Request) => Promise<Response> {
    const clock = (): number => this.#proxyClock + this.#time.elapsed;
    return createProxy({
      publicUrl: this.#base,
      upstream: this.#liveramp.upstream(),
      authenticate: () => ({ user: 'ann', tenant: 'acme' }),
      canAccess: () => true,
      embedOrigins: [location.origin],
      authorizationHosts: ['www.linkedin.com'],
      secret: SECRET,
      store: memoryStore({ clock }),
      fetch: this.#liveramp.fetch,
      clock,
    });
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#broken.push(`${(this.#time.elapsed / 1000).toFixed(1)} s: ${what}`);
  }

  #hear(event: Event): void {
    const element = event.target as DestinationOAuth;
    const account = element.accountId ?? '';
    const now = this.#time.elapsed;
    const since = this.#confirmingSince.get(element);
    if (event.type === 'oauth-view-change' && since !== undefined) {
      this.#confirmingSince.delete(element);
      const took = now - since;
      this.#expect(this.#throttled || took <= LONGEST_CONFIRMING, `confirming took ${took} ms`);
    }
    if (element.view === 'confirming') this.#confirmingSince.set(element, now);
    const says =
      event.type === 'oauth-authorized' ||
      (event.type === 'oauth-view-change' && element.view === 'authorized') ||
      (event.type === 'oauth-status-change' && element.oauthStatus === 'authorized');
    // A view may come back to a status that was read long ago.
    const fresh = event.type !== 'oauth-view-change';
    if (says && fresh)
      this.#expect(
        this.#liveramp.wasAuthorized(account, OLDEST_NEWS),
        `${event.type}, but ${account} is not authorized`,
      );
    if (event.type !== 'oauth-authorized') return;
    const count = (this.#authorizedEvents.get(account) ?? 0) + 1;
    this.#authorizedEvents.set(account, count);
    const begun = this.#begun.get(account) ?? 0;
    this.#expect(count <= begun, `oauth-authorized ${count} times for ${begun} flows of ${account}`);
  }

  #add(accountId: string): DestinationOAuth {
    const element = new DestinationOAuth();
    Object.assign(element, { accountId, proxyUrl: this.#base, mode: 'popup' });
    this.#elements.push(element);
    this.#page.append(element);
    return element;
  }

  #putBack(element: DestinationOAuth): void {
    if (element.isConnected) return;
    if (element.view === 'confirming') this.#confirmingSince.set(element, this.#time.elapsed);
    this.#page.append(element);
  }

  #element(which: number): DestinationOAuth {
    const element = this.#elements[which % this.#elements.length];
    if (!element) throw new Error('There is no element');
    return element;
  }

  #open(which: number): Popup | undefined {
    const open = this.#popups.filter((popup) => !popup.shut);
    return open[which % open.length];
  }

  async #do(step: Step): Promise<void> {
    const browser = this.#browser;
    switch (step.do) {
      case 'wait':
        return this.#time.pass(step.ms);
      case 'click':
        for (let i = 0; i < step.times; i++) part(this.#element(step.which), 'button')?.click();
        return;
      case 'secondary': {
        const element = this.#element(step.which);
        // In `blocked` it would leave this very page.
        if (element.view !== 'blocked') part(element, 'secondary-button')?.click();
        return;
      }
      case 'cancel':
        return this.#element(step.which).cancel();
      case 'refresh':
        return this.#element(step.which).refresh();
      case 'remove': {
        const element = this.#element(step.which);
        this.#confirmingSince.delete(element);
        return element.remove();
      }
      case 'put-back':
        return this.#putBack(this.#element(step.which));
      case 'move':
        return this.#page.append(this.#element(step.which));
      case 'other-account': {
        const element = this.#element(step.which);
        element.accountId = ACCOUNTS.find((id) => id !== element.accountId) ?? null;
        return;
      }
      case 'decide': {
        const popup = this.#open(step.which);
        if (!popup?.consent) return;
        popup.delivery = step.delivery;
        const back = this.#liveramp.decide(popup.consent, step.consent);
        if (step.returns) void popup.go(back.href);
        else popup.close();
        return;
      }
      case 'close':
        return this.#open(step.which)?.close();
      case 'sever': {
        const popup = this.#open(step.which);
        if (popup) popup.severed = true;
        return;
      }
      case 'forge':
        return this.#forge(step);
      case 'net':
        browser.net = step.net;
        browser.delay = step.delay;
        return;
      case 'online':
        if (browser.net === 'offline') browser.net = 'up';
        return browser.fire('online');
      case 'restart':
        browser.life++;
        browser.handler = this.#startProxy();
        return;
      case 'focus':
        return browser.fire('focus');
      case 'hide':
        browser.hidden = true;
        this.#time.throttle = step.throttle;
        this.#throttled ||= step.throttle > 1;
        return browser.fire('visibilitychange');
      case 'show':
        return this.#show();
      case 'reload': {
        const accounts = this.#elements.splice(0).map((element) => {
          element.remove();
          return element.accountId ?? '';
        });
        this.#confirmingSince.clear();
        await this.#time.pass(this.#time.throttle);
        for (const account of accounts) this.#add(account);
        return;
      }
      case 'liveramp':
        this.#liveramp.health = step.health;
        return;
      case 'clock':
        if (step.whose === 'page') this.#time.move(step.minutes * 60_000);
        else this.#proxyClock += step.minutes * 60_000;
        return;
      case 'add':
        if (this.#elements.length < 4) this.#add(ACCOUNTS[step.account] ?? ACCOUNTS[0]);
        return;
      case 'grant':
      case 'revoke':
        return this.#elsewhere(step.do, ACCOUNTS[step.account] ?? ACCOUNTS[0], step.told);
      case 'popups':
        this.#blocked = !step.work;
        return;
      case 'channels':
        browser.channelsWork = step.work;
        return;
      case 'storage':
        browser.storageWorks = step.work;
    }
  }

  #show(): void {
    this.#browser.hidden = false;
    this.#time.throttle = 1;
    this.#browser.fire('visibilitychange');
    this.#browser.fire('focus');
  }

  #forge({ which, how }: Extract<Step, { do: 'forge' }>): void {
    const popup = this.#open(which);
    if (!popup) return;
    const message = resultMessage(how === 'flow' ? 'A'.repeat(32) : popup.flow, 'ok');
    const data = how === 'shape' ? { ...message, status: 'authorized' } : message;
    const source = how === 'source' ? window : popup.window;
    this.#browser.message(data, source, how === 'origin' ? 'https://evil.test' : location.origin);
  }

  /** Somebody changes the account on another page; another tab of this page may have noticed. */
  #elsewhere(what: 'grant' | 'revoke', account: string, told: boolean): void {
    this.#liveramp[what](account);
    if (what === 'revoke') this.#revoked.add(account);
    if (!told) return;
    const tab = new Channel(`${NAMESPACE}@${this.#base}`, true);
    tab.postMessage(account);
    tab.close();
  }

  async run(): Promise<void> {
    try {
      for (const account of this.#plan.elements) this.#add(ACCOUNTS[account] ?? ACCOUNTS[0]);
      await this.#time.settle();
      for (const step of this.#plan.steps) {
        await this.#do(step);
        await this.#time.settle();
      }
      await this.#finish();
    } finally {
      this.#page.remove();
      for (const popup of this.#popups) popup.close();
      await this.#time.pass(61_000);
      this.#browser.end();
      this.#time.end();
    }
    if (this.#broken.length) throw new Error(this.#broken.join('\n'));
  }

  /** Everything works again; the elements get a hint, time goes by, and they are put away. */
  async #finish(): Promise<void> {
    const { hint, close, cancel } = this.#plan.ending;
    const { processing, lag } = this.#plan;
    const browser = this.#browser;
    browser.net = 'up';
    this.#liveramp.health = 'up';
    for (const element of this.#elements) this.#putBack(element);
    if (close) for (const popup of this.#popups) popup.close();
    this.#show();
    await this.#time.pass(processing + lag + 30_000);
    if (hint === 'focus') browser.fire('focus');
    if (hint === 'refresh') await this.#refresh();
    await this.#time.pass(25_000);
    if (hint === 'refresh') for (const element of this.#elements) this.#expectTruth(element, 'after refresh()');
    if (cancel) for (const element of this.#elements) element.cancel();
    await this.#time.pass(LIFE);
    for (const account of ACCOUNTS) if (!this.#isShown(account) && this.#begun.has(account)) this.#add(account);
    await this.#time.pass(lag + 61_000);
    browser.fire('focus');
    await this.#time.pass(5_000);
    for (const element of this.#elements) {
      this.#expectTruth(element, 'at the end');
      this.#expect(!UNSETTLED.includes(element.view), `${element.accountId} ends in ${element.view}`);
    }
    this.#expectLinks();
    this.#expect(!browser.heldByAttempts.length, `held after the attempts: ${browser.heldByAttempts.join(', ')}`);
    for (const popup of this.#popups) popup.close();
    for (const element of this.#elements) element.remove();
    await this.#time.pass(1);
    this.#expect(!browser.held.length, `held after removal: ${browser.held.join(', ')}`);
    await this.#time.pass(61_000);
    this.#expect(this.#time.timers === 0, `${this.#time.timers} timers left`);
    this.#expect(!browser.rejections.length, `unhandled: ${browser.rejections.map(String).join(', ')}`);
  }

  async #refresh(): Promise<void> {
    for (const element of this.#elements) element.refresh();
    // The first look may be what has a grant linked, and the status lags behind that.
    await this.#time.pass(25_000 + this.#plan.lag);
    for (const element of this.#elements) element.refresh();
  }

  #isShown(account: string): boolean {
    return this.#elements.some((element) => element.accountId === account);
  }

  #expectTruth(element: DestinationOAuth, when: string): void {
    const account = element.accountId ?? '';
    const authorized = this.#liveramp.isAuthorized(account);
    const { view, oauthStatus } = element;
    this.#expect((oauthStatus === 'authorized') === authorized, `${account}: ${oauthStatus} ${when}`);
    // A renewal that did not come off is told as such: the account is no less authorized.
    const renewal = view === 'failed' || view === 'blocked' || (when !== 'at the end' && UNSETTLED.includes(view));
    this.#expect((view === 'authorized') === authorized || (authorized && renewal), `${account}: view ${view} ${when}`);
  }

  /** In v2 a grant makes the account authorized only when the proxy has linked it, at the latest when somebody looks. */
  #expectLinks(): void {
    for (const { authorizationUrl, account, life } of this.#popups) {
      if (!authorizationUrl || life !== this.#browser.life || this.#revoked.has(account)) continue;
      if (this.#liveramp.isGranted(authorizationUrl))
        this.#expect(this.#liveramp.isAuthorized(account), `${account} was granted, and is not authorized`);
    }
  }
}

const part = (element: Element, name: string): HTMLElement | null =>
  element.shadowRoot?.querySelector<HTMLElement>(`[part~="${name}"]`) ?? null;

/** Carries a plan out. Throws, naming what did not hold. */
export const carryOut = (plan: Plan): Promise<void> => new Run(plan).run();
