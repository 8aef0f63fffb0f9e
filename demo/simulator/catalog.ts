import type { Destination, Integration } from './model.ts';
import type { Platform } from './platforms.ts';

/** What the destination that needs no OAuth is called. */
const HARBOR_LANE = { id: '504', name: 'Harbor Lane Data Store', colour: '#33475b' };

const advertiserId = { name: 'advertiserId', description: 'The id of the ad account at the platform' };
const bucket = { name: 'bucket', description: 'Where the files go' };

/** The destinations that the simulated LiveRamp delivers to: one for each platform, and one without OAuth. */
export function makeCatalog(platforms: readonly Platform[]): Destination[] {
  const oauth = platforms.map((platform, index): Destination => {
    const id = String(501 + index);
    const integration: Integration = {
      id: `${id}1`,
      name: 'Customer Segments',
      requiredProperties: [advertiserId],
      deviceTypes: ['WEB', 'IOS', 'ANDROID'],
      platform,
    };
    return { id, name: platform.name, colour: platform.colour, integration };
  });
  const plain: Integration = {
    id: `${HARBOR_LANE.id}1`,
    name: 'File Delivery',
    requiredProperties: [bucket],
    deviceTypes: ['RAMP_ID'],
  };
  return [...oauth, { ...HARBOR_LANE, integration: plain }];
}

/** The id under which v2 knows a platform's OAuth endpoint. */
export const endpointId = (platform: Platform): string => `oauth_endpoint_${platform.id}`;
