/** The threats of SECURITY.md that are met in the browser: each test's name begins with its ids. */
import { expect } from '@open-wc/testing';
import type { DestinationOAuth } from '../src/index.ts';
import { openPopup, watch } from '../src/popup.ts';
import { ackMessage, channelName, resultMessage } from '../src/protocol.ts';
import { account, never } from './helpers/fake-proxy.ts';
import { click, until } from './helpers/mouse.ts';
import { everything, part, Stage, text } from './helpers/stage.ts';
import { VIEWS, inView } from './helpers/views.ts';
import type { View } from '../src/flow.ts';

const FLOW = 'f'.repeat(32);
const ORIGIN = 'https://proxy.example';

/** A watched flow with a window of its own, and what came of the messages. */
class Watched {
  readonly #frame = document.body.appendChild(document.createElement('iframe'));
  readonly heard: string[] = [];
  readonly #stop: () => void;

  constructor(origin = ORIGIN) {
    const popup = this.window;
    this.#stop = watch({
      flow: FLOW,
      origin,
      popup,
      onResult: (hint, channel) => this.heard.push(`${channel} ${hint}`),
      onClosed: () => undefined,
    });
  }

  get window(): Window {
    const { contentWindow } = this.#frame;
    if (!contentWindow) throw new Error('The frame has no window.');
    return contentWindow;
  }

  /** A message as the redirect page sends it, but for what is given. */
  say(given: MessageEventInit = {}): void {
    const genuine = { origin: ORIGIN, source: this.window, data: resultMessage(FLOW, 'ok') };
    window.dispatchEvent(new MessageEvent('message', { ...genuine, ...given }));
  }

  end(): void {
    this.#stop();
    this.#frame.remove();
  }
}

describe('messages from other windows', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.end());
  const silent = (...messages: MessageEventInit[]): void => {
    for (const message of messages) watched.say(message);
    expect(watched.heard).to.deep.equal([]);
    watched.say();
    expect(watched.heard, 'the genuine one is heard').to.deep.equal(['post-message ok']);
  };

  it('T4: another origin is not heard', () =>
    silent(
      { origin: 'https://evil.example' },
      { origin: `${ORIGIN}.evil.example` },
      { origin: 'http://proxy.example' },
      { origin: `${ORIGIN}:8443` },
      { origin: 'null' },
      { origin: '' },
    ));

  it('T4: another source is not heard', () => silent({ source: window }, { source: null }));

  it('T4: another shape is not heard', () => {
    const message = resultMessage(FLOW, 'ok');
    silent(
      { data: { ...message, more: 1 } },
      { data: { ...message, hint: 'authorized' } },
      { data: { ...message, v: 2 } },
      { data: { ...message, ns: 'other' } },
      { data: JSON.stringify(message) },
      { data: ackMessage(FLOW) },
      { data: [message] },
      { data: null },
    );
  });

  it('T4: another flow is not heard', () => silent({ data: resultMessage('x'.repeat(32), 'ok') }));

  it('T4, T12: a result is heard once', () => {
    watched.say();
    watched.say({ data: resultMessage(FLOW, 'internal_server_error') });
    expect(watched.heard).to.deep.equal(['post-message ok']);
  });

  it('T4: the channel of the flow is believed on the one origin only', async () => {
    const own = new Watched(location.origin);
    const channel = new BroadcastChannel(channelName(FLOW));
    try {
      channel.postMessage(resultMessage('x'.repeat(32), 'ok'));
      channel.postMessage({ ...resultMessage(FLOW, 'ok'), more: 1 });
      channel.postMessage(resultMessage(FLOW, 'unknown'));
      channel.postMessage(resultMessage(FLOW, 'ok'));
      await until(() => own.heard.length > 0, 'the result');
      await new Promise((resolve) => setTimeout(resolve));
      expect(own.heard).to.deep.equal(['broadcast-channel unknown']);
      expect(watched.heard).to.deep.equal([]);
    } finally {
      channel.close();
      own.end();
    }
  });

  it('T19: a foreign message is refused before its content is looked at', () => {
    let looked = 0;
    class Counting extends MessageEvent<unknown> {
      override get data(): unknown {
        looked++;
        return undefined;
      }
    }
    for (let i = 0; i < 10_000; i++) {
      window.dispatchEvent(new Counting('message', { origin: 'https://evil.example', source: watched.window }));
      window.dispatchEvent(new Counting('message', { origin: ORIGIN, source: window }));
    }
    expect(looked).to.equal(0);
    window.dispatchEvent(new Counting('message', { origin: ORIGIN, source: watched.window }));
    expect(looked).to.equal(1);
  });
});

