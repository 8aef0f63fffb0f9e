import { expect } from '@open-wc/testing';
import type { Account } from '../src/contract.ts';
import { DestinationOAuthError } from '../src/errors.ts';
import { ProxyClient, type Subscriber } from '../src/proxy-client.ts';
import { account, FakeProxy, never } from './helpers/fake-proxy.ts';
import { until } from './helpers/mouse.ts';

const FLOW = 'f'.repeat(32);
let proxy: FakeProxy;
let client: ProxyClient;
const ends: (() => void)[] = [];

beforeEach(() => {
  proxy = new FakeProxy().install();
  client = ProxyClient.at(proxy.base);
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  proxy.restore();
});

interface Listener extends Subscriber {
  accounts: Account[];
  errors: DestinationOAuthError[];
  changes: number;
  end: () => void;
}

function listen(accountId = 'acc', init?: RequestInit): Listener {
  const listener: Listener = {
    accountId,
    accounts: [],
    errors: [],
    changes: 0,
    requestInit: () => init,
    onAccount: (each) => void listener.accounts.push(each),
    onError: (each) => void listener.errors.push(each),
    onChanged: () => {
      listener.changes++;
    },
    end: () => undefined,
  };
  listener.end = client.subscribe(listener);
  ends.push(listener.end);
  return listener;
}

const heard = (listener: Listener): Promise<boolean> =>
  until(() => listener.accounts.length + listener.errors.length > 0, `an answer for ${listener.accountId}`);

const paths = (): string[] => proxy.asked.map(({ url }) => url.href.slice(proxy.base.length));

describe('a client', () => {
  it('is one for a proxy', () => {
    expect(ProxyClient.at(proxy.base)).to.equal(client);
    expect(ProxyClient.at(`${proxy.base}/v2`)).not.to.equal(client);
  });
});

describe('reads', () => {
  it('in one task travel together, each id once', async () => {
    const [a, b, again] = [listen('a'), listen('b'), listen('a')];
    for (const each of [a, b, again]) client.read(each);
    await Promise.all([a, b, again].map(heard));
    expect(paths()).to.deep.equal(['/accounts?id=a&id=b']);
    expect([a, b, again].map(({ accounts }) => accounts[0]?.account_id)).to.deep.equal(['a', 'b', 'a']);
  });

  it('join one that is under way', async () => {
    let answer: (given: Partial<Account>) => void = () => undefined;
    proxy.account = () => new Promise((resolve) => (answer = resolve));
    const first = listen();
    client.read(first);
    await until(() => proxy.asked.length === 1, 'the request');
    const second = listen();
    client.read(second);
    answer({ oauth_status: 'authorized' });
    await heard(second);
    expect(first.accounts.length).to.equal(1);
    expect(paths()).to.deep.equal(['/accounts/acc']);
  });

  it('of more than a hundred, or of long ids, are split; no URL is longer than servers take', async () => {
    const all = Array.from({ length: 250 }, (_, index) => listen(`${index}`.padEnd(128, 'x')));
    for (const each of all) client.read(each);
    await Promise.all(all.map(heard));
    expect(proxy.asked.every(({ url }) => url.searchParams.getAll('id').length <= 100)).to.equal(true);
    expect(Math.max(...proxy.asked.map(({ url }) => url.href.length))).to.be.lessThan(8_000);
    expect(all.every(({ accounts, accountId }) => accounts[0]?.account_id === accountId)).to.equal(true);
  });

  it('with different requestInit travel apart', async () => {
    const [a, b] = [listen('a', { credentials: 'omit' }), listen('b', { credentials: 'same-origin' })];
    client.read(a);
    client.read(b);
    await Promise.all([heard(a), heard(b)]);
    expect(proxy.asked.map(({ init }) => init.credentials)).to.deep.equal(['omit', 'same-origin']);
  });

  it('tell each id of its own failure', async () => {
    proxy.account = (id) => (id === 'b' ? 'account_not_found' : {});
    const [a, b] = [listen('a'), listen('b')];
    client.read(a);
    client.read(b);
    await Promise.all([heard(a), heard(b)]);
    expect(a.accounts.length).to.equal(1);
    expect(b.errors.map(({ code }) => code)).to.deep.equal(['account_not_found']);
  });

  for (const [what, body] of [
    ['leaves one out', { accounts: [account({ account_id: 'a' })] }],
    ['spoils one', { accounts: [account({ account_id: 'a' }), { account_id: 'b', oauth_status: 'Authorized' }] }],
    [
      'has a prototype for one',
      JSON.parse(
        `{"accounts":[${JSON.stringify(account({ account_id: 'a' }))},{"__proto__":${JSON.stringify(account({ account_id: 'b' }))}}]}`,
      ) as object,
    ],
  ] as const)
    it(`a batch that ${what} spoils no other`, async () => {
      proxy.anything = () => Response.json(body);
      const [a, b] = [listen('a'), listen('b')];
      client.read(a);
      client.read(b);
      await Promise.all([heard(a), heard(b)]);
      expect(a.accounts.length).to.equal(1);
      expect(b.errors.map(({ code }) => code)).to.deep.equal(['invalid_response']);
    });

  it('a batch that fails fails for all, and is not asked again one by one', async () => {
    proxy.anything = () => Response.json({ code: 'upstream_unavailable' }, { status: 503 });
    const [a, b] = [listen('a'), listen('b')];
    client.read(a);
    client.read(b);
    await Promise.all([heard(a), heard(b)]);
    expect([...a.errors, ...b.errors].map(({ code }) => code)).to.deep.equal(['unavailable', 'unavailable']);
    expect(proxy.asked.length).to.equal(1);
  });

  it('nobody wants any more are ended; others in the batch are not', async () => {
    proxy.account = never;
    const [a, b] = [listen('a'), listen('b')];
    client.read(a);
    client.read(b);
    await until(() => proxy.asked.length === 1, 'the request');
    a.end();
    expect(proxy.asked[0]?.signal?.aborted).to.equal(false);
    b.end();
    expect(proxy.asked[0]?.signal?.aborted).to.equal(true);
  });

  it('nobody wants any more are not even sent', async () => {
    const [a, b] = [listen('a'), listen('b')];
    client.read(a);
    client.read(b);
    a.end();
    await heard(b);
    expect(paths()).to.deep.equal(['/accounts/b']);
    expect(a.accounts).to.deep.equal([]);
  });
});

