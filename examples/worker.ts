/** Cloudflare Workers, Deno and Bun in their `export default { fetch }` style. */
import { createPartnerProxy, type Environment } from './partner.ts';

let proxy: ReturnType<typeof createPartnerProxy> | undefined;

export default {
  fetch(request: Request, env: Environment): Promise<Response> {
    // The environment comes with the first request. A worker runs in many places: give the proxy a shared store.
    proxy ??= createPartnerProxy(env);
    return proxy(request);
  },
};
