import type { Account, Destination, Model, Tenant } from './model.ts';

type SeedStatus = 'authorized' | 'unauthorized' | 'stale' | 'not_applicable' | 'odd';

interface Seed {
  readonly id: string;
  readonly name: string;
  readonly destination: string;
  readonly status: SeedStatus;
}

/** An id that a partner may still list although LiveRamp has no such account. */
export const MISSING_ACCOUNT_ID = 'da_missing';

const seeds: Readonly<Record<string, readonly Seed[]>> = {
  acme: [
    { id: 'da_brightfjord_eu', name: 'Acme Europe', destination: '501', status: 'unauthorized' },
    { id: 'da_brightfjord_us', name: 'Acme United States', destination: '501', status: 'authorized' },
    { id: 'da_quillo_main', name: 'Acme Main', destination: '502', status: 'stale' },
    { id: 'da_quillo_shop', name: 'Acme Shop', destination: '502', status: 'authorized' },
    {
      id: 'da_tamarack_long',
      name: 'Acme Wholesale and Retail Partners, Northern and Eastern Regions, Loyalty Members',
      destination: '503',
      status: 'unauthorized',
    },
    { id: 'da_tamarack_beta', name: 'Acme Beta Programme', destination: '503', status: 'odd' },
    { id: 'da_harborlane_files', name: 'Acme Files', destination: '504', status: 'not_applicable' },
  ],
  birch: [
    { id: 'db_brightfjord_main', name: 'Birch Main', destination: '501', status: 'authorized' },
    { id: 'db_quillo_main', name: 'Birch Main', destination: '502', status: 'unauthorized' },
    { id: 'db_tamarack_main', name: 'Birch Main', destination: '503', status: 'stale' },
    { id: 'db_harborlane_files', name: 'Birch Files', destination: '504', status: 'not_applicable' },
  ],
};

/** Fills the model. An authorized account has a real grant at its platform, a stale one had it. */
export async function seedModel(
  model: Model,
  tenants: readonly Tenant[],
  catalog: readonly Destination[],
): Promise<void> {
  for (const { id: tenantId, orgId } of tenants) {
    for (const seed of seeds[tenantId] ?? []) {
      const destination = catalog.find(({ id }) => id === seed.destination);
      if (!destination) throw new Error(`No destination ${seed.destination}.`);
      const { integration } = destination;
      const account: Account = model.addAccount({
        id: seed.id,
        orgId,
        name: seed.name,
        destination,
        properties: integration.requiredProperties.map(({ name }) => ({
          propertyKey: name,
          propertyValue: `${name}-${seed.id}`,
        })),
        deviceTypes: [...integration.deviceTypes],
        ...(seed.status === 'odd' ? { oddStatus: { v2: 'PendingReview', v11: 'oauth_pending_review' } } : {}),
      });
      const { platform } = integration;
      if (!platform || (seed.status !== 'authorized' && seed.status !== 'stale')) continue;
      const tokens = await platform.grant('ada');
      account.connectionId = model.addConnection(orgId, platform, tokens, true).id;
      if (seed.status === 'stale') await platform.revoke(tokens.refreshToken);
    }
  }
}