describe('the element', () => {
  let stage: Stage;
  beforeEach(() => (stage = new Stage()));
  afterEach(() => stage.strike());

  it('T3: `ok` shows nothing that the proxy does not say', async () => {
    const element = await stage.ready();
    element.authorize();
    stage.proxy.flow = { state: 'completed', account: account() };
    stage.say({ hint: 'ok' });
    await stage.view(element, 'incomplete');
    expect(stage.count('authorized')).to.equal(0);
    expect(element.oauthStatus).to.equal('unauthorized');
  });

  it('T9: a window that reads as closed is no verdict', async () => {
    const element = await stage.ready();
    element.authorize();
    stage.popups[0]?.close();
    await stage.view(element, 'unconfirmed');
    stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
    stage.proxy.account = { oauth_status: 'authorized' };
    element.refresh();
    await stage.view(element, 'authorized');
    expect(stage.count('authorized')).to.equal(1);
  });

  it('T11: a report about another account is not believed', async () => {
    const element = await stage.ready();
    element.authorize();
    stage.proxy.belongs(stage.flow, 'another');
    stage.proxy.flow = {
      state: 'completed',
      account: account({ account_id: 'another', oauth_status: 'authorized' }),
    };
    stage.say();
    await until(() => stage.proxy.count('accounts') === 2, 'a read of its own account');
    await stage.view(element, 'confirming');
    expect(stage.count('authorized')).to.equal(0);
  });

  it('T19: 10,000 messages in a burst cost at most one request', async () => {
    const element = await stage.ready();
    stage.proxy.flow = never;
    element.authorize();
    for (let i = 0; i < 10_000; i++) stage.say({ hint: i % 2 ? 'ok' : 'unknown' });
    await element.updateComplete;
    expect(stage.proxy.count('flows')).to.equal(1);
  });

  it('T17: names and words of the proxy are text, never markup', async () => {
    const evil = '<img src=x onerror="window.pwned = true"><script>window.pwned = true</script>';
    stage.proxy.account = { destination_name: evil, name: evil, upstream_status: evil };
    const element = await stage.ready();
    expect(text(element, 'title')).to.contain('<img');
    expect(element.shadowRoot?.querySelectorAll('img, script').length).to.equal(0);
    expect('pwned' in window).to.equal(false);
  });

  it('T20: an answer that names its prototype leaves no trace', async () => {
    stage.proxy.anything = () =>
      new Response(
        JSON.stringify(account()).replace('{', '{"__proto__":{"polluted":true,"oauth_status":"authorized"},'),
      );
    const element = await stage.ready();
    expect(element.view).to.equal('unauthorized');
    expect(element.account).not.to.have.property('polluted');
    expect({}).not.to.have.property('polluted');
  });

  for (const view of Object.keys(VIEWS) as View[])
    it(`T7, T23: ${view} holds no link, frame, form or inline handler, and no URL`, async () => {
      for (const variant of ['card', 'compact', 'button'] as const) {
        const element: DestinationOAuth = await inView(stage, view, { variant });
        const nodes = [...(element.shadowRoot?.querySelectorAll('*') ?? [])];
        expect(nodes.length).to.be.greaterThan(0);
        for (const node of nodes) {
          expect(node.localName).not.to.match(/^(a|iframe|frame|embed|object|form|img|script|link|base|meta)$/);
          for (const { name } of node.attributes)
            expect(name).not.to.match(/^(on.*|href|xlink:href|src|srcdoc|srcset|action|formaction|style)$/);
        }
        expect(everything(element)).not.to.match(/https?:|javascript:|ticket|authorize\?/);
        element.remove();
        await stage.strike();
        stage = new Stage();
      }
    });

  it('T10, T23: a window has no name, and its address bar is left alone', async () => {
    const element = await stage.ready();
    for (let i = 0; i < 3; i++) {
      element.authorize();
      stage.popups.at(-1)?.close();
    }
    expect(stage.opened.length).to.equal(3);
    for (const { name, features } of stage.opened) {
      expect(name).to.equal('_blank');
      expect(features).not.to.match(/location|toolbar|menubar|status|titlebar|fullscreen|noopener/);
    }
  });

  it('T6: what the proxy sends as authorize_url opens only if it is https', async () => {
    for (const authorize_url of [
      'javascript:alert(1)',
      'data:text/html,x',
      'http://proxy.test/',
      'https://u@h.test/',
    ]) {
      stage.proxy.account = { authorize_url };
      const element = await stage.ready();
      element.authorize();
      await stage.view(element, 'error');
      element.remove();
    }
    expect(stage.opened).to.deep.equal([]);
  });

  it('T21: a sandboxed frame is noticed, and said with the attribute to change', async () => {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
    frame.src = '/test/fixtures/sandboxed.html';
    document.body.append(frame);
    try {
      const found = await until(async () => {
        const element = frame.contentDocument?.querySelector('destination-oauth');
        return element && 'diagnose' in element ? element : undefined;
      }, 'the element in the frame');
      const { framed, findings } = await found.diagnose();
      expect(framed).to.equal(true);
      expect(findings.join(' ')).to.match(/add allow-popups to the sandbox attribute/);
      found.setAttribute('account-id', 'acc');
      expect(part(found, 'base')).to.be.ok;
    } finally {
      frame.remove();
    }
  });
});

describe('a real window', () => {
  /** What the page in a window that a click opens sees. */
  const seenFrom = async (query: string, sever: boolean): Promise<Record<string, unknown>> => {
    const channel = new BroadcastChannel('popup-fixture');
    const button = document.body.appendChild(document.createElement('button'));
    button.textContent = 'Open';
    let popup: ReturnType<typeof openPopup> | undefined;
    button.addEventListener('click', () => {
      popup = openPopup(`${location.origin}/test/fixtures/popup.html${query}`, sever);
    });
    try {
      const seen = new Promise<Record<string, unknown>>((resolve) => {
        channel.onmessage = ({ data }: MessageEvent<Record<string, unknown>>) => resolve(data);
      });
      await click(button);
      return await seen;
    } finally {
      popup?.close();
      channel.close();
      button.remove();
    }
  };

  it('T8: a severed opener cannot be navigated', async () => {
    const before = location.href;
    expect(await seenFrom('?navigate', true)).to.deep.equal({ opener: false, name: '', navigated: false });
    expect(location.href).to.equal(before);
  });

  it('T10: a page in the window reads no name', async () => {
    expect(await seenFrom('', false)).to.deep.equal({ opener: true, name: '' });
  });
});
