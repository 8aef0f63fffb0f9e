import { expect } from '@open-wc/testing';
import type { Account } from '../src/contract.ts';
import { DestinationOAuthError } from '../src/errors.ts';
import type { Action } from '../src/flow.ts';
import { announce, read, readFlow, subscribe, type Subscriber } from '../src/proxy-client.ts';
import { account, FakeProxy, never } from './helpers/fake-proxy.ts';
import { until } from './helpers/mouse.ts';

const FLOW = 'f'.repeat(32);
let proxy: FakeProxy;
const ends: (() => void)[] = [];

beforeEach(() => {
  proxy = new FakeProxy().install();
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

function listen(accountId = 'acc', init?: RequestInit, base = proxy.base): Listener {
  const listener: Listener = {
    key: `${base} ${accountId}`,
    base,
    origin: new URL(base).origin,
    accountId,
    accounts: [],
    errors: [],
    changes: 0,
    requestInit: () => init,
    dispatch: (action) => {
      if (action.type === 'account') listener.accounts.push(action.account);
      else if (action.type === 'account-failed') listener.errors.push(action.error);
      else if (action.type === 'changed') listener.changes++;
      else throw new Error(`Nobody asked for ${action.type}.`);
    },
    end: () => undefined,
  };
  listener.end = subscribe(listener);
  ends.push(listener.end);
  return listener;
}

const heard = (listener: Listener): Promise<boolean> =>
  until(() => listener.accounts.length + listener.errors.length > 0, `an answer for ${listener.accountId}`);

const paths = (): string[] => proxy.asked.map(({ url }) => url.href.slice(proxy.base.length));

describe('reads', () => {
  it('in one task travel together, each id once', async () => {
    const [a, b, again] = [listen('a'), listen('b'), listen('a')];
    for (const each of [a, b, again]) read(each);
    await Promise.all([a, b, again].map(heard));
    expect(paths()).to.deep.equal(['/accounts?id=a&id=b']);
    expect([a, b, again].map(({ accounts }) => accounts[0]?.account_id)).to.deep.equal(['a', 'b', 'a']);
  });

  it('join one that is under way', async () => {
    let answer: (given: Partial<Account>) => void = () => undefined;
    proxy.account = () => new Promise((resolve) => (answer = resolve));
    const first = listen();
    read(first);
    await until(() => proxy.asked.length === 1, 'the request');
    const second = listen();
    read(second);
    answer({ oauth_status: 'authorized' });
    await heard(second);
    expect(first.accounts.length).to.equal(1);
    expect(paths()).to.deep.equal(['/accounts/acc']);
  });

  it('of more than a hundred, or of long ids, are split; no URL is longer than servers take', async () => {
    const all = Array.from({ length: 250 }, (_, index) => listen(`${index}`.padEnd(128, 'x')));
    for (const each of all) read(each);
    await Promise.all(all.map(heard));
    expect(proxy.asked.every(({ url }) => url.searchParams.getAll('id').length <= 100)).to.equal(true);
    expect(Math.max(...proxy.asked.map(({ url }) => url.href.length))).to.be.lessThan(8_000);
    expect(all.every(({ accounts, accountId }) => accounts[0]?.account_id === accountId)).to.equal(true);
  });

  it('with different requestInit travel apart', async () => {
    const [a, b] = [listen('a', { credentials: 'omit' }), listen('b', { credentials: 'same-origin' })];
    read(a);
    read(b);
    await Promise.all([heard(a), heard(b)]);
    expect(proxy.asked.map(({ init }) => init.credentials)).to.deep.equal(['omit', 'same-origin']);
  });

  it('of two proxies travel apart, and answer for their own', async () => {
    proxy.anything = ({ url }) => Response.json(account({ destination_name: url.pathname }));
    const [one, two] = [listen(), listen('acc', undefined, `${proxy.base}/v2`)];
    for (const each of [one, two]) read(each);
    await Promise.all([one, two].map(heard));
    expect(paths()).to.deep.equal(['/accounts/acc', '/v2/accounts/acc']);
    for (const { base, accounts } of [one, two])
      expect(accounts.map((each) => each.destination_name)).to.deep.equal([new URL(`${base}/accounts/acc`).pathname]);
  });

  it('tell each id of its own failure', async () => {
    proxy.account = (id) => (id === 'b' ? 'account_not_found' : {});
    const [a, b] = [listen('a'), listen('b')];
    read(a);
    read(b);
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
      read(a);
      read(b);
      await Promise.all([heard(a), heard(b)]);
      expect(a.accounts.length).to.equal(1);
      expect(b.errors.map(({ code }) => code)).to.deep.equal(['invalid_response']);
    });

  it('a batch that fails fails for all, and is not asked again one by one', async () => {
    proxy.anything = () => Response.json({ code: 'upstream_unavailable' }, { status: 503 });
    const [a, b] = [listen('a'), listen('b')];
    read(a);
    read(b);
    await Promise.all([heard(a), heard(b)]);
    expect([...a.errors, ...b.errors].map(({ code }) => code)).to.deep.equal(['unavailable', 'unavailable']);
    expect(proxy.asked.length).to.equal(1);
  });

  it('nobody wants any more are ended; others in the batch are not', async () => {
    proxy.account = never;
    const [a, b] = [listen('a'), listen('b')];
    read(a);
    read(b);
    await until(() => proxy.asked.length === 1, 'the request');
    a.end();
    expect(proxy.asked[0]?.signal?.aborted).to.equal(false);
    b.end();
    expect(proxy.asked[0]?.signal?.aborted).to.equal(true);
  });

  it('nobody wants any more are not even sent', async () => {
    const [a, b] = [listen('a'), listen('b')];
    read(a);
    read(b);
    a.end();
    await heard(b);
    expect(paths()).to.deep.equal(['/accounts/b']);
    expect(a.accounts).to.deep.equal([]);
  });
});

describe('a flow', () => {
  const ask = (): Promise<Action> => readFlow(FLOW, listen(), new AbortController());

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
    expect(await ask()).to.deep.equal({ type: 'flow-unknown', flow: FLOW });
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
      expect(await ask()).to.deep.equal({ type: 'untracked', flow: FLOW });
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
      const answer = await ask();
      expect(answer).to.include({ type: 'ask-failed', flow: FLOW });
      expect(answer)
        .to.have.property('error')
        .that.is.instanceOf(DestinationOAuthError)
        .with.property('code', expected);
    });
});

describe('changes', () => {
  it('reach other tabs, for one account of one proxy alone, and end with the last listener', async () => {
    const [mine, other] = [listen('a'), listen('b')];
    const elsewhere = listen('a', undefined, `${proxy.base}/v2`);
    const tab = new BroadcastChannel('destination-oauth');
    try {
      const told: unknown[] = [];
      tab.onmessage = ({ data }) => told.push(data);
      tab.postMessage({ key: mine.key });
      tab.postMessage(mine.key);
      await until(() => mine.changes === 1, 'a change');
      expect([mine, other, elsewhere].map(({ changes }) => changes)).to.deep.equal([1, 0, 0]);
      announce(other);
      await until(() => told.length === 1, 'an announcement');
      expect(told).to.deep.equal([other.key]);
      for (const each of [mine, other, elsewhere]) each.end();
      announce(mine);
      const late = listen('c');
      announce(late);
      await until(() => told.length === 2, 'the next announcement');
      expect(told).to.deep.equal([other.key, late.key]);
      expect(late.changes).to.equal(0);
    } finally {
      tab.close();
    }
  });
});
