/** Node alone: `tsx examples/node.ts`. */
import { serve } from '@hono/node-server';
import { createPartnerProxy } from './partner.ts';

const port = Number(process.env['PORT'] ?? 8787);
serve({ fetch: createPartnerProxy(process.env), port, hostname: '127.0.0.1' }, (info) => {
  console.log(`http://127.0.0.1:${info.port}`);
});
