import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Session } from '../src/proxy/index.ts';
import { VERSIONS, type Partner, type PartnerAccount } from './partner.ts';
import type { Simulator } from './simulator/index.ts';
import { COOP_VALUES, type Scenario } from './simulator/scenario.ts';

const problem = (status: 400 | 403 | 404 | 502, detail: string): HTTPException =>
  new HTTPException(status, { res: Response.json({ status, detail }, { status }) });

/** A closed set of values for one field of a request. */
const oneOf = <T extends string | boolean>(field: string, values: readonly T[], given: unknown): T => {
  const value = values.find((known) => known === given);
  if (value === undefined) throw problem(400, `${field} must be one of ${values.join(', ')}.`);
  return value;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readRecord(value: unknown, field: string, known: readonly string[]): Record<string, unknown> {
  if (!isRecord(value)) throw problem(400, `${field} must be a JSON object.`);
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined) throw problem(400, `${field} may have ${known.join(', ')}; it has ${JSON.stringify(odd)}.`);
  return value;
}

/** The demo's control API, as `server.ts` describes it. Answers requests of its own origin only. */
export function controlApi(
  partner: Partner,
  simulator: Simulator,
  origin: string,
): Hono<{ Variables: { session: Session } }> {
  const app = new Hono<{ Variables: { session: Session } }>();

  app.use('*', async (c, next) => {
    c.header('Cache-Control', 'no-store');
    const site = c.req.header('sec-fetch-site');
    const from = c.req.header('origin');
    const isNavigation = c.req.path === '/demo/login';
    if (
      !isNavigation &&
      ((from !== undefined && from !== origin) || (site !== undefined && !/^(same-origin|none)$/.test(site)))
    ) {
      throw problem(403, 'The control API answers its own page only.');
    }
    let session = partner.sessionOf(c.req.header('cookie'));
    if (!session) {
      const signedIn = partner.signIn();
      if (!signedIn) throw new Error('Nobody can sign in.');
      session = signedIn.session;
      if (!isNavigation) c.header('Set-Cookie', signedIn.cookie);
    }
    c.set('session', session);
    await next();
  });

  const showScenario = ({ coop, slow, liveramp }: Scenario) => ({ coop, slow, liveramp });
  const showAccount = ({ accountId, name, destinationName, platform }: PartnerAccount) => ({
    account_id: accountId,
    name,
    destination_name: destinationName,
    ...(platform === undefined ? {} : { platform }),
  });
  const state = (session: Session) => ({
    version: partner.version,
    scenario: showScenario(simulator.scenario),
    accounts: partner.list(session).map(showAccount),
    platforms: simulator.platforms.map(({ id, name }) => ({ id, name })),
  });

  app.get('/demo/state', (c) => c.json(state(c.get('session'))));

  app.patch('/demo/state', async (c) => {
    const body = readRecord(await c.req.json().catch(() => undefined), 'The body', ['version', 'scenario']);
    const scenario =
      body['scenario'] === undefined ? {} : readRecord(body['scenario'], 'scenario', ['coop', 'slow', 'liveramp']);
    const { coop, slow, liveramp } = scenario;
    const change: Partial<Scenario> = {
      ...(coop === undefined ? {} : { coop: oneOf('scenario.coop', COOP_VALUES, coop) }),
      ...(slow === undefined ? {} : { slow: oneOf('scenario.slow', [true, false], slow) }),
      ...(liveramp === undefined ? {} : { liveramp: oneOf('scenario.liveramp', ['up', '503'], liveramp) }),
    };
    if (body['version'] !== undefined) partner.version = oneOf('version', VERSIONS, body['version']);
    Object.assign(simulator.scenario, change);
    return c.json(state(c.get('session')));
  });

  app.post('/demo/accounts', async (c) => {
    const body = readRecord(await c.req.json().catch(() => undefined), 'The body', ['platform']);
    const platform = oneOf(
      'platform',
      simulator.platforms.map(({ id }) => id),
      body['platform'],
    );
    try {
      return c.json(await partner.activate(c.get('session'), platform), 201);
    } catch (error) {
      throw problem(502, `The account was not created. ${error instanceof Error ? error.message : ''}`);
    }
  });

  app.post('/demo/accounts/:id/revoke', async (c) => {
    const account = partner.find(c.get('session'), c.req.param('id'));
    if (!account) throw problem(404, 'There is no such account.');
    if (!(await partner.revoke(account))) throw problem(404, 'The platform holds no grant for this account.');
    return c.json({ revoked: true });
  });

  app.post('/demo/reset', async (c) => {
    await partner.reset();
    return c.json(state(c.get('session')));
  });

  app.get('/demo/login', (c) => {
    const signedIn = partner.signIn(c.req.query('user'));
    if (!signedIn) throw problem(404, 'There is no such user.');
    c.header('Set-Cookie', signedIn.cookie);
    return c.redirect('/', 303);
  });

  app.notFound(() => problem(404, 'The control API has no such route.').getResponse());
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error('Control API:', error);
    return c.json({ status: 500, detail: 'The demo server failed; its console says why.' }, 500);
  });
  return app;
}