describe('a flow', () => {
  const ask = (): ReturnType<ProxyClient['flow']> => client.flow(FLOW, listen(), new AbortController().signal);

  it('is asked for by its id', async () => {
    expect(await ask()).to.deep.equal({ type: 'report', report: { flow: FLOW, account_id: 'acc', state: 'pending' } });
    expect(paths()).to.deep.equal([`/flows/${FLOW}`]);
  });

  it('that brings the account tells all who listen', async () => {
    const other = listen();
    proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
    await ask();
    expect(other.accounts.map(({ oauth_status }) => oauth_status)).to.deep.equal(['authorized']);
  });

  it('that is not begun is unknown', async () => {
    proxy.flow = 'flow_not_found';
    expect(await ask()).to.deep.equal({ type: 'flow-unknown' });
  });

  const report = { flow: FLOW, account_id: 'acc', state: 'completed' };
  for (const [what, response] of [
    ['404 without a code', () => new Response('', { status: 404 })],
    ['404 with another code', () => Response.json({ code: 'not_found' }, { status: 404 })],
    ['500 in HTML', () => new Response('<h1>500</h1>', { status: 500 })],
    ['HTML', () => new Response('<h1>Hello</h1>')],
    ['another flow', () => Response.json({ ...report, flow: 'x'.repeat(32) })],
    ['another account', () => Response.json({ ...report, account_id: 'other' })],
    ['an account that is another', () => Response.json({ ...report, account: account({ account_id: 'other' }) })],
    ['an account that is none', () => Response.json({ ...report, account: {} })],
    ['a state that is none', () => Response.json({ ...report, state: 'done' })],
    ['a hint that is none', () => Response.json({ ...report, hint: 'OK' })],
    ['a report with an error status', () => Response.json(report, { status: 400 })],
  ] as const)
    it(`answered with ${what} is not tracked`, async () => {
      proxy.flow = response;
      const other = listen();
      expect(await ask()).to.deep.equal({ type: 'untracked' });
      expect(other.accounts).to.deep.equal([]);
    });

  for (const [code, expected] of [
    ['upstream_unavailable', 'unavailable'],
    ['store_unavailable', 'unavailable'],
    ['unauthenticated', 'unauthenticated'],
    ['origin_not_allowed', 'forbidden'],
    ['rate_limited', 'rate_limited'],
  ] as const)
    it(`that cannot be told at the moment (${code}) is a failure, not an answer`, async () => {
      proxy.flow = code;
      const error: unknown = await ask().catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DestinationOAuthError);
      expect(error).to.have.property('code', expected);
    });
});

describe('changes', () => {
  it('reach other clients of the same proxy, for their account alone, and end with the last listener', async () => {
    const [mine, other] = [listen('a'), listen('b')];
    const tab = new BroadcastChannel(`destination-oauth@${proxy.base}`);
    try {
      const told: unknown[] = [];
      tab.onmessage = ({ data }) => told.push(data);
      tab.postMessage('a');
      await until(() => mine.changes === 1, 'a change');
      expect(other.changes).to.equal(0);
      client.announce('b');
      await until(() => told.length === 1, 'an announcement');
      expect(told).to.deep.equal(['b']);
      mine.end();
      other.end();
      client.announce('a');
      const late = listen('c');
      client.announce('c');
      await until(() => told.length === 2, 'the next announcement');
      expect(told).to.deep.equal(['b', 'c']);
      expect(late.changes).to.equal(0);
    } finally {
      tab.close();
    }
  });
});
