import assert from 'node:assert/strict';
import { includesScopes, selectScope } from '../../../src/core/oauth/scope.ts';

interface Row {
  readonly what: string;
  readonly configured?: string;
  readonly challenged?: string;
  readonly listed?: readonly string[];
  readonly configuredServer?: readonly string[];
  /** `scopes_supported` of the authorization server: anything, since a server wrote it. */
  readonly offered?: unknown;
  readonly scope: string | undefined;
}

const rows: readonly Row[] = [
  { what: 'nothing where nobody names one', scope: undefined },
  { what: 'what is configured', configured: 'a', challenged: 'b', listed: ['c'], scope: 'a' },
  {
    what: 'no offline access beyond what is configured',
    configured: 'a',
    offered: ['offline_access'],
    scope: 'a',
  },
  {
    what: 'what a configured metadata document lists before what is challenged',
    configuredServer: ['e', 'f'],
    challenged: 'b',
    listed: ['c'],
    scope: 'e f',
  },
  {
    what: 'what is configured before what a configured metadata document lists',
    configured: 'a',
    configuredServer: ['e'],
    scope: 'a',
  },
  { what: 'what was challenged before what is listed', challenged: 'b c', listed: ['d'], scope: 'b c' },
  { what: 'what the protected resource lists', listed: ['d', 'e'], offered: ['x'], scope: 'd e' },
  { what: 'never all that the authorization server offers', offered: ['a', 'b'], scope: undefined },
  {
    what: 'offline access where it is offered',
    listed: ['d'],
    offered: ['offline_access'],
    scope: 'd offline_access',
  },
  {
    what: 'no offline access that only the protected resource lists',
    listed: ['d', 'offline_access'],
    offered: ['d'],
    scope: 'd',
  },
  {
    what: 'offline access that the server asks for',
    challenged: 'b offline_access',
    scope: 'b offline_access',
  },
  { what: 'offline access alone', offered: ['offline_access'], scope: 'offline_access' },
  {
    what: 'each scope once',
    challenged: 'b offline_access b',
    offered: ['offline_access'],
    scope: 'b offline_access',
  },
  { what: 'no empty scope', challenged: ' b  c ', scope: 'b c' },
  { what: 'nothing for a blank challenge', challenged: ' ', listed: ['d'], scope: undefined },
  { what: 'nothing for an empty list', listed: [], scope: undefined },
  { what: 'no offline access where the offer is malformed', offered: 'offline_access', scope: undefined },
];

describe('includesScopes', () => {
  for (const [scopes, wanted, covers] of [
    ['a b', 'b a', true],
    ['a b', 'b', true],
    ['a b', undefined, true],
    ['a', 'a b', false],
    ['', 'a', false],
    ['', undefined, true],
    ['ab', 'a', false],
    [' a  a ', 'a', true],
  ] as const) {
    it(`says that ${JSON.stringify(scopes)} ${covers ? 'has' : 'lacks'} ${JSON.stringify(wanted)}`, () => {
      assert.equal(includesScopes(scopes, wanted), covers);
    });
  }
});

describe('selectScope', () => {
  for (const { what, configured, configuredServer, challenged, listed, offered, scope } of rows) {
    it(`asks for ${what}`, () => {
      const resource = { resource: 'https://mcp.example', authorizationServers: [] };
      const discovered = {
        authorizationServer: { issuer: 'https://as.example', scopes_supported: offered as string[] },
        challenge: challenged === undefined ? undefined : { scope: challenged },
        protectedResource: listed && { ...resource, scopesSupported: listed },
        configuredServerScopes: configuredServer,
      };
      assert.equal(selectScope(configured, discovered), scope);
    });
  }
});
