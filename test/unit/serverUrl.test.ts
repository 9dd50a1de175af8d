import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assertSecureUrl, canonicalServerUrl } from '../../src/core/serverUrl.ts';

const anyUrl = fc.webUrl({ withFragments: true, withQueryParameters: true }).map((url) => new URL(url));

describe('canonicalServerUrl', () => {
  for (const [url, canonical] of [
    ['https://mcp.example', 'https://mcp.example'],
    ['https://mcp.example/', 'https://mcp.example'],
    ['HTTPS://MCP.Example:443/', 'https://mcp.example'],
    ['http://mcp.example:80/mcp', 'http://mcp.example/mcp'],
    ['https://mcp.example:8443/mcp', 'https://mcp.example:8443/mcp'],
    ['https://mcp.example/mcp/', 'https://mcp.example/mcp'],
    ['https://mcp.example/mcp//', 'https://mcp.example/mcp'],
    ['https://mcp.example//', 'https://mcp.example'],
    ['https://mcp.example/Mcp/./x/../y', 'https://mcp.example/Mcp/y'],
    ['https://mcp.example/mcp#part', 'https://mcp.example/mcp'],
    ['https://mcp.example/mcp#', 'https://mcp.example/mcp'],
    ['https://mcp.example/mcp?', 'https://mcp.example/mcp'],
    ['https://mcp.example/?', 'https://mcp.example'],
    ['https://mcp.example/?tenant=A', 'https://mcp.example?tenant=A'],
    ['https://mcp.example/mcp/?tenant=A/', 'https://mcp.example/mcp?tenant=A/'],
    ['https://mcp.example/a%2Fb', 'https://mcp.example/a%2Fb'],
    ['https://bücher.example/mcp', 'https://xn--bcher-kva.example/mcp'],
    ['wss://mcp.example/', 'wss://mcp.example'],
  ] as const) {
    it(`writes ${url} as ${canonical}`, () => {
      assert.equal(canonicalServerUrl(new URL(url)), canonical);
    });
  }

  it('is the same for its own result, whatever the URL', () => {
    const messy = fc
      .tuple(anyUrl, fc.constantFrom('', '/', '//', '?', '#', '/?#'))
      .map(([url, end]) => url.href + end);
    fc.assert(
      fc.property(messy, (url) => {
        const canonical = canonicalServerUrl(new URL(url));
        assert.equal(canonicalServerUrl(new URL(canonical)), canonical);
      }),
    );
  });

  it('tells origins and queries apart, and leaves its argument alone', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        const { href } = url;
        const canonical = new URL(canonicalServerUrl(url));
        assert.equal(canonical.origin, url.origin);
        assert.equal(canonical.search, url.search);
        assert.equal(url.href, href);
      }),
    );
  });

  it('takes no longer on a path of slashes', () => {
    assert.equal(canonicalServerUrl(new URL(`https://mcp.example${'/'.repeat(60_000)}a`)).length, 60_020);
  });
});

describe('assertSecureUrl', () => {
  for (const url of [
    'https://as.example/token',
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://[::1]:80/x',
  ]) {
    it(`accepts ${url}`, () => {
      assert.doesNotThrow(() => assertSecureUrl(new URL(url), 'It'));
    });
  }

  for (const [url, message] of [
    ['http://as.example', /^It is plain http: credentials are only sent over https, or to this machine\.$/],
    ['http://localhost.example', /plain http/],
    ['http://192.168.0.1', /plain http/],
    ['ftp://as.example', /^It is not an https address\.$/],
    ['ws://localhost', /not an https address/],
    ['javascript:alert(1)', /not an https address/],
    ['https://user@as.example', /^It contains a user name or password, which MCP Auth never sends\.$/],
    ['https://:secret-password@as.example', /contains a user name or password/],
    ['http://user:secret-password@localhost', /contains a user name or password/],
  ] as const) {
    it(`refuses ${url}, without quoting it`, () => {
      assert.throws(
        () => assertSecureUrl(new URL(url), 'It'),
        (error: Error) => {
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /secret-password/);
          assert.equal('code' in error && error.code, 'insecure_url');
          return true;
        },
      );
    });
  }
});
