import { isLoopback } from './upstream-http.ts';

const MAX_LENGTH = 8192;

/**
 * Whether the browser may be sent to this URL: absolute, https (http on loopback only), no user name or password, and
 * its host stands in the list. The URL as the parser understands it, or `undefined`.
 */
export function readAuthorizationUrl(text: string, hosts: readonly string[]): URL | undefined {
  // The parser drops tabs and line breaks and reads "\" as "/": such text was not meant as a URL.
  // eslint-disable-next-line no-control-regex
  if (text.length > MAX_LENGTH || /[\u0000-\u0020\u007f-\u009f\\]/.test(text)) return undefined;
  // "https:evil.example" and "https:/evil.example" parse, but are not absolute as written.
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const loopback = isLoopback(url);
  if (url.protocol !== 'https:' && !loopback) return undefined;
  if (url.username || url.password || /^[a-z]+:\/\/[^/?#]*@/i.test(text)) return undefined;
  return hosts.some((host) => matches(url, host)) ? url : undefined;
}

function matches(url: URL, entry: string): boolean {
  const wildcard = entry.startsWith('*.');
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(wildcard ? entry.slice(1) : entry) ?? [];
  if (wildcard ? !url.hostname.endsWith(host) || url.hostname.length === host.length : url.hostname !== host)
    return false;
  const actual = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (port !== undefined) return actual === port;
  // Development servers take whatever port is free.
  return url.port === '' || /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}
