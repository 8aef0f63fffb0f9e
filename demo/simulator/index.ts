import { randomBytes } from 'node:crypto';
import { getRequestListener } from '@hono/node-server';
import { makeCatalog } from './catalog.ts';
import { listen } from './listen.ts';
import { AUTHN_BASE, CALLBACK_PATH, liverampApp, V11_BASE, V2_BASE } from './liveramp.ts';
import { Model, type Destination, type Tenant } from './model.ts';
import { OAuthClient } from './oauth-client.ts';
import { brands } from './platform-brands.ts';
import { startPlatform, type Platform, type PlatformSetup } from './platforms.ts';
import { defaultScenario, type Scenario } from './scenario.ts';
import { seedModel } from './seed.ts';
import { ServiceAccounts } from './service-accounts.ts';

export type { Coop, Scenario } from './scenario.ts';
export type { Destination, Tenant } from './model.ts';
export type { Platform, PlatformSetup } from './platforms.ts';
export { endpointId } from './catalog.ts';
export { MISSING_ACCOUNT_ID } from './seed.ts';

export interface SimulatorOptions {
  /** An address of this machine; default `127.0.0.1`, another site than `localhost`. */
  host?: string;
  /** LiveRamp's port, then one for each platform. Default: free ones. */
  ports?: readonly number[];
  /** Takes a free port where one of `ports` is taken. */
  orFree?: boolean;
  /** Milliseconds since 1970, for tokens and attempts of LiveRamp. The platforms keep the real time. */
  clock?: () => number;
  scenario?: Partial<Scenario>;
  platforms?: PlatformSetup;
}

/** A grant that LiveRamp holds, and whether its platform still honours it. */
export interface Grant {
  readonly connectionId: string;
  readonly platform: string;
  /** The accounts that use it. */
  readonly accountIds: readonly string[];
  readonly permitted: boolean;
  readonly active: boolean;
}

export interface Simulator {
  readonly liveramp: {
    readonly origin: string;
    readonly v2BaseUrl: string;
    readonly v1BaseUrl: string;
    readonly tokenUrl: string;
  };
  readonly platforms: readonly Platform[];
  readonly destinations: readonly Destination[];
  readonly tenants: readonly Tenant[];
  /** Assign to its fields at any time. */
  readonly scenario: Scenario;
  /** What LiveRamp holds. */
  readonly model: Model;
  /** LiveRamp's token endpoint; `clear()` makes all its tokens invalid. */
  readonly serviceAccounts: ServiceAccounts;
  /** Takes the account's grant back at the platform. False where there is none to take. */
  revoke(accountId: string): Promise<boolean>;
  grants(): Promise<Grant[]>;
  /** Everything as it was at the start, the scenario included. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const makeTenant = (id: string, orgId: string): Tenant => ({
  id,
  orgId,
  serviceAccount: { accountId: `service-${id}`, secretKey: randomBytes(18).toString('base64url') },
  apiKey: randomBytes(18).toString('base64url'),
});

/** Starts the simulated LiveRamp and its destination platforms, each on a port of its own. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', ports = [], orFree = false, clock = Date.now } = options;
  const scenario: Scenario = { ...defaultScenario, ...options.scenario };
  const tenants = [makeTenant('acme', '1001'), makeTenant('birch', '1002')];

  const listener = await listen(host, ports[0] ?? 0, orFree);
  const origin = `http://${host}:${listener.port}`;
  const callbackUrl = origin + CALLBACK_PATH;
  const platforms: Platform[] = [];
  const close = async (): Promise<void> => {
    await Promise.all([listener.close(), ...platforms.map((platform) => platform.close())]);
  };

  try {
    for (const [index, brand] of brands.entries()) {
      const own = await listen(host, ports[index + 1] ?? 0, orFree);
      platforms.push(await startPlatform(brand, own, { host, callbackUrl, scenario, setup: options.platforms }));
    }
    const catalog = makeCatalog(platforms);
    const model = new Model(clock);
    const client = new OAuthClient(callbackUrl, model, scenario);
    const accounts = new ServiceAccounts(tenants, clock);
    const app = liverampApp({ origin, model, catalog, client, accounts, tenants, scenario });
    const serve = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    listener.handle((request, response) => void serve(request, response));
    await seedModel(model, tenants, catalog);
    let resetting = Promise.resolve();

    return {
      liveramp: {
        origin,
        v2BaseUrl: origin + V2_BASE,
        v1BaseUrl: origin + V11_BASE,
        tokenUrl: `${origin}${AUTHN_BASE}/oauth2/token`,
      },
      platforms,
      destinations: catalog,
      tenants,
      scenario,
      model,
      serviceAccounts: accounts,
      async revoke(accountId) {
        model.settle();
        const connectionId = model.accounts.get(accountId)?.connectionId;
        const connection = connectionId === undefined ? undefined : model.connections.get(connectionId);
        return connection ? connection.platform.revoke(connection.tokens.refreshToken) : false;
      },
      async grants() {
        model.settle();
        return Promise.all(
          [...model.connections.values()].map(async (connection) => ({
            connectionId: connection.id,
            platform: connection.platform.id,
            accountIds: [...model.accounts.values()]
              .filter((a) => a.connectionId === connection.id)
              .map(({ id }) => id),
            permitted: connection.permitted,
            active: await client.isActive(connection),
          })),
        );
      },
      reset() {
        // One after the other: two at once would mix their seeds.
        resetting = resetting.then(async () => {
          model.clear();
          client.clear();
          for (const platform of platforms) platform.reset();
          Object.assign(scenario, defaultScenario, options.scenario);
          await seedModel(model, tenants, catalog);
        });
        return resetting;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
