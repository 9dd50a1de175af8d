import assert from 'node:assert/strict';
import {
  type AuthorizationServer,
  fetchAuthorizationServer,
  wellKnownMetadataUrls,
} from '../../../src/core/oauth/authorizationServer.ts';
import { createOAuthFetch } from '../../../src/core/oauth/oauthFetch.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { Honest, Routes } from '../../support/misbehavingServer.ts';
import { json, missing, page, redirect, text } from '../../support/reply.ts';

const oauthPlace = '/.well-known/oauth-authorization-server';
const openidPlace = '/.well-known/openid-configuration';

describe('wellKnownMetadataUrls', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['https://as.example', [oauthPlace, openidPlace]],
    ['https://as.example/', [oauthPlace, openidPlace]],
    ['https://as.example/t', [`${oauthPlace}/t`, `${openidPlace}/t`, `/t${openidPlace}`]],
    ['https://as.example/t/u/', [`${oauthPlace}/t/u`, `${openidPlace}/t/u`, `/t/u${openidPlace}`]],
  ];
  for (const [issuer, expected] of cases) {
    it(`knows ${expected.length} places for the metadata of ${issuer}, in order`, () => {
      assert.deepEqual(
        wellKnownMetadataUrls(new URL(issuer)).map(({ href }) => href),
        expected.map((path) => `https://as.example${path}`),
      );
    });
  }
});

