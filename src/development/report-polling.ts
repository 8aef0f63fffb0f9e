/**
 * Development builds: what `diagnose()` says comes to the console once a page, when the result of an authorization had to be
 * polled for. The element's own code knows nothing of it, so production carries none of it.
 */
import { DestinationOAuth } from '../destination-oauth.ts';
import { OAuthAuthorizedEvent, OAuthViewChangeEvent } from '../events.ts';

const TYPES = ['oauth-authorized', 'oauth-view-change'];

/** A message makes the view `confirming` before it fails. */
const isPolled = (event: Event): boolean =>
  event instanceof OAuthAuthorizedEvent
    ? event.channel === 'poll'
    : event instanceof OAuthViewChangeEvent &&
      event.view === 'failed' &&
      (event.previous === 'awaiting' || event.previous === 'unconfirmed');

/** Listens on the document, where the events of every element arrive. Does nothing on a server. */
export function reportPolling(page = globalThis.document as EventTarget | undefined): void {
  const hear = (event: Event): void => {
    const [element] = event.composedPath();
    if (!isPolled(event) || !(element instanceof DestinationOAuth)) return;
    for (const type of TYPES) page?.removeEventListener(type, hear);
    void element.diagnose().then((report) =>
      // eslint-disable-next-line no-console -- it is for the developer who has the console open
      console.warn(
        'destination-oauth: no message came from the authorization window, so its result was polled for. ' +
          'What this page allows, and what to change (development builds say this once):',
        report,
      ),
    );
  };
  for (const type of TYPES) page?.addEventListener(type, hear);
}
