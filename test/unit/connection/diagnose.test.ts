import assert from 'node:assert/strict';
import type { AppliedCredential } from '../../../src/core/connection/appliedCredential.ts';
import { connectionText } from '../../../src/core/connection/connectionText.ts';
import { type ConnectionReport, diagnose } from '../../../src/core/connection/diagnose.ts';
import { AuthError, type AuthErrorCode, type Remedy } from '../../../src/core/errors.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { byHeader, mcpError, mcpResult, speakMcp, wholeEventStream } from '../../support/mcpReplies.ts';
import type { Honest, MisbehavingServer, Routes } from '../../support/misbehavingServer.ts';
import { json, missing, page, redirect, text, unauthorized } from '../../support/reply.ts';

const secret = 'a-token-that-is-secret-4711';
const none: AppliedCredential = { kind: 'none' };
const header: AppliedCredential = { kind: 'header', headers: { Authorization: `Bearer ${secret}` } };
const helper: AppliedCredential = { kind: 'helper', headers: { 'X-Api-Key': secret } };
const savedToken: AppliedCredential = { kind: 'savedToken', headers: { Authorization: `token ${secret}` } };
const bearer = `Bearer ${secret}`;
const accepted = text('', 'text/plain', { status: 202 });

describe('diagnose', () => {
  const suite = authenticationSuite();

  async function find(
    server: MisbehavingServer,
    credential: AppliedCredential,
    { transport = 'http' as 'http' | 'sse', path = '/mcp' } = {},
  ): Promise<ConnectionReport> {
    const { ports, refresher } = suite.assemble();
    const target = { serverUrl: new URL(server.origin + path), transport };
    const { signal } = new AbortController();
    return await diagnose(target, credential, { ...ports, refresher, signal });
  }

  const connected: readonly [string, AppliedCredential, string, string | undefined][] = [
    ['a header of the definition', header, 'accepted the header "Authorization" of the definition', bearer],
    ['the header of a helper', helper, 'accepted the header "X-Api-Key" that the helper printed', undefined],
    ['a saved token', savedToken, 'accepted the saved token', `token ${secret}`],
    ['nothing', none, 'answers without a credential', undefined],
  ];
  for (const [what, credential, says, authorization] of connected) {
    it(`connects with ${what}, and says so`, async () => {
      const server = await suite.server(() => ({ 'POST /mcp': speakMcp() }));
      const report = await find(server, credential);
      assert.equal(
        connectionText('"x"', report, credential),
        `"x" ${says}: it calls itself "sample" "1.0.0", it offers 2 tools and it takes 0 ms.`,
      );
      assert.deepEqual(
        [...new Set(server.requests.map(({ headers }) => headers.authorization))],
        [authorization],
      );
    });
  }

  it('connects by the transport of 2024-11-05', async () => {
    const server = await suite.server(() => ({ 'GET /mcp': wholeEventStream, 'POST /messages': accepted }));
    assert.equal((await find(server, header, { transport: 'sse' })).toolCount, 2);
    assert.ok(server.requests.every(({ headers }) => headers.authorization === bearer));
  });

  it('sends the other headers of the definition along with a session, which wins', async () => {
    const server = await suite.server();
    const assembly = suite.assemble();
    const { tokens } = await assembly.signIn(server.mcpUrl);
    server.answer('POST /mcp', speakMcp());
    await diagnose(
      { serverUrl: new URL(server.mcpUrl), transport: 'http' },
      { kind: 'session', headers: { 'X-Team': 'blue', authorization: 'ours', accept: 'text/html' } },
      { ...assembly.ports, refresher: assembly.refresher, signal: new AbortController().signal },
    );
    const last = server.requests.at(-1)?.headers;
    assert.deepEqual(
      [last?.['x-team'], last?.authorization, last?.accept],
      ['blue', `Bearer ${tokens.accessToken}`, 'application/json, text/event-stream'],
    );
  });

  interface Row {
    readonly routes: (honest: Honest) => Routes;
    readonly credential?: AppliedCredential;
    readonly transport?: 'sse';
    readonly path?: string;
    readonly ends: readonly [AuthErrorCode, Remedy, RegExp];
  }

  const rows: Readonly<Record<string, Row>> = {
    'a server that asks for a credential': {
      routes: () => ({}),
      ends: [
        'not_authenticated',
        'authenticate',
        / asks for a credential\. Authenticate, or configure a header\.$/,
      ],
    },
    'a server that asks for a credential by a 403': {
      routes: () => ({
        'POST /mcp': text('', 'text/plain', { status: 403, headers: { 'www-authenticate': 'Bearer' } }),
      }),
      ends: ['not_authenticated', 'authenticate', / asks for a credential\. /],
    },
    'a rejected header of the definition': {
      routes: () => ({}),
      credential: header,
      ends: [
        'header_rejected',
        'openDefinition',
        / does not accept the header "Authorization" of the definition \(HTTP 401\)\. /,
      ],
    },
    'a rejected header of a helper': {
      routes: () => ({}),
      credential: helper,
      ends: [
        'header_rejected',
        'openDefinition',
        / does not accept the header "X-Api-Key" that the helper printed \(HTTP 401\)\. /,
      ],
    },
    'a rejected saved token': {
      routes: () => ({}),
      credential: savedToken,
      ends: [
        'saved_token_rejected',
        'setToken',
        / does not accept the saved token \(HTTP 401\)\. Set another one\.$/,
      ],
    },
    'a header that lacks permissions': {
      routes: () => ({
        'POST /mcp': text('', 'text/plain', {
          status: 403,
          headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="files:write admin"' },
        }),
      }),
      credential: header,
      ends: [
        'header_rejected',
        'openDefinition',
        / wants more permissions than the header "Authorization" of the definition has: "files:write admin"\.$/,
      ],
    },
    'a token that is known, and refused': {
      routes: () => ({
        'POST /mcp': byHeader('authorization', /./, [
          json({ error: { message: 'Not a member of "acme"' } }, { status: 403 }),
          unauthorized('Bearer'),
        ]),
      }),
      credential: savedToken,
      ends: [
        'saved_token_rejected',
        'setToken',
        / knows the saved token, but refuses it \(HTTP 403: "Not a member of \\"acme\\""\)\.$/,
      ],
    },
    'a server that refuses everybody': {
      routes: () => ({ 'POST /mcp': text('Invalid Host header', 'text/plain', { status: 403 }) }),
      credential: header,
      ends: ['server_error', 'retry', / refuses the request \(HTTP 403: "Invalid Host header"\)\.$/],
    },
    'a firewall': {
      routes: () => ({ 'POST /mcp': page(403) }),
      ends: [
        'server_error',
        'retry',
        / answers HTTP 403 with a web page \("Welcome"\), as a firewall does, /,
      ],
    },
    'an error of MCP': {
      routes: () => ({
        'POST /mcp': speakMcp({ initialize: mcpError({ code: -32603, message: 'No database' }) }),
      }),
      credential: header,
      ends: ['server_error', 'retry', / answered with an error of its own: "No database"\.$/],
    },
    'a revision that the server does not speak, by HTTP 400': {
      routes: () => ({
        'POST /mcp': mcpError(
          { code: -32602, message: 'Unsupported protocol version', data: { supported: ['2031-01-01'] } },
          400,
        ),
      }),
      ends: [
        'invalid_response',
        'showLog',
        / speaks no revision of MCP that is known here\. It speaks "2031-01-01"\./,
      ],
    },
    'a revision that the server does not speak, by an error of MCP': {
      routes: () => ({
        'POST /mcp': mcpError({
          code: -32602,
          message: 'Unsupported protocol version',
          data: { supported: ['2031-01-01', 7] },
        }),
      }),
      ends: [
        'invalid_response',
        'showLog',
        / speaks no revision of MCP that is known here\. It speaks "2031-01-01"\./,
      ],
    },
    'a revision that nobody knows': {
      routes: () => ({
        'POST /mcp': speakMcp({ initialize: mcpResult({ protocolVersion: '2031-01-01', capabilities: {} }) }),
      }),
      ends: [
        'invalid_response',
        'showLog',
        / speaks revision "2031-01-01" of MCP, which is not known here\.$/,
      ],
    },
    'an answer that is no JSON': {
      routes: () => ({ 'POST /mcp': text('{"jsonrpc":', 'application/json') }),
      credential: header,
      ends: ['invalid_response', 'showLog', / answered, but not with an MCP message\.$/],
    },
    'a server that wants to be asked later': {
      routes: () => ({
        'POST /mcp': text('', 'text/plain', { status: 429, headers: { 'retry-after': '90' } }),
      }),
      credential: header,
      ends: ['server_error', 'retry', / asks to wait 2 min \(HTTP 429\)\.$/],
    },
    'a server that is under repair': {
      routes: () => ({
        'POST /mcp': text('', 'text/plain', { status: 503, headers: { 'retry-after': '7' } }),
      }),
      credential: header,
      ends: ['server_error', 'retry', / asks to wait 7 s \(HTTP 503\)\.$/],
    },
    'a server that has a problem with everybody': {
      routes: () => ({ 'POST /mcp': page(502) }),
      credential: header,
      ends: ['server_error', 'retry', / has a problem \(HTTP 502\)\. Try again in a moment\.$/],
    },
    'a web page': {
      routes: () => ({ 'POST /mcp': page() }),
      ends: [
        'invalid_definition',
        'openDefinition',
        / answers with a web page \("Welcome"\), not as an MCP server\. Check the URL\.$/,
      ],
    },
    'a sign-in page': {
      routes: () => ({
        'POST /mcp': text('<html><title>Acme &middot; Log in</title><input type="password">', 'text/html'),
      }),
      credential: header,
      ends: [
        'server_error',
        'retry',
        / answers with a sign-in page \("Acme &middot; Log in"\), not as an MCP server: your network, /,
      ],
    },
    'a redirect to a sign-in page': {
      routes: () => ({ 'POST /mcp': redirect('https://portal.example/login?next=/mcp') }),
      ends: ['server_error', 'retry', / leads to a sign-in page at portal\.example, not as an MCP server: /],
    },
    'a redirect to a single sign-on': {
      routes: () => ({ 'POST /mcp': redirect('https://login.example/acme') }),
      ends: ['server_error', 'retry', / leads to a sign-in page at login\.example, /],
    },
    'a server that has moved': {
      routes: () => ({ 'POST /mcp': redirect('https://new.example/v2/mcp?key=1', 308) }),
      credential: header,
      ends: [
        'invalid_definition',
        'openDefinition',
        / redirects to "https:\/\/new\.example\/v2\/mcp" \(HTTP 308\), /,
      ],
    },
    'a redirect to nowhere': {
      routes: () => ({ 'POST /mcp': { kind: 'complete', status: 302, headers: {}, body: '' } }),
      ends: ['server_error', 'retry', / answered HTTP 302\.$/],
    },
    'a path where no server is': {
      routes: () => ({ 'POST /mcp': missing }),
      ends: [
        'invalid_definition',
        'openDefinition',
        / has no MCP server at "\/mcp" \(HTTP 404\)\. Check the URL\.$/,
      ],
    },
    'a path with a secret where no server is': {
      routes: () => ({ 'POST /mcp': missing }),
      path: `/${secret}/x`,
      ends: [
        'invalid_definition',
        'openDefinition',
        / has no MCP server at "\/…\/x", but http:.*\/v1\/mcp answers: /,
      ],
    },
    'an objection that fits a line': {
      routes: () => ({ 'POST /mcp': json({ detail: 'Missing the header X-Org' }, { status: 422 }) }),
      ends: ['server_error', 'retry', / refuses the request \(HTTP 422: "Missing the header X-Org"\)\.$/],
    },
    'a server of the older transport': {
      routes: () => ({
        'POST /mcp': text('', 'text/plain', { status: 405 }),
        'GET /mcp': wholeEventStream,
        'POST /messages': accepted,
      }),
      ends: [
        'invalid_definition',
        'openDefinition',
        / speaks the older transport \(SSE\) here: change the definition to "type": "sse"\.$/,
      ],
    },
    'a server of the older transport that wants a credential everywhere': {
      routes: () => ({
        'POST /mcp': byHeader('authorization', bearer, [
          text('', 'text/plain', { status: 404 }),
          unauthorized('Bearer'),
        ]),
        'GET /mcp': byHeader('authorization', bearer, [wholeEventStream, unauthorized('Bearer')]),
        'POST /messages': accepted,
      }),
      credential: header,
      ends: ['invalid_definition', 'openDefinition', / speaks the older transport \(SSE\) here: /],
    },
    'a server of Streamable HTTP': {
      routes: () => ({ 'POST /mcp': speakMcp(), 'GET /mcp': text('', 'text/plain', { status: 405 }) }),
      transport: 'sse',
      ends: [
        'invalid_definition',
        'openDefinition',
        / speaks Streamable HTTP here: change the definition to "type": "http"\.$/,
      ],
    },
    'a server of Streamable HTTP that shows a page to browsers': {
      routes: () => ({ 'POST /mcp': speakMcp(), 'GET /mcp': page() }),
      transport: 'sse',
      ends: ['invalid_definition', 'openDefinition', / speaks Streamable HTTP here: /],
    },
    'a path that is refused to whoever has the credential alone': {
      routes: () => ({
        // Everything is challenged here: that tells of no other path.
        'POST /v1/mcp': unauthorized('Bearer'),
        'POST /mcp': byHeader('authorization', bearer, [
          text('', 'text/plain', { status: 405 }),
          unauthorized('Bearer'),
        ]),
      }),
      credential: header,
      ends: ['invalid_definition', 'openDefinition', / has no MCP server at "\/mcp" \(HTTP 405\)\. /],
    },
  };
  for (const [what, { routes, credential = none, transport, path, ends }] of Object.entries(rows)) {
    const [code, remedy, message] = ends;
    it(`ends as ${code} at ${what}`, async () => {
      const server = await suite.server((honest) => ({
        'POST /v1/mcp': path === undefined ? missing : speakMcp(),
        ...routes(honest),
      }));
      await assert.rejects(
        find(server, credential, { ...(transport && { transport }), ...(path && { path }) }),
        (error) => {
          assert.ok(error instanceof AuthError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, new RegExp(secret));
          assert.deepEqual([error.code, error.remedy], [code, remedy]);
          return true;
        },
      );
    });
  }

  const stale: readonly [string, Routes[string], RegExp][] = [
    [
      'HTTP 400',
      page(400),
      / answers HTTP 400 to the header "Authorization" of the definition, but asks for a credential without it: /,
    ],
    ['HTTP 404', missing, / answers HTTP 404 to .* If that does not help, check the URL\.$/],
    ['HTTP 500', page(500), / answers HTTP 500 to /],
    ['HTTP 503', page(503), / answers HTTP 503 to /],
    [
      'a web page',
      page(),
      / does not answer as an MCP server to the header "Authorization" of the definition, but asks /,
    ],
    ['a redirect to a sign-in page', redirect('/login'), / answers HTTP 302 to /],
    [
      'an error of MCP',
      mcpError({ code: -32001, message: 'Unauthorized' }),
      / does not answer as an MCP server to /,
    ],
  ];
  for (const [what, answer, message] of stale) {
    it(`finds a stale credential that is answered by ${what}, at a server that asks for one`, async () => {
      const server = await suite.server(() => ({
        'POST /mcp': byHeader('authorization', bearer, [answer, unauthorized('Bearer')]),
      }));
      await assert.rejects(find(server, header), {
        code: 'header_rejected',
        remedy: 'openDefinition',
        message,
      });
    });

    it(`finds a stale credential that is answered by ${what}, at a server that needs none`, async () => {
      const server = await suite.server(() => ({
        'POST /mcp': byHeader('authorization', bearer, [answer, speakMcp()]),
      }));
      await assert.rejects(find(server, header), {
        code: 'header_rejected',
        message: / but answers without it: it does not accept it any more\. /,
      });
    });
  }

  it('runs a helper again whose header is rejected, and connects with what it prints then', async () => {
    const server = await suite.server(() => ({
      'POST /mcp': byHeader('x-api-key', 'fresh', [speakMcp(), unauthorized()]),
    }));
    let runs = 0;
    const renew = async () => {
      runs += 1;
      return { 'X-Api-Key': 'fresh' };
    };
    assert.equal((await find(server, { ...helper, renew })).credential, 'helper');
    assert.equal(runs, 1);
  });

  it('runs a helper again once only', async () => {
    const server = await suite.server();
    let runs = 0;
    const renew = async () => {
      runs += 1;
      return { 'X-Api-Key': 'no better' };
    };
    await assert.rejects(find(server, { ...helper, renew }), { code: 'header_rejected' });
    assert.equal(runs, 1);
  });

  for (const path of ['/mcp', '/mcp/', '/v1/mcp', '/']) {
    it(`finds the server at ${path}, and asks there without a credential`, async () => {
      const server = await suite.server(() => ({
        'POST /mcp': missing,
        [`POST ${path}`]: unauthorized('Bearer'),
      }));
      await assert.rejects(find(server, header, { path: '/api' }), {
        code: 'invalid_definition',
        remedy: 'openDefinition',
        message: new RegExp(
          ` has no MCP server at "/api", but ${server.origin}${path} answers: change the URL to that\\.$`,
        ),
      });
      const credentials = server.requests.map(({ route, headers }) => [route, headers.authorization]);
      assert.ok(
        credentials.every(([route, value]) => value === undefined || /^\w+ \/api$/.test(route ?? '')),
      );
    });
  }

  it('finds the server at /sse, with the type that belongs to it', async () => {
    const server = await suite.server(() => ({
      'POST /mcp': missing,
      'GET /sse': wholeEventStream,
      'POST /messages': accepted,
    }));
    await assert.rejects(find(server, none), {
      code: 'invalid_definition',
      message: /\/sse answers: change the URL to that and the definition to "type": "sse"\.$/,
    });
  });

  it('takes no password of a web site for an MCP server', async () => {
    const server = await suite.server(() => ({
      'POST /mcp': missing,
      'POST /': unauthorized('Basic realm="x"'),
    }));
    await assert.rejects(find(server, none), { message: / has no MCP server at "\/mcp" \(HTTP 404\)/ });
  });

  it('sends nothing secret in the clear, and asks nobody on the internet there', async () => {
    const { ports, refresher, sent } = suite.assemble();
    const { signal } = new AbortController();
    for (const [url, credential] of [
      ['http://mcp.example.com/mcp', none],
      ['http://mcp.internal/mcp', header],
    ] as const) {
      const target = { serverUrl: new URL(url), transport: 'http' } as const;
      await assert.rejects(diagnose(target, credential, { ...ports, refresher, signal }), {
        code: 'insecure_url',
        remedy: 'openDefinition',
      });
    }
    assert.deepEqual(sent, []);
  });
});
