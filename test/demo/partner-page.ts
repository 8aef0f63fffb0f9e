import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readAccount, readFlowReport, type Account, type FlowReport } from '../../src/contract.ts';
import type { Demo } from '../../demo/server.ts';
import { Browser, decide, type Decision, type Page } from './browserless.ts';

const read = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  assert.ok(response.ok, `${response.status}: ${text}`);
  return JSON.parse(text);
};

/** What the element does on the partner's page, without a window: reads accounts, begins flows, polls them. */
export class PartnerPage {
  readonly browser = new Browser();
  readonly #demo: Demo;

  constructor(demo: Demo) {
    this.#demo = demo;
  }

  static async open(demo: Demo, user = 'dana'): Promise<PartnerPage> {
    const page = new PartnerPage(demo);
    await page.browser.open(`${demo.url}/demo/login?user=${user}`, {}, { stopAt: (url) => url === `${demo.url}/` });
    return page;
  }

  /** `fetch` as the page does it, with its cookies. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.#demo.url);
    const headers = new Headers(init.headers);
    headers.set('cookie', this.browser.cookieHeader(url));
    headers.set('origin', this.#demo.url);
    return fetch(url, { ...init, headers });
  }

  proxy(path: string): Promise<Response> {
    return this.fetch(new URL(this.#demo.proxyUrl).pathname + path);
  }

  async account(id: string): Promise<Account> {
    const account = readAccount(await read(await this.proxy(`/accounts/${id}`)));
    assert.ok(account);
    return account;
  }

  async flow(flow: string): Promise<FlowReport> {
    const report = readFlowReport(await read(await this.proxy(`/flows/${flow}`)));
    assert.ok(report);
    return report;
  }

  async control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await read(await this.fetch(`/demo/${path}`, { method, ...init }))) as Record<string, unknown>;
  }

  /** Where the popup would go, with a flow id of its own. */
  async beginUrl(id: string): Promise<{ flow: string; url: string }> {
    const { authorize_url } = await this.account(id);
    assert.ok(authorize_url);
    const flow = randomBytes(24).toString('base64url');
    const url = new URL(authorize_url);
    url.searchParams.set('flow', flow);
    return { flow, url: url.href };
  }

  /** The whole popup: begins, signs in, decides, and comes back to the redirect page. */
  async popup(id: string, choice: { user?: string; decision?: Decision } = {}): Promise<{ flow: string; page: Page }> {
    const { flow, url } = await this.beginUrl(id);
    const page = await decide(this.browser, url, choice);
    return { flow, page };
  }

  /** Polls the flow until it says one of `states`. */
  async until(flow: string, ...states: FlowReport['state'][]): Promise<FlowReport> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      const report = await this.flow(flow);
      if (states.includes(report.state)) return report;
      assert.ok(Date.now() < deadline, `The flow is still ${report.state}.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
