import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from '../../../../demo/page/live/event-log.ts';
import { DestinationOAuthError } from '../../../../src/errors.ts';
import {
  OAuthAuthorizedEvent,
  OAuthErrorEvent,
  OAuthStatusChangeEvent,
  OAuthViewChangeEvent,
} from '../../../../src/events.ts';

test('the log shows every field of every event', () => {
  assert.deepEqual(Object.fromEntries(fieldsOf(new OAuthStatusChangeEvent('da_1', 'authorized', 'unauthorized'))), {
    accountId: 'da_1',
    oauthStatus: 'authorized',
    previous: 'unauthorized',
  });
  assert.deepEqual(Object.fromEntries(fieldsOf(new OAuthAuthorizedEvent('da_1', 'poll'))), {
    accountId: 'da_1',
    channel: 'poll',
  });
  assert.deepEqual(Object.fromEntries(fieldsOf(new OAuthViewChangeEvent('awaiting', 'unauthorized'))), {
    view: 'awaiting',
    previous: 'unauthorized',
  });
  const error = new DestinationOAuthError('unreachable', 'The proxy does not answer.', { cause: new Error('secret') });
  assert.deepEqual(Object.fromEntries(fieldsOf(new OAuthErrorEvent('da_1', error))), {
    accountId: 'da_1',
    'error.code': 'unreachable',
    'error.message': 'The proxy does not answer.',
  });
});

test('a field without a value shows as a dash, a plain field of a custom event as itself', () => {
  assert.deepEqual(
    Object.fromEntries(fieldsOf(new OAuthStatusChangeEvent('da_1', 'authorized', undefined)))['previous'],
    '–',
  );
  assert.deepEqual(fieldsOf(Object.assign(new Event('x'), { extra: 1 })), [['extra', '1']]);
});
