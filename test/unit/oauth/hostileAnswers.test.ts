import assert from 'node:assert/strict';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { AuthErrorCode } from '../../../src/core/errors.ts';
import { createOAuthFetch, type Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import {
  freshTokens,
  type Honest,
  type MisbehavingServer,
  type Routes,
} from '../../support/misbehavingServer.ts';
import { bytes, json, type Reply, redirect, text, unauthorized } from '../../support/reply.ts';

const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';
const metadataRoute = 'GET /.well-known/oauth-authorization-server';
const encode = (value: string) => new TextEncoder().encode(value);

/** Nested lists: parsed without recursion, but nothing else may go down there. */
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

describe('an answer that is meant to do harm', () => {
  const suite = authenticationSuite();
  const { signal } = new AbortController();

  async function signIn(overrides: (honest: Honest) => Routes): Promise<{
    readonly server: MisbehavingServer;
    readonly result: Promise<Session>;
    readonly sent: readonly string[];
  }> {
    const server = await suite.server(overrides);
    const { signIn: start, sent } = suite.assemble();
    const result = start(server.mcpUrl);
    await result.catch(() => undefined);
    return { server, result, sent };
  }

  /** Counts what is read of bodies, after decompression. */
  function counting(): { readonly fetch: Fetch; readonly read: () => number } {
    let count = 0;
    return {
      read: () => count,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        const counted = response.body?.pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform: (chunk, controller) => {
              count += chunk.byteLength;
              controller.enqueue(chunk);
            },
          }),
        );
        return new Response(counted, { status: response.status, headers: response.headers });
      },
    };
  }

  const zeros = Buffer.alloc(16_000_000);
  const bombs: readonly [string, () => Reply][] = [
    // A gzip file may consist of many: 1 GB in 1 MB.
    ['gzip', () => bytes(Buffer.concat(Array(64).fill(gzipSync(zeros))), { 'content-encoding': 'gzip' })],
    [
      'brotli',
      () =>
        bytes(brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }), {
          'content-encoding': 'br',
        }),
    ],
    ['twice gzip', () => bytes(gzipSync(gzipSync(zeros)), { 'content-encoding': 'gzip, gzip' })],
    ['no compression', () => bytes(zeros)],
  ];
  for (const [what, bomb] of bombs) {
    it(`is read no further than to its limit, decompressed, when it is too large by ${what}`, async () => {
      const { origin } = await suite.server(() => ({ 'GET /bomb': bomb() }));
      const counter = counting();
      const { ports } = suite.assemble({ fetch: counter.fetch });
      await assert.rejects(createOAuthFetch(ports, signal)(`${origin}/bomb`, { method: 'GET' }), {
        code: 'invalid_response',
        message: /larger than 1 MB/,
      });
      assert.ok(
        counter.read() > 1_000_000 && counter.read() < 2_000_000,
        `${counter.read()} bytes were read`,
      );
    });
  }

  it('is refused when it ends before the length that it announces', async () => {
    const { result } = await signIn(() => ({
      'POST /token': bytes(encode(JSON.stringify(freshTokens())), { 'content-length': '5000' }),
    }));
    await assert.rejects(result, { code: 'network', remedy: 'retry' });
  });

  it('is refused when it is no compressed data although it says so', async () => {
    const { result } = await signIn(() => ({
      'POST /token': bytes(encode(JSON.stringify(freshTokens())), { 'content-encoding': 'gzip' }),
    }));
    await assert.rejects(result, { code: 'network' });
  });

  const utf16 = (value: string) => Buffer.from(`\uFEFF${value}`, 'utf16le');
  const readable: readonly [string, (body: string) => Reply][] = [
    ['is plain text by its type', (body) => text(body, 'text/plain')],
    ['claims another charset', (body) => text(body, 'application/json; charset=iso-8859-1')],
    ['begins with a byte order mark', (body) => bytes(encode(`\uFEFF${body}`))],
    [
      'holds bytes that are no UTF-8',
      (body) =>
        bytes(
          Buffer.concat([
            encode(`${body.slice(0, -1)},"name":"`),
            Buffer.from([0xff, 0xfe, 0xc0]),
            encode('"}'),
          ]),
        ),
    ],
    [
      'has null for what it leaves out',
      (body) =>
        text(
          `${body.slice(0, -1)},"registration_endpoint_auth":null,"revocation_endpoint":null,"scopes_supported":null,"grant_types_supported":null}`,
          'application/json',
        ),
    ],
    [
      'has something else for every list',
      (body) =>
        text(
          `${body.slice(0, -1)},"scopes_supported":"files:read","grant_types_supported":7,"token_endpoint_auth_methods_supported":{"includes":1}}`,
          'application/json',
        ),
    ],
    [
      'is nested without end',
      (body) =>
        text(
          `${body.slice(0, -1)},"x":${deep},"grant_types_supported":${deep},"client_id_metadata_document_supported":${deep}}`,
          'application/json',
        ),
    ],
    [
      'names what objects inherit',
      (body) =>
        text(
          `${body.slice(0, -1)},"__proto__":{"token_endpoint":"https://evil.example/"},"constructor":1,"toString":2,"hasOwnProperty":3}`,
          'application/json',
        ),
    ],
    [
      'names a member twice, of which the last counts',
      (body) =>
        text(
          `{"issuer":"https://evil.example","token_endpoint":"https://evil.example/token",${body.slice(1)}`,
          'application/json',
        ),
    ],
  ];
  for (const [what, reply] of readable) {
    it(`is used as metadata although it ${what}`, async () => {
      const { result, server } = await signIn(({ metadata }) => ({
        [metadataRoute]: reply(JSON.stringify(metadata)),
      }));
      const { authorizationServer } = await result;
      assert.equal(authorizationServer.issuer, server.origin);
      assert.equal(authorizationServer.token_endpoint, `${server.origin}/token`);
    });
  }

  it('does not pollute the prototype of objects', async () => {
    const polluted = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
    const { result } = await signIn(({ resource, metadata }) => ({
      [resourceRoute]: text(`{${polluted},${JSON.stringify(resource).slice(1)}`, 'application/json'),
      [metadataRoute]: text(`{${polluted},${JSON.stringify(metadata).slice(1)}`, 'application/json'),
      'POST /register': text(`{${polluted},"client_id":"client-polluted"}`, 'application/json', {
        status: 201,
      }),
      'POST /token': text(`{${polluted},${JSON.stringify(freshTokens()).slice(1)}`, 'application/json'),
    }));
    const session = await result;
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    assert.equal('polluted' in session.tokens || 'polluted' in session.client, false);
  });

  it('has nothing to say by an endpoint that only its prototype has', async () => {
    const { result, sent } = await signIn(({ metadata: { token_endpoint: _token, ...metadata } }) => ({
      [metadataRoute]: text(
        `${JSON.stringify(metadata).slice(0, -1)},"__proto__":{"token_endpoint":"https://evil.example/token"}}`,
        'application/json',
      ),
    }));
    await assert.rejects(result, { code: 'invalid_response', message: /has no page to sign in at/ });
    assert.ok(!sent.some((url) => url.includes('evil')));
  });

  const unreadable: readonly [string, (body: string) => Reply][] = [
    ['is UTF-16', (body) => bytes(utf16(body))],
    [
      'is UTF-16 and says so',
      (body) => bytes(utf16(body), { 'content-type': 'application/json; charset=utf-16' }),
    ],
    ['is nested and nothing else', () => text(deep, 'application/json')],
    ['is nested and never closed', () => text('['.repeat(500_000), 'application/json')],
    ['is a number', () => text('1e400', 'application/json')],
    ['is empty', () => text('', 'application/json')],
  ];
  const routes = [resourceRoute, metadataRoute, 'POST /register', 'POST /token'];
  for (const [what, reply] of unreadable) {
    for (const route of routes) {
      it(`is refused from ${route} when it ${what}`, async () => {
        const { result } = await signIn(({ resource, metadata }) => {
          const body =
            route === resourceRoute
              ? resource
              : route === metadataRoute
                ? metadata
                : { client_id: 'a-client', ...freshTokens() };
          return { [route]: reply(JSON.stringify(body)) };
        });
        await assert.rejects(result, { name: 'AuthError', code: 'invalid_response' });
      });
    }
  }

  for (const route of ['POST /register', 'POST /token']) {
    it(`is used from ${route}, or refused in words, when it is nested without end`, async () => {
      const { result } = await signIn(() => ({
        [route]: text(
          `{"client_id":"nested-client","access_token":"nested-access","token_type":"bearer","x":${deep}}`,
          'application/json',
        ),
      }));
      await result.catch((error) => assert.equal(error.code, 'invalid_response'));
    });
  }

  for (const target of [
    'file:///etc/passwd',
    'data:application/json,{}',
    'javascript:alert(1)',
    'ftp://as.example/x',
    'vscode://x/y',
    'blob:https://as.example/x',
  ]) {
    for (const route of [resourceRoute, metadataRoute]) {
      it(`does not send ${route} on to ${target}`, async () => {
        const { result, sent } = await signIn(() => ({ [route]: redirect(target) }));
        await assert.rejects(result, { code: 'insecure_url' });
        assert.ok(sent.every((url) => url.startsWith('http://127.0.0.1:')));
      });
    }

    it(`does not open ${target} as a page to sign in at`, async () => {
      const server = await suite.server(({ metadata }) => ({
        [metadataRoute]: json({ ...metadata, authorization_endpoint: target }),
      }));
      const { signIn: start, opened } = suite.assemble();
      await assert.rejects(start(server.mcpUrl), { code: 'insecure_url' });
      assert.deepEqual(opened, []);
    });
  }

  it('cannot put a user name and password into the addresses that are asked', async () => {
    for (const route of [resourceRoute, metadataRoute]) {
      const { result } = await signIn(({ origin }) => ({
        [route]: redirect(`${origin.replace('://', '://user:word@')}/x`),
      }));
      await assert.rejects(result, { code: 'insecure_url', message: /user name or password/ });
    }
    const { result } = await signIn(({ origin, resource }) => ({
      [resourceRoute]: json({ ...resource, authorization_servers: [origin.replace('://', '://user@')] }),
    }));
    await assert.rejects(result, { code: 'insecure_url' });
    const named = await signIn(({ origin }) => ({
      'POST /mcp': unauthorized(`Bearer resource_metadata="${origin.replace('://', '://user:word@')}/prm"`),
    }));
    await assert.rejects(named.result, { code: 'insecure_url' });
  });

  it('cannot put anything of its own in front of the parameters of the sign-in page', async () => {
    const server = await suite.server(({ origin, metadata }) => ({
      [metadataRoute]: json({
        ...metadata,
        authorization_endpoint: `${origin}/authorize?tenant=7&state=theirs&redirect_uri=https://evil.example&code_challenge_method=plain#fragment`,
      }),
    }));
    const { signIn: start, opened } = suite.assemble();
    await start(server.mcpUrl);
    const [page] = opened;
    assert.equal(page?.searchParams.get('tenant'), '7');
    for (const name of ['state', 'redirect_uri', 'code_challenge_method']) {
      assert.equal(page?.searchParams.getAll(name).length, 1);
    }
    assert.equal(page?.searchParams.get('code_challenge_method'), 'S256');
    assert.notEqual(page?.searchParams.get('state'), 'theirs');
  });

  const longWords = 'x'.repeat(900_000);
  const long: readonly [string, (honest: Honest) => Routes, AuthErrorCode][] = [
    [
      'error',
      () => ({ 'POST /token': json({ error: longWords }, { status: 400 }) }),
      'authorization_refused',
    ],
    [
      'reason for not registering',
      () => ({ 'POST /register': json({ error: 'no', error_description: longWords }, { status: 400 }) }),
      'registration_refused',
    ],
    [
      'name of another resource',
      ({ resource }) => ({
        [resourceRoute]: json({ ...resource, resource: `https://evil.example/${longWords}` }),
      }),
      'resource_mismatch',
    ],
  ];
  for (const [what, overrides, code] of long) {
    it(`is cut short where it shows up, with a long ${what}`, async () => {
      const { result } = await signIn(overrides);
      await assert.rejects(result, (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.ok(error.message.length < 700, `${error.message.length} characters`);
        return true;
      });
    });
  }

  it('cannot turn the direction of the sentence that it shows up in', async () => {
    const { result } = await signIn(() => ({
      'POST /token': json(
        { error: 'invalid_scope', error_description: 'good\u202Edab\n\u0007' },
        { status: 400 },
      ),
    }));
    await assert.rejects(result, { message: /"good\\u\{202e\}dab\\n\\u0007"/ });
  });
});
