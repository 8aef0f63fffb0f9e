import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { safeAuthorizeUrl, withFlow } from '../src/authorize-url.ts';
import { A } from './helpers/walk.ts';

describe('T6: what may be opened', () => {
  for (const url of [
    'https://proxy.example/authorize?ticket=t',
    'HTTPS://proxy.example/authorize',
    'https://proxy.example:8443/a/b?c=d#e',
    'https://xn--bcher-kva.example/',
    'https://192.0.2.1/',
    'https://[2001:db8::1]/',
    'http://localhost/authorize',
    'http://localhost:5173/authorize',
    'http://LOCALHOST:5173/authorize',
    'http://a.localhost:5173/authorize',
    'http://a.b-c.localhost/authorize',
    'http://127.0.0.1:5173/authorize',
    'http://127.1.2.3/authorize',
    'http://[::1]:5173/authorize',
  ])
    test(`opened: ${url}`, () => assert.equal(safeAuthorizeUrl(url)?.href, new URL(url).href));

  for (const url of [
    '',
    ' ',
    '/authorize',
    'authorize',
    '?flow=x',
    '//proxy.example/authorize',
    'https:',
    'https:/proxy.example/',
    'https:proxy.example',
    'https://',
    'https:///proxy.example/',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    ' javascript:alert(1)',
    'javascript://proxy.example/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://proxy.example/6f1c',
    'filesystem:https://proxy.example/t/x',
    'file:///etc/passwd',
    'about:blank',
    'view-source:https://proxy.example/',
    'ftp://proxy.example/',
    'ws://proxy.example/',
    'intent://proxy.example/#Intent;end',
    'http://proxy.example/authorize',
    'http://localhost.evil.test/',
    'http://evil.test/localhost',
    'http://evillocalhost/',
    'http://127.0.0.1.evil.test/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::ffff:192.0.2.1]/',
    'http://10.0.0.1/',
    'https://www.facebook.com@evil.test/',
    'https://user:password@proxy.example/',
    'https://:password@proxy.example/',
    'https://user@localhost/',
    'http://localhost@evil.test/',
    'https:\\\\evil.test',
    'https:\\evil.test',
    'https:/\\evil.test',
    'https://proxy.example\\@evil.test/',
    'https://proxy.example/a\\b',
    'ht\ntps://proxy.example/',
    'https://proxy.example/\u0000',
    '\u0000https://proxy.example/',
    ' https://proxy.example/',
    'https://proxy.example/ ',
    'https://proxy.example/a b',
    'https://proxy.example/\u007f',
    'https://pro\u00adxy exa.mple/',
    'https://[::1/',
    'https://proxy.example:99999/',
    'https://exa%00mple/',
  ])
    test(`refused: ${JSON.stringify(url)}`, () => assert.equal(safeAuthorizeUrl(url), undefined));

  test('whatever comes: https, or http on loopback, and never userinfo', () => {
    const piece = fc.constantFrom(
      ...['https:', 'http:', 'javascript:', '//', '/', '\\', '@', ':', '?', '#', '\n', '\u0001', ' ', '%00', '[::1]'],
      ...['localhost', '127.0.0.1', 'evil.test', '.', 'a', 'é', '443', 'HTTPS:', '\u200b', '\u3002'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const url = safeAuthorizeUrl(pieces.join(''));
        if (!url) return;
        assert.equal(url.username + url.password, '');
        if (url.protocol === 'https:') return;
        assert.equal(url.protocol, 'http:');
        assert.match(url.hostname, /^(.+\.)?localhost$|^127\.|^\[::1\]$/);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('the flow in the URL', () => {
  const base = new URL('https://proxy.example/authorize?ticket=a%2Bb&x=1#top');

  test('is appended, what was there stays', () => {
    const url = new URL(withFlow(base, A));
    assert.equal(url.searchParams.get('flow'), A);
    assert.equal(url.searchParams.get('ticket'), 'a+b');
    assert.equal(url.searchParams.get('x'), '1');
    assert.equal(url.searchParams.has('return_to'), false);
    assert.equal(url.hash, '#top');
    assert.equal(base.searchParams.has('flow'), false, 'the URL that was given is left as it is');
  });

  test('replaces one that was there, so that it is there once', () => {
    const url = new URL(withFlow(new URL('https://proxy.example/?flow=x&flow=y'), A));
    assert.deepEqual(url.searchParams.getAll('flow'), [A]);
  });

  test('comes with the page to return to in a full-page flow', () => {
    const page = 'https://partner.example/list?page=2&flow=z#row-7';
    const url = new URL(withFlow(base, A, page));
    assert.equal(url.searchParams.get('return_to'), page);
    assert.deepEqual(url.searchParams.getAll('flow'), [A]);
  });
});
