/** The rows of the fault matrix that need no window and no second browser: a clock that the test holds is enough. */
import { expect } from '@open-wc/testing';
import type { Account } from '../src/contract.ts';
import { account } from './helpers/fake-proxy.ts';
import { until } from './helpers/mouse.ts';
import { Stage } from './helpers/stage.ts';

let stage: Stage;
beforeEach(() => (stage = new Stage()));
afterEach(() => stage.strike());

const grant = (): void => {
  stage.proxy.account = { oauth_status: 'authorized' };
  stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
};

describe('messages', () => {
  it('one that comes a minute late asks at once', async () => {
    stage.freeze();
    const element = await stage.ready();
    element.authorize();
    await stage.pass(60_000);
    expect(element.view).to.equal('awaiting');
    grant();
    stage.say();
    await stage.view(element, 'authorized');
    expect(stage.count('authorized post-message')).to.equal(1);
  });

  it('one that comes a minute after the end changes nothing', async () => {
    stage.freeze();
    const element = await stage.ready();
    element.authorize();
    grant();
    await stage.pass(2_100);
    expect(element.view).to.equal('authorized');
    await stage.pass(60_000);
    const before = stage.names;
    const requests = stage.proxy.asked.length;
    stage.say();
    await stage.pass(60_000);
    expect(stage.names).to.deep.equal(before);
    expect(stage.proxy.asked.length).to.equal(requests);
  });
});

describe('answers in the wrong order', () => {
  it('a status read before the grant and answered after it is not shown', async () => {
    const element = await stage.ready();
    element.authorize();
    let answer = (_: Partial<Account>): void => undefined;
    stage.proxy.account = () => new Promise((resolve) => (answer = resolve));
    element.refresh();
    await until(() => stage.proxy.count('accounts') === 2, 'the read');
    grant();
    stage.say();
    await stage.view(element, 'authorized');
    answer({ oauth_status: 'unauthorized' });
    // The read that is made again has the last word.
    await until(() => stage.proxy.count('accounts') === 3, 'another read');
    await element.updateComplete;
    expect(element.view).to.equal('authorized');
    expect(stage.names.filter((name) => name.startsWith('status'))).to.deep.equal([
      'status none>unauthorized',
      'status unauthorized>authorized',
    ]);
  });
});

describe('timers that a background tab holds up', () => {
  for (const what of ['a message', 'the tab that is looked at again'] as const)
    it(`are not needed: ${what} asks at once`, async () => {
      stage.freeze();
      const element = await stage.ready();
      element.authorize();
      // Ten minutes pass, and no timer runs.
      stage.clock?.setSystemTime(Date.now() + 10 * 60_000);
      expect(stage.proxy.count('flows')).to.equal(0);
      grant();
      if (what === 'a message') stage.say();
      else document.dispatchEvent(new Event('visibilitychange'));
      await stage.view(element, 'authorized');
      expect(stage.count('authorized')).to.equal(1);
    });
});
