import assert from 'node:assert/strict';
import type { Session } from '../../../src/core/session/session.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import type { Assembly, SignInOptions } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { Honest, MisbehavingServer, Routes } from '../../support/misbehavingServer.ts';
import { type PublicNames, publicNames } from '../../support/publicNames.ts';
import { json, redirect, unauthorized } from '../../support/reply.ts';

const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';
const metadataRoute = 'GET /.well-known/oauth-authorization-server';

const forbidden = [
  'http://127.0.0.1:7070',
  'http://localhost:7070',
  'https://[::1]:7070',
  'https://localhost.:7070',
  'https://my.localhost',
  'https://2130706433',
  'https://10.0.0.1',
  'https://[::ffff:10.0.0.1]',
  'https://0xa9.0xfe.0xa9.0xfe',
  'https://[fe80::1]',
  'https://[fd12:3456::1]',
  'https://100.64.0.1',
  'https://0.0.0.0',
  'https://224.0.0.1',
  'https://vault.internal',
  'https://printer.local.',
  'https://intranet',
] as const;

describe('a server with a public address', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let network: PublicNames;
  let assembly: Assembly;
  let signIn: (options?: SignInOptions) => Promise<Session>;
  /** Whether the page is left open, until something else happens. */
  let isPersonSlow: boolean;

  /** Starts a server that is known by another address, a public one unless given. */
  async function start(
    overrides: (honest: Honest) => Routes = () => ({}),
    name = 'https://mcp.example',
    others: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    server = await suite.server(overrides);
    network = publicNames({ [name]: server.origin, ...others });
    assembly = suite.assemble({
      fetch: network.fetch,
      browser: async (page) => isPersonSlow || (await network.followRedirect(page)),
    });
    isPersonSlow = false;
    signIn = (options) => assembly.signIn(`${name}/mcp`, options);
  }

  const signInByCode = () =>
    assembly.authenticator.start({
      serverUrl: new URL('https://mcp.example/mcp'),
      transport: 'http',
      grant: 'deviceCode',
    }).result;

  async function assertRefused(result: Promise<unknown>, target: string): Promise<void> {
    const { origin, host } = new URL(target);
    await assert.rejects(result, {
      code: 'forbidden_address',
      message: new RegExp(`^mcp\\.example leads to ${host.replaceAll(/[[\].]/g, '\\$&')}, `),
    });
    assert.ok(!network.sent.some((url) => new URL(url).origin === origin));
    assert.deepEqual(
      assembly.opened.filter((url) => url.origin === origin),
      [],
    );
    assert.equal(assembly.secrets.values.size, 0);
  }

  it('is signed in at', async () => {
    await start();
    const session = await signIn();
    assert.equal(session.authorizationServer.issuer, 'https://mcp.example');
    assert.deepEqual(
      assembly.opened.map(({ origin }) => origin),
      ['https://mcp.example'],
    );
  });

  for (const target of forbidden) {
    it(`cannot name metadata at ${target}`, async () => {
      await start(() => ({ 'POST /mcp': unauthorized(`Bearer resource_metadata="${target}/prm"`) }));
      await assertRefused(signIn(), target);
    });

    it(`cannot name an authorization server at ${target}`, async () => {
      await start(({ resource }) => ({
        [resourceRoute]: json({ ...resource, authorization_servers: [`${target}/tenant`] }),
      }));
      await assertRefused(signIn(), target);
    });
  }

  for (const target of ['http://127.0.0.1:7070', 'https://169.254.169.254', 'https://vault.internal']) {
    for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint']) {
      it(`cannot have its ${endpoint} at ${target}`, async () => {
        await start(({ metadata }) => ({
          [metadataRoute]: json({ ...metadata, [endpoint]: `${target}/x` }),
        }));
        await assertRefused(signIn(), target);
      });
    }

    for (const route of [resourceRoute, metadataRoute]) {
      it(`cannot redirect ${route} to ${target}`, async () => {
        await start(() => ({ [route]: redirect('/hop'), 'GET /hop': redirect(`${target}/x`) }));
        await assertRefused(signIn(), target);
      });
    }

    it(`cannot have its device_authorization_endpoint at ${target}`, async () => {
      await start(({ metadata }) => ({
        [metadataRoute]: json({ ...metadata, device_authorization_endpoint: `${target}/x` }),
      }));
      await assertRefused(signInByCode(), target);
    });

    it(`cannot have its revocation_endpoint at ${target}`, async () => {
      await start(({ metadata }) => ({
        [metadataRoute]: json({ ...metadata, revocation_endpoint: `${target}/x` }),
      }));
      const { serverUrl } = await signIn();
      const { ports, sessions } = assembly;
      assert.equal(
        await signOut({ serverUrl: serverUrl }, { ...ports, sessions }, new AbortController().signal),
        'failed',
      );
      assert.ok(!network.sent.some((url) => url.startsWith(target)));
    });
  }

  it('is signed in at by its second authorization server when the first is at a private address', async () => {
    await start(({ resource, origin }) => ({
      [resourceRoute]: json({ ...resource, authorization_servers: ['https://10.0.0.1', origin] }),
    }));
    assert.equal((await signIn()).authorizationServer.issuer, 'https://mcp.example');
  });

  it('cannot move to a private address when signing in again', async () => {
    await start();
    await signIn();
    server.answer(resourceRoute, json({ ...server.resource, authorization_servers: ['https://10.0.0.1'] }));
    isPersonSlow = true;
    await assert.rejects(signIn(), { code: 'forbidden_address' });
    assert.ok(!network.sent.some((url) => url.includes('10.0.0.1')));
  });

  it('may have a private authorization server where the configuration says so', async () => {
    const sso = await suite.server();
    await start(() => ({}), 'https://mcp.example', { 'https://sso.internal': sso.origin });
    const authServerMetadataUrl = 'https://sso.internal/.well-known/oauth-authorization-server';
    const session = await signIn({ authServerMetadataUrl });
    assert.equal(session.authorizationServer.issuer, 'https://sso.internal');
    const { ports, sessions } = assembly;
    const { signal } = new AbortController();
    assert.equal(await signOut({ serverUrl: session.serverUrl }, { ...ports, sessions }, signal), 'revoked');
  });
});

