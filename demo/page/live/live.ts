/** The Live section: state and actions. What it looks like is in `view.ts`. */
import { render } from 'lit';
import {
  activateAccount,
  changeDemo,
  NoServerError,
  readDemoState,
  resetDemo,
  revokeAtPlatform,
  type DemoState,
  type Scenario,
  type Version,
} from './control-api.ts';
import { EventLog } from './event-log.ts';
import type { Diagnosis, LiveActions, LiveModel, Mode, Variant } from './model.ts';
import { liveTemplate, noServerTemplate } from './view.ts';

export class LiveSection {
  #root: HTMLElement;
  #demo: DemoState | undefined;
  #log: EventLog;
  #variant: Variant = 'compact';
  #mode: Mode = 'auto';
  /** Counts the worlds seen (API versions, resets): elements of one are not reused in the next. */
  #epoch = 0;
  #shown = new Map<string, { status: string; name: string | undefined }>();
  #initialStatuses = new Map<string, string>();
  #message = '';
  #problem = '';
  #diagnosis: Diagnosis | undefined;
  #pending: Promise<void> = Promise.resolve();

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#log = new EventLog(root);
    root.addEventListener('oauth-status-change', (event) => {
      const element = this.#elements(event.accountId)[0];
      this.#shown.set(event.accountId, { status: event.oauthStatus, name: element?.account?.name });
      this.#render();
    });
  }

  async start(): Promise<void> {
    try {
      this.#demo = await readDemoState();
    } catch (error) {
      if (!(error instanceof NoServerError)) throw error;
      render(noServerTemplate(), this.#root);
      return;
    }
    this.#render();
    const log = this.#root.querySelector<HTMLElement>('.events');
    if (log) this.#log.show(log);
  }

  /** Runs one action after the other; what goes wrong is said on the page. */
  #run(action: () => Promise<void>): void {
    this.#pending = this.#pending.then(async () => {
      this.#problem = '';
      try {
        await action();
      } catch (error) {
        this.#problem = error instanceof Error ? error.message : String(error);
      }
      this.#render();
    });
  }

  #newWorld(): void {
    this.#epoch += 1;
    this.#shown.clear();
    this.#initialStatuses.clear();
  }

  /** Makes the elements read their status again; they say themselves what comes of it. */
  #refresh(accountId?: string): void {
    for (const element of this.#elements(accountId)) element.refresh();
  }

  #elements(accountId?: string): HTMLElementTagNameMap['destination-oauth'][] {
    const all = [...this.#root.querySelectorAll('destination-oauth')];
    return accountId === undefined ? all : all.filter((element) => element.accountId === accountId);
  }

  /** Takes the focus to a row that has just appeared; a row takes none otherwise. */
  #focusRow(accountId: string): void {
    const row = this.#root.querySelector<HTMLElement>(`[data-account="${CSS.escape(accountId)}"]`);
    if (!row) return;
    row.tabIndex = -1;
    row.addEventListener('blur', () => row.removeAttribute('tabindex'), { once: true });
    row.focus();
  }

  #actions: LiveActions = {
    setVersion: (version: Version) =>
      this.#run(async () => {
        await changeDemo({ version });
        this.#demo = await readDemoState();
        this.#newWorld();
        this.#message = `Now on LiveRamp’s ${version} API`;
      }),
    setScenario: (scenario: Partial<Scenario>) =>
      this.#run(async () => {
        await changeDemo({ scenario });
        this.#demo = await readDemoState();
        if (scenario.liveramp) this.#refresh();
      }),
    setVariant: (variant: Variant) => {
      this.#variant = variant;
      this.#render();
    },
    setMode: (mode: Mode) => {
      this.#mode = mode;
      this.#render();
    },
    refreshAll: () => this.#refresh(),
    revoke: (accountId: string) =>
      this.#run(async () => {
        await revokeAtPlatform(accountId);
        this.#message = 'The grant was revoked at the platform';
        this.#refresh(accountId);
      }),
    diagnose: () =>
      this.#run(async () => {
        this.#diagnosis = await this.#root.querySelector('destination-oauth')?.diagnose();
      }),
    reset: () =>
      this.#run(async () => {
        await resetDemo();
        this.#demo = await readDemoState();
        this.#newWorld();
        this.#log.clear();
        this.#message = 'The demo is as it was at the start';
      }),
    activate: (platform: string) =>
      this.#run(async () => {
        const activated = await activateAccount(platform);
        const demo = await readDemoState();
        if (activated.oauthStatus !== undefined) this.#initialStatuses.set(activated.accountId, activated.oauthStatus);
        this.#demo = demo;
        this.#message = 'Account added at the end of the list';
        this.#render();
        this.#focusRow(activated.accountId);
      }),
  };

  #render(): void {
    if (!this.#demo) return;
    const model: LiveModel = {
      demo: this.#demo,
      epoch: this.#epoch,
      variant: this.#variant,
      mode: this.#mode,
      shown: this.#shown,
      initialStatuses: this.#initialStatuses,
      message: this.#message,
      problem: this.#problem,
      diagnosis: this.#diagnosis,
    };
    render(liveTemplate(model, this.#actions), this.#root);
  }
}
