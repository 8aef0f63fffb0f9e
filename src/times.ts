/** How long things take, in milliseconds. Each a constant of its own, which a minifier writes where it stands. */
export const firstPoll = 2_000;
export const slowestPoll = 10_000;
/** The first pause after the return: LiveRamp is trading the code for tokens, which takes it a moment. */
export const returnedPoll = 500;
/** From `closed` to `unconfirmed`, if the check that `closed` calls for does not answer. */
export const closed = 4_000;
/** How long `confirming` waits for LiveRamp to make up its mind. */
export const confirming = 10_000;
/** The same where the proxy has not answered since. */
export const unanswered = 18_000;
/** From the return to the last look at an account that came back `ok` but is not authorized. */
export const settle = 20_000;
/** How long "flow not found" means "not begun yet". */
export const begin = 60_000;
/** A flow lives 15 minutes at the proxy; a minute more for the way there and back. */
export const life = 16 * 60_000;
/** Who comes back within this time of the last question is asked for when it is over. */
export const patience = 1_000;
/** A status older than this is read again when the page is looked at. */
export const stale = 60_000;
/** A ticket is renewed when this much of its life is left, or a third of it. */
export const renew = 60_000;
/** Between two reads that nobody asked for. */
export const leastRenew = 10_000;
