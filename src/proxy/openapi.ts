export const openapi = (base: string): unknown => ({ openapi: '3.1.0', servers: [{ url: base }] });
