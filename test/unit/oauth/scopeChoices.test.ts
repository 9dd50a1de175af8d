import assert from 'node:assert/strict';
import type { Discovered } from '../../../src/core/oauth/discovery.ts';
import { type ScopeChoice, scopeChoices } from '../../../src/core/oauth/scopeChoices.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { json } from '../../support/reply.ts';

interface Row {
  readonly what: string;
  readonly configured?: string;
  readonly additional?: string;
  readonly challenged?: string;
  readonly listed?: readonly string[];
  readonly offered?: readonly string[];
  /** `*` before those that are selected. */
  readonly choices: readonly (readonly [string, ...string[]])[];
}

const rows: readonly Row[] = [
  { what: 'nothing where nobody names a scope', choices: [] },
  {
    what: 'what is configured first, and the rest unselected',
    configured: 'a b',
    challenged: 'b c',
    listed: ['d'],
    offered: ['e'],
    choices: [
      ['*a', 'configured'],
      ['*b', 'configured', 'challenged'],
      ['c', 'challenged'],
      ['d', 'listed'],
      ['e', 'offered'],
    ],
  },
  {
    what: 'what the server asks for, before what it lists',
    challenged: 'b',
    listed: ['a', 'b'],
    choices: [
      ['*b', 'challenged', 'listed'],
      ['a', 'listed'],
    ],
  },
  {
    what: 'what the server lists where it asks for nothing',
    listed: ['a'],
    offered: ['a', 'openid'],
    choices: [
      ['*a', 'listed', 'offered'],
      ['openid', 'offered'],
    ],
  },
  {
    what: 'staying signed in, where that is offered',
    listed: ['a'],
    offered: ['offline_access'],
    choices: [
      ['*a', 'listed'],
      ['*offline_access', 'offline', 'offered'],
    ],
  },
  {
    what: 'staying signed in unselected, where the scopes are configured without it',
    configured: 'a',
    offered: ['offline_access'],
    choices: [
      ['*a', 'configured'],
      ['offline_access', 'offline', 'offered'],
    ],
  },
  {
    what: 'what a session had and its server wants beyond that',
    listed: ['a'],
    additional: 'a w',
    choices: [
      ['*a', 'previous', 'listed'],
      ['*w', 'previous'],
    ],
  },
  { what: 'nothing that is no scope', listed: ['a"b', '', 'ä'], choices: [] },
];

describe('scopeChoices', () => {
  for (const { what, choices, configured, additional, ...servers } of rows) {
    it(`offers ${what}`, () => {
      const shown = ({ scope, reasons, isSelected }: ScopeChoice) => [
        `${isSelected ? '*' : ''}${scope}`,
        ...reasons,
      ];
      assert.deepEqual(scopeChoices(discovered(servers), { configured, additional }).map(shown), choices);
    });
  }
});

function discovered({ challenged, listed, offered }: Partial<Row>): Discovered {
  return {
    authorizationServer: {
      issuer: 'https://as.example',
      ...(offered ? { scopes_supported: [...offered] } : {}),
    },
    challenge: challenged === undefined ? undefined : { scope: challenged },
    protectedResource: listed && {
      resource: 'https://mcp.example',
      authorizationServers: [],
      scopesSupported: listed,
    },
  };
}

describe('a person who chooses scopes', () => {
  const suite = authenticationSuite();

  async function prepare(choose: (choices: readonly ScopeChoice[]) => readonly string[] | undefined) {
    const server = await suite.server(({ metadata, resource }) => ({
      'GET /.well-known/oauth-authorization-server': json({ ...metadata, scopes_supported: ['admin'] }),
      'GET /.well-known/oauth-protected-resource/mcp': json({
        ...resource,
        scopes_supported: ['read', 'write'],
      }),
    }));
    const assembly = suite.assemble({
      prompt: { askScopes: async ({ choices }) => choose(choices) },
    });
    const requested = () => assembly.opened.map(({ searchParams }) => searchParams.get('scope'));
    const registered = () =>
      server.requests
        .filter(({ route }) => route === 'POST /register')
        .map(({ body }) => JSON.parse(body).scope as unknown);
    return { server, assembly, requested, registered };
  }

  it('asks for those and no others, and the session remembers it', async () => {
    const { server, assembly, requested } = await prepare((choices) => {
      assert.deepEqual(
        choices.map(({ scope, isSelected }) => [scope, isSelected]),
        [
          ['read', true],
          ['write', true],
          ['admin', false],
        ],
      );
      return ['read'];
    });
    const session = await assembly.signIn(server.mcpUrl, { askForScopes: true });
    assert.deepEqual(requested(), ['read']);
    assert.equal(session.requestedScope, 'read');
  });

  it('asks for none where none is selected', async () => {
    const { server, assembly, requested } = await prepare(() => []);
    const session = await assembly.signIn(server.mcpUrl, { askForScopes: true });
    assert.deepEqual(requested(), [null]);
    assert.equal(session.requestedScope, undefined);
  });

  it('is cancelled without a choice, before anything is registered', async () => {
    const { server, assembly, registered } = await prepare(() => undefined);
    await assert.rejects(assembly.signIn(server.mcpUrl, { askForScopes: true }), { code: 'cancelled' });
    assert.deepEqual(registered(), []);
    assert.deepEqual(assembly.opened, []);
  });

  it('may choose more later: the client is registered for what would be asked for, and anew for more', async () => {
    const choices = [['read'], ['read', 'write'], ['admin']];
    const { server, assembly, requested, registered } = await prepare(() => choices.shift());
    for (let time = 0; time < 3; time++) {
      await assembly.signIn(server.mcpUrl, { askForScopes: true });
    }
    assert.deepEqual(requested(), ['read', 'read write', 'admin']);
    assert.deepEqual(registered(), ['read write', 'read write admin']);
  });

  it('is not asked where no scope is named', async () => {
    const server = await suite.server(({ resource }) => ({
      'GET /.well-known/oauth-protected-resource/mcp': json({ ...resource, scopes_supported: [] }),
    }));
    const { signIn, opened } = suite.assemble();
    await signIn(server.mcpUrl, { askForScopes: true });
    assert.equal(opened[0]?.searchParams.get('scope'), null);
  });

  it('is not asked unless that is wished', async () => {
    const { server, assembly, requested } = await prepare(() => assert.fail('asked'));
    await assembly.signIn(server.mcpUrl);
    assert.deepEqual(requested(), ['read write']);
  });
});
