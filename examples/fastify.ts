/** Fastify 5: `tsx examples/fastify.ts`. */
import { getRequestListener } from '@hono/node-server';
import fastify from 'fastify';
import { createPartnerProxy } from './partner.ts';

const PATH = '/api/destination-oauth/';
const proxy = getRequestListener(createPartnerProxy(process.env), { overrideGlobalObjects: false });

const app = fastify();
// In the first hook, where the body has not been read yet.
app.addHook('onRequest', async (request, reply) => {
  if (!request.url.startsWith(PATH)) return;
  reply.hijack();
  await proxy(request.raw, reply.raw);
});
app.get('/', () => 'The rest of the application');

console.log(await app.listen({ port: Number(process.env['PORT'] ?? 8787), host: '127.0.0.1' }));
