import assert from 'node:assert/strict';
import { type BrowserScript, followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import { freshTokens } from '../../support/misbehavingServer.ts';
import { json } from '../../support/reply.ts';
import { onlyAccount } from '../../support/sampleSession.ts';

const clientMetadataUrl = 'https://me.example/mcp-auth.json';
const isDocument = (url: URL) => url.searchParams.get('client_id') === clientMetadataUrl;

/** The redirect of a server that says what it has against the client; what it accepts, it lets in. */
function refusing(error: string): BrowserScript {
  return async (url) => {
    if (!isDocument(url)) {
      return await followRedirect(url);
    }
    const back = new URL(url.searchParams.get('redirect_uri') ?? '');
    const parameters = { error, state: url.searchParams.get('state') ?? '', iss: url.origin };
    back.search = new URLSearchParams(parameters).toString();
    return back;
  };
}

describe('an authorization server that refuses the client metadata document', () => {
  const suite = authenticationSuite();

  /** It says that it supports such documents, and offers registration unless told otherwise. */
  async function prepare(browser: BrowserScript, { canRegister = true } = {}) {
    const server = await suite.server(({ metadata }) => {
      const { registration_endpoint: endpoint, ...rest } = metadata;
      const offered = canRegister ? { registration_endpoint: endpoint } : {};
      const supported = { ...rest, ...offered, client_id_metadata_document_supported: true };
      return { 'GET /.well-known/oauth-authorization-server': json(supported) };
    });
    const assembly = suite.assemble({ browser, clientMetadataUrl });
    /** Which pages were opened as the client of the document. */
    const asDocument = () => assembly.opened.map(isDocument);
    return { server, assembly, asDocument };
  }

  for (const error of ['invalid_client', 'invalid_request', 'invalid_redirect_uri', 'unauthorized_client']) {
    it(`with ${error} gets a registration instead, at once and from then on`, async () => {
      const { server, assembly, asDocument } = await prepare(refusing(error));
      assert.equal((await assembly.signIn(server.mcpUrl)).client.origin, 'dynamic');
      assert.deepEqual(asDocument(), [true, false]);
      await assembly.signIn(server.mcpUrl);
      assert.deepEqual(asDocument(), [true, false, false]);
      assert.equal(server.asked.filter((route) => route === 'POST /register').length, 1);
    });
  }

  it('at its token endpoint gets a registration instead', async () => {
    const { server, assembly, asDocument } = await prepare(followRedirect);
    server.answer('POST /token', ({ form }) =>
      form.get('client_id') === clientMetadataUrl
        ? json({ error: 'invalid_client' }, { status: 401 })
        : json(freshTokens()),
    );
    assert.equal((await assembly.signIn(server.mcpUrl)).client.origin, 'dynamic');
    assert.deepEqual(asDocument(), [true, false]);
  });

  it('gets a registration also where that cannot be remembered', async () => {
    const { server, assembly } = await prepare(refusing('invalid_client'));
    assembly.secrets.refuse('store');
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'storage' });
    assert.equal(assembly.sessions.get(server.mcpUrl)?.client.origin, 'dynamic');
  });

  it('and the registration as well ends the sign-in', async () => {
    const { server, assembly, asDocument } = await prepare(refusing('invalid_client'));
    server.answer('POST /token', json({ error: 'invalid_client' }, { status: 401 }));
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'client_rejected' });
    assert.deepEqual(asDocument(), [true, false]);
  });

  it('and offers no registration ends the sign-in, and is given the document again', async () => {
    const { server, assembly, asDocument } = await prepare(refusing('invalid_client'), {
      canRegister: false,
    });
    for (let time = 0; time < 2; time++) {
      await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'client_rejected' });
    }
    assert.deepEqual(asDocument(), [true, true]);
  });

  it('is given the document again once it no longer offers the registration that took its place', async () => {
    const { server, assembly, asDocument } = await prepare(refusing('invalid_client'));
    await assembly.signIn(server.mcpUrl);
    const { registration_endpoint: _endpoint, ...rest } = server.metadata;
    const metadata = json({ ...rest, client_id_metadata_document_supported: true });
    server.answer('GET /.well-known/oauth-authorization-server', metadata);
    await assembly.sessions.delete(onlyAccount(server.mcpUrl));
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'client_rejected' });
    assert.deepEqual(asDocument(), [true, false, true]);
  });

  it('is not taken for one when the person denies access', async () => {
    const { server, assembly, asDocument } = await prepare(refusing('access_denied'));
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'access_denied' });
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'access_denied' });
    assert.deepEqual(asDocument(), [true, true]);
  });

  it('on a page from which the browser never comes back gets a registration next time', async () => {
    const { server, assembly, asDocument } = await prepare(async (url) =>
      isDocument(url) ? true : await followRedirect(url),
    );
    const ended = assert.rejects(assembly.signIn(server.mcpUrl), { code: 'cancelled' });
    const running = () => assembly.authenticator.running(server.mcpUrl);
    await until(() => running()?.step === 'waitingForBrowser', 'the browser is not waited for');
    running()?.cancel();
    await ended;
    assert.equal((await assembly.signIn(server.mcpUrl)).client.origin, 'dynamic');
    assert.deepEqual(asDocument(), [true, false]);
  });

  it('is not supposed where a document that has worked is left unanswered', async () => {
    let isAnswering = true;
    const { server, assembly } = await prepare(async (url) =>
      isAnswering ? await followRedirect(url) : true,
    );
    assert.equal((await assembly.signIn(server.mcpUrl)).client.origin, 'metadataDocument');
    isAnswering = false;
    const ended = assert.rejects(assembly.signIn(server.mcpUrl), { code: 'timeout' });
    await until(
      () => assembly.authenticator.running(server.mcpUrl)?.step === 'waitingForBrowser',
      'the browser is not waited for',
    );
    assembly.clock.advance(5 * 60_000);
    await ended;
    isAnswering = true;
    assert.equal((await assembly.signIn(server.mcpUrl)).client.origin, 'metadataDocument');
  });

  it('for now only, after it has accepted it, gets a registration for now only', async () => {
    let script: BrowserScript = followRedirect;
    const { server, assembly } = await prepare((url, signal) => script(url, signal));
    const origin = async () => (await assembly.signIn(server.mcpUrl)).client.origin;
    assert.equal(await origin(), 'metadataDocument');
    script = refusing('invalid_client');
    assert.equal(await origin(), 'dynamic');
    script = followRedirect;
    assert.equal(await origin(), 'metadataDocument');
  });

  it('is given another document', async () => {
    const { server, assembly } = await prepare(refusing('invalid_client'));
    await assembly.signIn(server.mcpUrl);
    const { secrets } = assembly;
    const other = suite.assemble({ secrets, clientMetadataUrl: 'https://me.example/another.json' });
    assert.equal((await other.signIn(server.mcpUrl)).client.origin, 'metadataDocument');
  });
});