describe('a server with a private address', () => {
  const suite = authenticationSuite();

  async function signInAt(name: string, authorizationServer: string): Promise<Session> {
    const as = await suite.server();
    const server = await suite.server(({ resource }) => ({
      [resourceRoute]: json({ ...resource, authorization_servers: [authorizationServer] }),
    }));
    const network = publicNames({ [name]: server.origin, [authorizationServer]: as.origin });
    const assembly = suite.assemble({
      fetch: network.fetch,
      browser: network.followRedirect,
    });
    return await assembly.signIn(`${name}/mcp`);
  }

  for (const [name, authorizationServer] of [
    ['https://10.0.0.1', 'https://as.example'],
    ['https://10.0.0.1', 'https://192.168.7.7'],
    ['https://mcp.internal', 'https://10.0.0.1'],
    ['http://localhost:7070', 'https://10.0.0.1'],
    ['http://localhost:7070', 'http://127.0.0.1:9090'],
  ] as const) {
    it(`${name} may lead to ${authorizationServer}`, async () => {
      const session = await signInAt(name, authorizationServer);
      assert.equal(session.authorizationServer.issuer, authorizationServer);
    });
  }

  for (const [name, authorizationServer] of [
    ['https://10.0.0.1', 'http://localhost:9090'],
    ['https://10.0.0.1', 'https://169.254.169.254'],
    ['https://mcp.internal', 'https://0.0.0.0'],
  ] as const) {
    it(`${name} may not lead to ${authorizationServer}`, async () => {
      await assert.rejects(signInAt(name, authorizationServer), { code: 'forbidden_address' });
    });
  }
});
