import assert from 'node:assert/strict';
import http from 'node:http';
import tls from 'node:tls';
import { diagnose } from '../../../src/core/connection/diagnose.ts';
import { AuthError } from '../../../src/core/errors.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { createCleanup } from '../../support/cleanup.ts';
import { listen } from '../../support/demo/listener.ts';
import { silence } from '../../support/reply.ts';
import {
  type Certificate,
  type CertificateOptions,
  createAuthority,
  createCertificate,
  startTlsServer,
} from '../../support/tlsServer.ts';

describe('diagnose, when the network fails,', () => {
  const suite = authenticationSuite();
  const cleanup = createCleanup();
  afterEach(() => cleanup.run());

  async function fail(url: string, proxy?: string): Promise<AuthError> {
    const { ports, refresher } = suite.assemble({ fetch });
    const { signal } = new AbortController();
    const target = { serverUrl: new URL(url), transport: 'http' } as const;
    const known = proxy === undefined ? {} : { proxy: () => new URL(proxy) };
    try {
      await diagnose(target, { kind: 'none' }, { ...ports, ...known, refresher, signal });
    } catch (error) {
      assert.ok(error instanceof AuthError, `unexpected: ${error}`);
      return error;
    }
    assert.fail('it connected');
  }

  it('names a host that does not exist', async () => {
    const { code, remedy, message } = await fail('https://no-such-host.invalid/mcp');
    assert.deepEqual([code, remedy], ['network', 'retry']);
    // Without a network, the resolver does not even say no.
    assert.match(
      message,
      /^no-such-host\.invalid cannot be reached: (?:its name cannot be resolved\. Check the URL, and whether it needs a VPN\.|name resolution does not work right now\.)$/,
    );
  });

  it('says that nothing listens', async () => {
    const { port, close } = await listen('127.0.0.1', 0);
    await close();
    const { code, remedy, message } = await fail(`http://127.0.0.1:${port}/mcp`);
    assert.deepEqual([code, remedy], ['network', 'retry']);
    assert.match(message, / nothing listens there \(connection refused\)\.$/);
  });

  it('waits for 30 seconds', async () => {
    const server = await suite.server(() => ({ 'POST /mcp': silence }));
    const { ports, refresher, clock } = suite.assemble();
    const target = { serverUrl: new URL(server.mcpUrl), transport: 'http' } as const;
    const received = server.next('POST /mcp');
    const { signal } = new AbortController();
    const result = diagnose(target, { kind: 'none' }, { ...ports, refresher, signal });
    await received;
    clock.advance(30_000);
    await assert.rejects(result, { code: 'timeout', remedy: 'retry', message: / within 30 seconds\.$/ });
  });

  it('is cancelled while it waits', async () => {
    const server = await suite.server(() => ({ 'POST /mcp': silence }));
    const { ports, refresher } = suite.assemble();
    const target = { serverUrl: new URL(server.mcpUrl), transport: 'http' } as const;
    const received = server.next('POST /mcp');
    const controller = new AbortController();
    const { signal } = controller;
    const result = diagnose(target, { kind: 'none' }, { ...ports, refresher, signal });
    await received;
    controller.abort();
    await assert.rejects(result, { code: 'cancelled' });
  });

  describe('by a certificate', () => {
    const defaults = tls.getCACertificates('default');
    let authority: Certificate;
    before(async () => {
      authority = await createAuthority('Known Authority');
      tls.setDefaultCACertificates([...defaults, authority.cert]);
    });
    after(() => tls.setDefaultCACertificates(defaults));

    async function failBy(options: CertificateOptions): Promise<AuthError> {
      const { port, close } = await startTlsServer(await createCertificate(options));
      cleanup.defer(close);
      return await fail(`https://localhost:${port}/mcp`);
    }

    it('tells nothing of the sort where it is trusted', async () => {
      assert.equal((await failBy({ authority })).code, 'not_authenticated');
    });

    for (const name of ['Unknown Authority', 'Known Authority']) {
      it(`names the settings where its authority is not known, but calls itself ${name}`, async () => {
        const error = await failBy({ authority: await createAuthority(name) });
        assert.deepEqual(
          [error.code, error.remedy, error.setting],
          ['certificate_untrusted', 'openSettings', 'http.systemCertificates'],
        );
        assert.match(
          error.message,
          /its certificate is not trusted\. .*"http\.systemCertificates".*NODE_EXTRA_CA_CERTS/,
        );
      });
    }

    it('says that it is self-signed', async () => {
      const error = await failBy({});
      assert.deepEqual([error.code, error.setting], ['certificate_untrusted', 'http.systemCertificates']);
      assert.match(error.message, /its certificate is self-signed\. /);
    });

    it('says that it has expired', async () => {
      const { code, remedy, message } = await failBy({ authority, isExpired: true });
      assert.deepEqual([code, remedy], ['network', 'retry']);
      assert.match(message, / its certificate has expired\.$/);
    });

    it('says for whom it is', async () => {
      const { code, remedy, message } = await failBy({ authority, host: 'other.example' });
      assert.deepEqual([code, remedy], ['invalid_definition', 'openDefinition']);
      assert.match(
        message,
        / its certificate is for another name\. It is for "DNS:other\.example"\. Check the URL\.$/,
      );
    });

    it('says that there is none', async () => {
      const { port, close } = await listen('127.0.0.1', 0);
      cleanup.defer(close);
      const { code, message } = await fail(`https://127.0.0.1:${port}/mcp`);
      assert.equal(code, 'invalid_definition');
      assert.match(message, / Should the URL begin with http:\/\/\?$/);
    });
  });

  describe('by a proxy', () => {
    /** `fetch` goes by this proxy until the test is over. */
    function useProxy(url: string): void {
      assert.ok('setGlobalProxyFromEnv' in http && typeof http.setGlobalProxyFromEnv === 'function');
      const restore: unknown = http.setGlobalProxyFromEnv({ http_proxy: url, https_proxy: url });
      cleanup.defer(() => (typeof restore === 'function' ? restore() : undefined));
    }

    async function startProxy(status: number): Promise<string> {
      const { server, origin, close } = await listen('127.0.0.1', 0);
      cleanup.defer(close);
      server.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
      return origin;
    }

    for (const [status, says] of [
      [407, /^The proxy wants a user name and a password \(HTTP 407\)\. Check the setting "http\.proxy"\.$/],
      [403, /^The proxy refuses the connection \(HTTP 403\)\. Check the setting "http\.proxy"\.$/],
    ] as const) {
      it(`says that it answers HTTP ${status}`, async () => {
        useProxy(await startProxy(status));
        const error = await fail('https://mcp.example.com/mcp');
        assert.deepEqual(
          [error.code, error.remedy, error.setting],
          ['proxy_failed', 'openSettings', 'http.proxy'],
        );
        assert.match(error.message, says);
      });
    }

    for (const [what, proxy] of [
      ['nothing listens there', 'http://127.0.0.1:1'],
      ['its name does not exist', 'http://no-such-proxy.invalid:8080'],
    ] as const) {
      it(`says that it cannot be reached, because ${what}`, async () => {
        useProxy(proxy);
        const error = await fail('https://mcp.example.com/mcp', proxy);
        assert.deepEqual([error.code, error.setting], ['proxy_failed', 'http.proxy']);
        assert.match(
          error.message,
          /^The proxy [\w.-]+:\d+, which VS Code is told to use, cannot be reached\./,
        );
      });
    }
  });
});
