/** What the element may open: checks and composes the URL of the popup's navigation. No DOM. */

/** Of a host name as the URL parser writes it. */
const LOOPBACK = /^((.+\.)?localhost|127\.[\d.]+|\[::1\])$/;

/**
 * `authorizeUrl` as a URL that may be opened, or `undefined`: absolute, `https:` (or `http:` on loopback), no userinfo,
 * and written plainly. The URL parser forgives `java\nscript:`, leading control characters and backslashes; this does not.
 */
export function safeAuthorizeUrl(authorizeUrl: string): URL | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  const plain = /^https?:\/\/[^/?#@\\\u0000-\u0020\u007f]+([/?#][^\\\u0000-\u0020\u007f]*)?$/i;
  if (!plain.test(authorizeUrl) || !URL.canParse(authorizeUrl)) return undefined;
  const url = new URL(authorizeUrl);
  return url.protocol === 'https:' || LOOPBACK.test(url.hostname) ? url : undefined;
}

/**
 * The URL with the flow's id, and the page to come back to where the flow runs in this tab. What is there already stays as
 * it is written: it may be signed.
 */
export function withFlow(authorizeUrl: URL, flow: string, returnTo?: string): string {
  const url = new URL(authorizeUrl);
  if (url.searchParams.has('flow')) url.searchParams.delete('flow');
  url.search += `${url.search ? '&' : '?'}flow=${flow}`;
  if (returnTo !== undefined) url.search += `&return_to=${encodeURIComponent(returnTo)}`;
  return url.href;
}
