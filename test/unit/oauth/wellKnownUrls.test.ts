import assert from 'node:assert/strict';
import fc from 'fast-check';
import { wellKnownMetadataUrls } from '../../../src/core/oauth/authorizationServer.ts';
import { wellKnownResourceUrls } from '../../../src/core/oauth/protectedResource.ts';

describe('well-known URLs', () => {
  it('are on the host that was asked about, also where its path begins with two slashes', () => {
    assert.deepEqual(
      wellKnownMetadataUrls(new URL('https://as.example//evil.example/t')).map(({ href }) => href),
      [
        'https://as.example/.well-known/oauth-authorization-server//evil.example/t',
        'https://as.example/.well-known/openid-configuration//evil.example/t',
        'https://as.example//evil.example/t/.well-known/openid-configuration',
      ],
    );
    for (const { origin } of wellKnownResourceUrls(new URL('https://mcp.example//evil.example/mcp'))) {
      assert.equal(origin, 'https://mcp.example');
    }
  });

  it('are on the origin that was asked about, differ from each other and carry no fragment, whatever the URL', () => {
    const paths = fc.string({ unit: fc.constantFrom(...'/\\.:@?#%2Fa') });
    fc.assert(
      fc.property(paths, (path) => {
        const url = new URL(`https://host.example:8443/${path}`);
        for (const found of [wellKnownMetadataUrls(url), wellKnownResourceUrls(url)]) {
          assert.deepEqual([...new Set(found.map(({ origin }) => origin))], ['https://host.example:8443']);
          assert.equal(new Set(found.map(({ href }) => href)).size, found.length);
          assert.ok(found.every(({ hash }) => hash === ''));
        }
      }),
    );
  });
});
