/** Express 5: `tsx examples/express.ts`. */
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { createPartnerProxy } from './partner.ts';

const PATH = '/api/destination-oauth';
const proxy = getRequestListener(createPartnerProxy(process.env), { overrideGlobalObjects: false });

const app = express();
// Before any body parser, since the proxy reads the body itself; and without a mount path, which Express would cut off.
app.use((request, response, next) => {
  if (request.path === PATH || request.path.startsWith(`${PATH}/`)) void proxy(request, response);
  else next();
});
app.use(express.json());
app.get('/', (_request, response) => {
  response.send('The rest of the application');
});

const server = app.listen(Number(process.env['PORT'] ?? 8787), '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
