/**
 * Development builds: what `diagnose()` says comes to the console once a page, when the result of an authorization had to be
 * polled for. The element's own code knows nothing of it, so production carries none of it.
 */
import { DestinationOAuth } from '../destination-oauth.ts';
import type { OAuthAuthorizedEvent } from '../events.ts';

/** Listens on the document, where the events of every element arrive. Does nothing on a server. */
export function reportPolling(page = globalThis.document as Document | undefined): void {
  const hear = (event: OAuthAuthorizedEvent): void => {
    const [element] = event.composedPath();
    if (event.channel !== 'poll' || !(element instanceof DestinationOAuth)) return;
    page?.removeEventListener('oauth-authorized', hear);
    void element.diagnose().then((report) =>
      // eslint-disable-next-line no-console -- it is for the developer who has the console open
      console.warn(
        'destination-oauth: no message came from the authorization window, so its result was polled for. ' +
          'What this page allows, and what to change (development builds say this once):',
        report,
      ),
    );
  };
  page?.addEventListener('oauth-authorized', hear);
}