describe('fetchAuthorizationServer', () => {
  const suite = authenticationSuite();

  async function find(overrides: (honest: Honest) => Routes, path = '') {
    const server = await suite.server(overrides);
    const { ports, sent } = suite.assemble();
    const fetch = createOAuthFetch(ports, new AbortController().signal);
    const result = fetchAuthorizationServer(server.origin + path, fetch);
    const settled = await result.then(
      (value): AuthorizationServer | undefined => value,
      () => undefined,
    );
    return { ...server, result, metadata: settled, asked: server.asked, sent };
  }

  it('takes RFC 8414 metadata at the first place with one request', async () => {
    const { metadata, origin, asked } = await find(() => ({}));
    assert.equal(metadata?.issuer, origin);
    assert.deepEqual(asked, [`GET ${oauthPlace}`]);
  });

  it('takes OpenID metadata where there is no other', async () => {
    const { metadata, origin, asked } = await find((honest) => ({
      [`GET ${oauthPlace}`]: missing,
      [`GET ${openidPlace}`]: json(honest.metadata),
    }));
    assert.equal(metadata?.token_endpoint, `${origin}/token`);
    assert.deepEqual(asked, [`GET ${oauthPlace}`, `GET ${openidPlace}`]);
  });

  it('asks the three places of an issuer with a path in order, and never the root', async () => {
    const { metadata, result, asked } = await find(() => ({}), '/tenant');
    assert.equal(await result, undefined);
    assert.equal(metadata, undefined);
    assert.deepEqual(asked, [
      `GET ${oauthPlace}/tenant`,
      `GET ${openidPlace}/tenant`,
      `GET /tenant${openidPlace}`,
    ]);
  });

  it('finds the metadata of an issuer with a path below that path', async () => {
    const { metadata, origin } = await find(
      (honest) => ({
        [`GET /tenant${openidPlace}`]: json({ ...honest.metadata, issuer: `${honest.origin}/tenant` }),
      }),
      '/tenant',
    );
    assert.equal(metadata?.issuer, `${origin}/tenant`);
  });

  it('passes over a page with HTTP 200', async () => {
    const { metadata, origin } = await find((honest) => ({
      [`GET ${oauthPlace}`]: page(),
      [`GET ${openidPlace}`]: json(honest.metadata),
    }));
    assert.equal(metadata?.issuer, origin);
  });

  it('fails with an invalid response when every place has a page only', async () => {
    const { result } = await find(() => ({ [`GET ${oauthPlace}`]: page(), [`GET ${openidPlace}`]: page() }));
    await assert.rejects(result, { code: 'invalid_response' });
  });

  it('finds nothing when no place has anything', async () => {
    const { result } = await find(() => ({ [`GET ${oauthPlace}`]: missing }));
    assert.equal(await result, undefined);
  });

  it('follows a redirect to the metadata', async () => {
    const { metadata, origin } = await find((honest) => ({
      [`GET ${oauthPlace}`]: redirect('/elsewhere', 307),
      'GET /elsewhere': json(honest.metadata),
    }));
    assert.equal(metadata?.issuer, origin);
  });

  it('tolerates a slash too many at the root, and keeps the issuer as it was written', async () => {
    const { metadata, origin } = await find((honest) => ({
      [`GET ${oauthPlace}`]: json({ ...honest.metadata, issuer: `${honest.origin}/` }),
    }));
    assert.equal(metadata?.issuer, `${origin}/`);
  });

  it('tolerates a slash too few at the root', async () => {
    const { metadata, origin } = await find(
      (honest) => ({ [`GET ${oauthPlace}`]: json(honest.metadata) }),
      '/',
    );
    assert.equal(metadata?.issuer, origin);
  });

  it('takes an issuer that is written in an unusual way, if both write it so', async () => {
    const { metadata, origin } = await find(
      (honest) => ({
        [`GET ${oauthPlace}/tenant`]: json({ ...honest.metadata, issuer: `${honest.origin}/x/../tenant` }),
      }),
      '/x/../tenant',
    );
    assert.equal(metadata?.issuer, `${origin}/x/../tenant`);
  });

  const foreign: readonly [string, string, (origin: string) => string][] = [
    ['another origin', '', () => 'https://evil.example'],
    ['a path too many', '', (origin) => `${origin}/tenant`],
    ['no path instead of one', '/tenant', (origin) => origin],
    ['a slash too many behind a path', '/tenant', (origin) => `${origin}/tenant/`],
    ['two slashes too many', '', (origin) => `${origin}//`],
    ['an empty query', '', (origin) => `${origin}?`],
    ['an empty fragment', '', (origin) => `${origin}/#`],
    ['upper case where a URL has lower case', '', (origin) => origin.replace('http', 'HTTP')],
    ['a path that a parser would tidy up', '/tenant', (origin) => `${origin}/x/../tenant`],
    ['a path that a parser would tidy away', '', (origin) => `${origin}/./`],
    ['blanks around it', '', (origin) => ` ${origin} `],
  ];
  for (const [what, path, issuer] of foreign) {
    it(`refuses metadata whose issuer has ${what}, without looking further`, async () => {
      const { result, asked } = await find(
        ({ origin, metadata }) => ({
          [`GET ${oauthPlace}${path}`]: json({ ...metadata, issuer: issuer(origin) }),
          [`GET ${openidPlace}${path}`]: json({ ...metadata, issuer: origin + path }),
        }),
        path,
      );
      await assert.rejects(result, { code: 'issuer_mismatch' });
      assert.equal(asked.length, 1);
    });
  }

  for (const endpoint of [
    'authorization_endpoint',
    'token_endpoint',
    'registration_endpoint',
    'revocation_endpoint',
  ]) {
    for (const [url, code] of [
      ['http://plain.example/x', 'insecure_url'],
      ['javascript:alert(1)', 'insecure_url'],
      ['file:///etc/passwd', 'insecure_url'],
      ['https://user:word@as.example/x', 'insecure_url'],
      ['/relative', 'invalid_response'],
      [7, 'invalid_response'],
    ] as const) {
      it(`refuses ${JSON.stringify(url)} as ${endpoint}`, async () => {
        const { result, sent, origin } = await find((honest) => ({
          [`GET ${oauthPlace}`]: json({ ...honest.metadata, [endpoint]: url }),
        }));
        await assert.rejects(result, { code });
        assert.ok(sent.every((one) => one.startsWith(`${origin}/.well-known/`)));
      });
    }
  }

  for (const status of [429, 500, 502]) {
    it(`says that the server has a problem after HTTP ${status} where no other place has anything`, async () => {
      const { result, asked } = await find(() => ({ [`GET ${oauthPlace}`]: page(status) }));
      await assert.rejects(result, { code: 'server_error', remedy: 'retry' });
      assert.equal(asked.length, 2);
    });

    it(`looks at the next place after HTTP ${status}`, async () => {
      const { metadata, origin } = await find((honest) => ({
        [`GET ${oauthPlace}`]: page(status),
        [`GET ${openidPlace}`]: json(honest.metadata),
      }));
      assert.equal(metadata?.issuer, origin);
    });
  }

  for (const [what, body] of [
    ['truncated JSON', '{"issuer":"https://as'],
    ['an issuer that is not text', '{"issuer":7}'],
    ['an issuer that is not a URL', '{"issuer":"as"}'],
    ['a list', '[]'],
  ] as const) {
    it(`calls ${what} an invalid response`, async () => {
      const { result } = await find(() => ({ [`GET ${oauthPlace}`]: text(body, 'application/json') }));
      await assert.rejects(result, { code: 'invalid_response' });
    });
  }
});
