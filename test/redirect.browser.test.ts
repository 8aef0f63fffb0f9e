import { expect, fixture, html } from '@open-wc/testing';
import { ackMessage, channelName } from '../src/protocol.ts';
import { click, until } from './helpers/mouse.ts';

const STATE = 'a-state-that-nobody-may-see';

interface RedirectPage {
  answer: typeof fetch;
  prepare: (page: Window) => void;
  finished?: Promise<boolean>;
}
declare global {
  interface Window {
    redirectPage?: RedirectPage;
  }
}

const newFlow = (): string => crypto.randomUUID().replaceAll('-', '');
const json = (body: unknown, status = 200): Promise<Response> =>
  Promise.resolve(new Response(JSON.stringify(body), { status }));

describe('the redirect page', () => {
  let popup: Window | null = null;
  let messages: MessageEvent[] = [];
  const listen = (event: MessageEvent): unknown => messages.push(event);
  beforeEach(() => {
    messages = [];
    window.addEventListener('message', listen);
  });
  afterEach(() => {
    window.removeEventListener('message', listen);
    popup?.close();
    delete window.redirectPage;
  });

  const open = async (
    query: string,
    answer: typeof fetch,
    prepare: RedirectPage['prepare'] = () => undefined,
  ): Promise<RedirectPage> => {
    const page: RedirectPage = { answer, prepare };
    window.redirectPage = page;
    const button = await fixture<HTMLButtonElement>(html`<button>Open</button>`);
    button.addEventListener('click', () => {
      popup = window.open(`/test/fixtures/redirect.html?${query}`, '_blank', 'popup,width=400,height=300');
    });
    await click(button);
    await until(() => popup, 'the popup');
    return page;
  };

  it('T16: strips the query before the request, posts with the custom header, announces, closes on the ack', async () => {
    const flow = newFlow();
    const requests: [string, RequestInit, string][] = [];
    await open(`status=ok&state=${STATE}&extra=1`, (input, init) => {
      requests.push([input as string, init ?? {}, popup?.location.href ?? '']);
      return json({ flow, target_origin: location.origin, hint: 'ok' });
    });
    const message = await until(() => messages[0], 'the message');
    expect(message.origin).to.equal(location.origin);
    expect(message.source === popup).to.equal(true);
    expect(message.data).to.deep.equal({ ns: 'destination-oauth', v: 1, type: 'result', flow, hint: 'ok' });
    (message.source as Window).postMessage(ackMessage(flow), location.origin);
    await until(() => popup?.closed, 'the window closes', 1200);
    const [request] = requests;
    expect(requests.length).to.equal(1);
    expect(request?.[0]).to.equal('/api/callback');
    expect(request?.[1].method).to.equal('POST');
    expect(request?.[1].credentials).to.equal('include');
    expect(request?.[1].body).to.equal(JSON.stringify({ status: 'ok', state: STATE }));
    const headers = new Headers(request?.[1].headers);
    expect(headers.get('x-destination-oauth')).to.equal('1');
    expect(headers.get('content-type')).to.equal('application/json');
    expect(request?.[2]).to.equal(`${location.origin}/test/fixtures/redirect.html`);
  });

  it('T9: a severed page is heard by the channel, and hears the ack there', async () => {
    const flow = newFlow();
    const channel = new BroadcastChannel(channelName(flow));
    const heard: unknown[] = [];
    channel.onmessage = (event) => {
      heard.push(event.data);
      channel.postMessage(ackMessage(flow));
    };
    try {
      await open(
        `status=unprocessable_entity&state=${STATE}`,
        () => json({ flow, target_origin: location.origin, hint: 'unprocessable_entity' }),
        (page) => {
          page.opener = null;
        },
      );
      await until(() => popup?.closed, 'the window closes');
      expect(heard).to.deep.equal([
        { ns: 'destination-oauth', v: 1, type: 'result', flow, hint: 'unprocessable_entity' },
      ]);
      expect(messages.length).to.equal(0);
    } finally {
      channel.close();
    }
  });

  it('T5: an opener of another origin hears nothing', async () => {
    const flow = newFlow();
    const page = await open(`status=ok&state=${STATE}`, () =>
      json({ flow, target_origin: 'https://app.example', hint: 'ok' }),
    );
    expect(await until(() => page.finished, 'the page has run')).to.equal(true);
    expect(messages.length).to.equal(0);
  });

  it('shows a line of text where the window cannot close, and takes no ack of another flow', async () => {
    const flow = newFlow();
    let closed = 0;
    await open(
      `status=ok&state=${STATE}`,
      () => json({ flow, target_origin: location.origin, hint: 'ok' }),
      (page) => {
        page.close = () => closed++;
      },
    );
    const message = await until(() => messages[0], 'the message');
    const at = performance.now();
    (message.source as Window).postMessage(ackMessage(newFlow()), location.origin);
    (message.source as Window).postMessage({ ...ackMessage(flow), more: 1 }, location.origin);
    const place = (): string | null | undefined =>
      popup?.document.querySelector('[data-destination-oauth]')?.textContent;
    await until(() => place() === 'You can close this window.', 'the text');
    expect(closed).to.equal(1);
    expect(performance.now() - at).to.be.greaterThan(900);
  });

  it('a proxy that never answers: the window closes after 15 s', async () => {
    const waited: number[] = [];
    const timer = new AbortController();
    await open(
      `status=ok&state=${STATE}`,
      (_, init) =>
        new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new TypeError('aborted')));
          timer.abort();
        }),
      (page) => {
        (page as typeof globalThis & Window).AbortSignal.timeout = (ms) => {
          waited.push(ms);
          return timer.signal;
        };
      },
    );
    await until(() => popup?.closed, 'the window closes');
    expect(waited).to.deep.equal([15_000]);
  });

  for (const [what, query, answer] of [
    ['a state that the proxy refuses', `status=ok&state=${STATE}`, () => json({ code: 'invalid_state' }, 400)],
    ['a proxy that cannot be reached', `status=ok&state=${STATE}`, () => Promise.reject(new TypeError('network'))],
    ['a proxy that answers HTML', `status=ok&state=${STATE}`, () => Promise.resolve(new Response('<html>'))],
    ['no state', 'status=ok', undefined],
    ['a doubled state', `status=ok&state=${STATE}&state=${STATE}`, undefined],
    ['a doubled status', `status=ok&status=ok&state=${STATE}`, undefined],
  ] as [string, string, typeof fetch | undefined][]) {
    it(`${what}: no message, no markup, the window closes`, async () => {
      let requests = 0;
      await open(query, (...given) => {
        requests++;
        return answer ? answer(...given) : json({ flow: newFlow(), target_origin: location.origin, hint: 'ok' });
      });
      await until(() => popup?.closed, 'the window closes');
      expect(requests).to.equal(answer ? 1 : 0);
      expect(messages.length).to.equal(0);
    });
  }
});
