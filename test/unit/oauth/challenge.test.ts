import assert from 'node:assert/strict';
import { type Challenge, parseChallenge } from '../../../src/core/oauth/challenge.ts';

const metadata = 'https://mcp.example/.well-known/oauth-protected-resource/mcp';

interface Case {
  readonly title: string;
  readonly header: string | undefined;
  readonly expected:
    | (Omit<Challenge, 'resourceMetadata'> & { readonly resourceMetadata: string | undefined })
    | undefined;
}

const nothing = { resourceMetadata: undefined, scope: undefined, error: undefined };

const cases: readonly Case[] = [
  { title: 'reads nothing where there is no header', header: undefined, expected: undefined },
  { title: 'reads a bare Bearer as a challenge without details', header: 'Bearer', expected: nothing },
  {
    title: 'reads metadata, scope and error',
    header: `Bearer error="invalid_token", scope="a b", resource_metadata="${metadata}"`,
    expected: { resourceMetadata: metadata, scope: 'a b', error: 'invalid_token' },
  },
  {
    title: 'reads parameters without quotes and scheme and names in any case',
    header: 'bEARER Error=insufficient_scope, SCOPE=a',
    expected: { ...nothing, scope: 'a', error: 'insufficient_scope' },
  },
  {
    title: 'reads escaped characters in quoted strings',
    header: 'Bearer scope="a\\"b"',
    expected: { ...nothing, scope: 'a"b' },
  },
  {
    title: 'takes the Bearer challenge among others',
    header: `Basic realm="site", Bearer resource_metadata="${metadata}"`,
    expected: { ...nothing, resourceMetadata: metadata },
  },
  {
    title: 'prefers the challenge that names metadata',
    header: `Bearer realm="old", DPoP resource_metadata="${metadata}"`,
    expected: {
      ...nothing,
      resourceMetadata: metadata,
      dpop: { isRequired: false, algorithms: undefined },
    },
  },
  {
    title: 'reads from a challenge with DPoP alone that bound tokens are required, and the algorithms',
    header: 'DPoP algs="ES256 PS256"',
    expected: { ...nothing, dpop: { isRequired: true, algorithms: ['ES256', 'PS256'] } },
  },
  { title: 'cannot meet Basic alone', header: 'Basic realm="site"', expected: undefined },
  { title: 'cannot meet Negotiate alone', header: 'Negotiate', expected: undefined },
  { title: 'takes an empty scope for none', header: 'Bearer scope=""', expected: nothing },
  {
    title: 'drops metadata that is not a URL',
    header: 'Bearer resource_metadata="/relative"',
    expected: nothing,
  },
  { title: 'reads nothing from garbage', header: '"" = , ;', expected: undefined },
];

describe('parseChallenge', () => {
  for (const { title, header, expected } of cases) {
    it(title, async () => {
      const headers: Record<string, string> = header === undefined ? {} : { 'www-authenticate': header };
      const challenge = await parseChallenge(new Response('body', { status: 401, headers }));
      assert.deepEqual(
        challenge && { ...challenge, resourceMetadata: challenge.resourceMetadata?.href },
        expected,
      );
    });
  }

  it('leaves the body unread', async () => {
    const response = new Response('body', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    await parseChallenge(response);
    assert.equal(await response.text(), 'body');
  });
});
