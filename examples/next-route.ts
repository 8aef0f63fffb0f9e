/** Next.js: `app/api/destination-oauth/[...path]/route.ts`. */
import { createPartnerProxy } from './partner.ts';

const proxy = createPartnerProxy(process.env);

export { proxy as GET, proxy as HEAD, proxy as POST, proxy as OPTIONS };
