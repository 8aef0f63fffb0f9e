/**
 * The built-in texts. Keys are `view.part`; `button` is the main button's name, and `action`, which it contains, what it shows
 * where the destination's name stands beside it.
 *
 * `{destination}` is the destination's name: not the first word, for it may be written in the other direction and a text
 * takes its direction from its first letter. `{status}` is another text, `{time}` a time of day, `{when}` a time from now
 * ("in 30 seconds"), both as `Intl` writes them.
 */
export const en = {
  destination: 'Destination account',
  'loading.status': 'Checking…',
  'loading.text': 'Reading the status.',
  'loading.button': 'Authorize',
  'not-applicable.status': 'No authorization needed',
  'not-applicable.text': 'No sign-in is needed at {destination}.',
  'unauthorized.status': 'Not authorized',
  'unauthorized.text': 'Sign in at {destination} to allow delivery.',
  'unauthorized.button': 'Authorize {destination}',
  'unauthorized.action': 'Authorize',
  'reauthorize.status': 'Authorization expired',
  'reauthorize.text': 'Sign in at {destination} again to resume delivery.',
  'reauthorize.button': 'Reauthorize {destination}',
  'reauthorize.action': 'Reauthorize',
  'authorized.status': 'Authorized',
  'authorized.text': 'Data can be delivered.',
  'authorized.button': 'Renew {destination}',
  'authorized.action': 'Renew',
  'awaiting.status': 'Waiting for you',
  'awaiting.text': 'Sign in and give consent in the {destination} window.',
  'awaiting.button': 'Show window',
  'confirming.status': 'Confirming…',
  'confirming.text': 'Checking what {destination} has granted.',
  'confirming.button': 'Checking…',
  'incomplete.status': 'Not authorized yet',
  'incomplete.text': 'Whoever signed in at {destination} may lack permission for this account.',
  'incomplete.button': 'Try again',
  'unconfirmed.status': 'Finished?',
  'unconfirmed.text': 'The {destination} window is out of reach. We keep checking; you can check now.',
  'unconfirmed.button': 'Check again',
  'blocked.status': 'Window blocked',
  'blocked.text': 'The browser did not open the {destination} window. Try again, or continue in this tab.',
  'blocked.framed':
    'The browser did not open the {destination} window. Open this page in a tab of its own, or allow pop-ups, then try again.',
  'blocked.button': 'Try again',
  'failed.status': 'Not authorized',
  'failed.text': 'Something went wrong at {destination}. Try again.',
  'failed.service_unavailable': 'At the moment {destination} is not available. Try again later.',
  'failed.unprocessable_entity': 'Access was not granted at {destination}. Try again, and allow access when asked.',
  'failed.button': 'Try again',
  'error.status': 'Status unavailable',
  'error.account_not_found': 'This account was not found.',
  'error.unauthenticated': 'You are signed out. Sign in, then try again.',
  'error.rate_limited': 'Too many requests. Wait a moment, then try again.',
  'error.wait': 'Too many requests. Try again {when}.',
  'error.unreachable': 'The authorization service cannot be reached. Try again later.',
  'error.timeout': 'The authorization service cannot be reached. Try again later.',
  'error.unavailable': 'The authorization service cannot be reached. Try again later.',
  'error.button': 'Try again',
  cancel: 'Cancel',
  reopen: 'Reopen window',
  here: 'Continue in this tab',
  last: 'Last known status: {status}.',
  'notice.cancelled': 'Cancelled. If you still finish in the window, it will show here.',
  'notice.expired': 'The time ran out. Start again.',
  'notice.not-yet': 'Not authorized as of {time}.',
};

export default en;
export type MessageKey = keyof typeof en;
export type Messages = Readonly<Record<MessageKey, string>>;
