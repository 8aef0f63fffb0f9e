/** What a development build adds: a report on the console, once, when a result had to be polled for. */
import { expect, fixture, html } from '@open-wc/testing';
import { restore, stub } from 'sinon';
import { DestinationOAuth } from '../src/development/index.ts';
import { reportPolling } from '../src/development/report-polling.ts';
import { OAuthAuthorizedEvent, OAuthViewChangeEvent } from '../src/index.ts';
import { until } from './helpers/until.ts';

describe('development build', () => {
  afterEach(restore);

  it('registers the element, and reports on the page once, when a result was polled for', async () => {
    const warn = stub(console, 'warn');
    const host = await fixture<HTMLElement>(html`<div></div>`);
    const shadow = host.attachShadow({ mode: 'open' });
    const element = document.createElement('destination-oauth');
    expect(element).to.be.instanceOf(DestinationOAuth);
    shadow.append(element);
    const diagnose = stub(element, 'diagnose').callThrough();

    element.dispatchEvent(new OAuthAuthorizedEvent('da_1', 'post-message'));
    host.dispatchEvent(new OAuthAuthorizedEvent('da_1', 'poll'));
    expect(diagnose.callCount).to.equal(0);

    element.dispatchEvent(new OAuthAuthorizedEvent('da_1', 'poll'));
    await until(() => warn.callCount > 0, 'the report');
    element.dispatchEvent(new OAuthAuthorizedEvent('da_1', 'poll'));
    expect(diagnose.callCount).to.equal(1);
    expect(warn.callCount).to.equal(1);
    const [text, report] = warn.firstCall.args as [string, unknown];
    expect(text).to.match(/^destination-oauth: no message came from the authorization window/);
    expect(report).to.deep.equal(await element.diagnose());
  });

  it('reports on the page when a failure was polled for', async () => {
    const warn = stub(console, 'warn');
    // In place of the page, to which it has been said already.
    const page = await fixture<HTMLElement>(html`<div></div>`);
    reportPolling(page);
    const element = page.appendChild(new DestinationOAuth());
    element.dispatchEvent(new OAuthViewChangeEvent('failed', 'confirming'));
    element.dispatchEvent(new OAuthViewChangeEvent('unconfirmed', 'awaiting'));
    expect(warn.callCount).to.equal(0);
    element.dispatchEvent(new OAuthViewChangeEvent('failed', 'unconfirmed'));
    await until(() => warn.callCount > 0, 'the report');
    element.dispatchEvent(new OAuthViewChangeEvent('failed', 'awaiting'));
    element.dispatchEvent(new OAuthAuthorizedEvent('da_1', 'poll'));
    expect(warn.callCount).to.equal(1);
  });
});
