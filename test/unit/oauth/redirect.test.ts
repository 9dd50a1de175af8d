import assert from 'node:assert/strict';
import { authenticate } from '../../../src/core/oauth/authenticate.ts';
import { provenKind, type RedirectReceiver, selectRedirects } from '../../../src/core/oauth/redirect.ts';
import { followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { ReceivedRequest } from '../../support/misbehavingServer.ts';
import { json } from '../../support/reply.ts';

describe('selectRedirects', () => {
  for (const [what, context, expected] of [
    ['the URI handler first, where nothing is known', {}, ['uriHandler', 'loopback']],
    ['what has worked before first', { remembered: 'loopback' }, ['loopback', 'uriHandler']],
    [
      'what the person wants first',
      { remembered: 'uriHandler', wanted: 'loopback' },
      ['loopback', 'uriHandler'],
    ],
    ['nothing but loopback for a fixed port', { callbackPort: 3118, remembered: 'uriHandler' }, ['loopback']],
    [
      'nothing that opens a browser for who wants none',
      { remembered: 'uriHandler', wanted: 'paste' },
      ['paste'],
    ],
    ['a fixed port for pasting, too', { callbackPort: 3118, wanted: 'paste' }, ['paste']],
  ] as const) {
    it(`takes ${what}`, () => {
      assert.deepEqual(selectRedirects(context), expected);
    });
  }
});

describe('provenKind', () => {
  it('is the redirect that came back by itself, and never one that the person had to help', () => {
    assert.deepEqual(
      (['uriHandler', 'loopback', 'paste'] as const).map((kind) => provenKind(kind, false)),
      ['uriHandler', 'loopback', undefined],
    );
    assert.equal(provenKind('uriHandler', true), undefined);
  });
});

describe('an authorization server that knows http redirects only', () => {
  const suite = authenticationSuite();
  const refusal = json({ error: 'invalid_redirect_uri', error_description: 'http only' }, { status: 400 });
  const registered = (request: ReceivedRequest): readonly string[] => JSON.parse(request.body).redirect_uris;

  async function prepare(accepts: (uri: string) => boolean) {
    let clients = 0;
    const server = await suite.server(() => ({
      'POST /register': (request) =>
        registered(request).every(accepts)
          ? json({ client_id: `client-${++clients}`, redirect_uris: registered(request) }, { status: 201 })
          : refusal,
    }));
    const assembly = suite.assemble({
      browser: followRedirect,
      redirectUri: 'vscode://mcp-auth.mcp-auth/callback',
    });
    const asked = () =>
      server.requests
        .filter(({ route }) => route === 'POST /register')
        .flatMap((request) => registered(request));
    return { server, assembly, asked };
  }

  it('gets the next redirect by itself, one per registration', async () => {
    const { server, assembly, asked } = await prepare((uri) => uri.startsWith('http://localhost:'));
    const session = await assembly.signIn(server.mcpUrl);
    assert.equal(session.client.clientId, 'client-1');
    assert.deepEqual(asked(), ['vscode://mcp-auth.mcp-auth/callback', 'http://localhost:4712/callback']);
  });

  it('is remembered: the next sign-in begins with what worked, and registers nothing', async () => {
    const { server, assembly, asked } = await prepare((uri) => uri.startsWith('http://localhost:'));
    await assembly.signIn(server.mcpUrl);
    await assembly.signIn(server.mcpUrl);
    assert.equal(asked().length, 2);
    assert.equal(assembly.opened.length, 2);
  });

  it('ends the sign-in with its reason where it refuses every redirect', async () => {
    const { server, assembly, asked } = await prepare(() => false);
    await assert.rejects(assembly.signIn(server.mcpUrl), {
      code: 'registration_refused',
      message: /http only/,
    });
    assert.equal(asked().length, 2);
    assert.equal(assembly.opened.length, 0);
  });
});

describe('a person who wants another redirect', () => {
  const suite = authenticationSuite();

  it('gets it first', async () => {
    const server = await suite.server();
    const { authenticator, opened } = suite.assemble({ browser: followRedirect });
    const serverUrl = new URL(server.mcpUrl);
    await authenticator.start({ serverUrl, transport: 'http', redirectKind: 'loopback' }).result;
    assert.equal(opened[0]?.searchParams.get('redirect_uri'), 'http://localhost:4712/callback');
  });
});

describe('a client that is registered for one port', () => {
  const suite = authenticationSuite();

  it('is redirected to that port, and nowhere else', async () => {
    const server = await suite.server();
    const assembly = suite.assemble({ browser: followRedirect });
    await assembly.signIn(server.mcpUrl, { clientId: 'mine', callbackPort: 3118 });
    assert.equal(assembly.opened[0]?.searchParams.get('redirect_uri'), 'http://localhost:3118/callback');
  });
});

describe('a redirect URI that is written down somewhere', () => {
  const suite = authenticationSuite();
  const clientMetadataUrl = 'https://me.example/mcp-auth.json';

  const rows: readonly (readonly [string, PublishedRow])[] = [
    [
      'is the same in every window for a client that was registered by hand',
      { clientId: 'mine', isPublished: true },
    ],
    [
      'is the same in every window where only such clients are known',
      { metadata: { registration_endpoint: undefined }, isPublished: true },
    ],
    [
      'is the same in every window for a metadata document',
      { metadata: { client_id_metadata_document_supported: true }, isPublished: true },
    ],
    ['may differ from window to window for a client that registers itself', { isPublished: false }],
  ];
  for (const [what, { clientId, metadata = {}, isPublished }] of rows) {
    it(what, async () => {
      const server = await suite.server((honest) => ({
        'GET /.well-known/oauth-authorization-server': json({ ...honest.metadata, ...metadata }),
      }));
      const { ports } = suite.assemble({ clientMetadataUrl, prompt: { askClientId: async () => 'mine' } });
      const wishes: (boolean | undefined)[] = [];
      const uriHandler: RedirectReceiver = {
        open(port) {
          wishes.push(port.isPublished);
          return ports.redirects.uriHandler.open(port);
        },
      };
      const request = { serverUrl: new URL(server.mcpUrl), transport: 'http', oauth: { clientId } } as const;
      const { signal } = new AbortController();
      await authenticate(
        { ...request, signal, onStep: () => undefined },
        { ...ports, redirects: { ...ports.redirects, uriHandler } },
      );
      assert.deepEqual(wishes, [isPublished]);
    });
  }
});

interface PublishedRow {
  readonly clientId?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly isPublished: boolean;
}
