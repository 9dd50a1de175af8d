import assert from 'node:assert/strict';
import { now } from '../../bench/now.ts';
import { promisedAfterCallback, promisedBeforeBrowser } from '../../bench/promises.ts';
import { requestsInSeries } from '../../bench/series.ts';
import { type BenchServer, startBenchServer } from '../../bench/server/benchServer.ts';
import { type AssemblyOptions, followRedirect } from '../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../support/authenticationSuite.ts';
import { FakeSecretStorage } from '../support/fakeSecretStorage.ts';
import { onlyAccount } from '../support/sampleSession.ts';

const probe = 'POST /mcp';
const resourceMetadata = 'GET /.well-known/oauth-protected-resource/mcp';
const serverMetadata = 'GET /.well-known/oauth-authorization-server';

describe('the requests of a sign-in', () => {
  const suite = authenticationSuite();

  /**
   * A server that lets the first of probe and request for its metadata wait for the other. When that does not
   * come meanwhile they are answered one after the other, and count as two.
   */
  async function startServer(): Promise<BenchServer> {
    let isAccompanied: boolean | undefined;
    const server = await startBenchServer(async (route) => {
      if (route !== probe && route !== resourceMetadata) {
        return;
      }
      if (isAccompanied === false) {
        isAccompanied = true;
        return;
      }
      isAccompanied = false;
      await until(() => isAccompanied === true, 'one comes after the other').catch(() => undefined);
    });
    suite.started({ secrets: server.secrets, close: server.close });
    return server;
  }

  /** Signs in, and asserts with the server's own log what preceded the browser and what followed the callback. */
  async function assertRequests(
    server: BenchServer,
    expected: { readonly inSeries: number; readonly routes: readonly string[] },
    {
      secrets = new FakeSecretStorage(),
      meanwhile = async () => undefined,
      ...options
    }: AssemblyOptions & { readonly meanwhile?: () => Promise<unknown> } = {},
  ): Promise<void> {
    server.clear();
    let [openedAt, calledBackAt] = [0, 0];
    const { sessions, signIn } = suite.assemble({
      secrets,
      ...options,
      browser: async (url) => {
        openedAt = now();
        await meanwhile();
        const redirect = await followRedirect(url);
        calledBackAt = now();
        return redirect;
      },
    });
    await sessions.reload();
    await signIn(server.mcpUrl);
    const before = server.spans.filter(({ startedAt }) => startedAt < openedAt);
    const after = server.spans.filter(({ startedAt }) => startedAt >= calledBackAt);
    assert.deepEqual(before.map(({ route }) => route).toSorted(), expected.routes.toSorted());
    assert.equal(requestsInSeries(before), expected.inSeries);
    assert.deepEqual(
      after.map(({ route }) => route),
      ['POST /token'],
    );
    assert.equal(requestsInSeries(after), promisedAfterCallback);
  }

  it('are three in series before the browser at first, and one after it', async () => {
    await assertRequests(await startServer(), {
      inSeries: promisedBeforeBrowser.first,
      routes: [probe, resourceMetadata, serverMetadata, 'POST /register'],
    });
  });

  it('are two in series before the browser with a client ID metadata document', async () => {
    const expected = {
      inSeries: promisedBeforeBrowser.document,
      routes: [probe, resourceMetadata, serverMetadata],
    };
    await assertRequests(await startServer(), expected, {
      clientMetadataUrl: 'https://client.example/metadata.json',
    });
  });

  it('are two in series before the browser with a client that is known from before', async () => {
    const server = await startServer();
    const secrets = new FakeSecretStorage();
    const { sessions, signIn } = suite.assemble({ secrets });
    const { serverUrl } = await signIn(server.mcpUrl);
    await sessions.delete(onlyAccount(serverUrl));
    const expected = {
      inSeries: promisedBeforeBrowser.known,
      routes: [probe, resourceMetadata, serverMetadata],
    };
    await assertRequests(server, expected, { secrets });
  });

  it('are none before the browser when signing in again, and one after a person had a look at the page', async () => {
    const server = await startServer();
    const secrets = new FakeSecretStorage();
    await suite.assemble({ secrets }).signIn(server.mcpUrl);
    const isChecked = () => server.spans.some(({ route }) => route === serverMetadata);
    await assertRequests(
      server,
      { inSeries: promisedBeforeBrowser.again, routes: [] },
      { secrets, meanwhile: () => until(isChecked, 'the server was not checked') },
    );
  });
});

describe('requestsInSeries', () => {
  /** Spans from pairs of begin and end. */
  const spans = (...pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([startedAt, endedAt]) => ({ route: 'GET /', startedAt, endedAt }));

  for (const [what, requests, expected] of [
    ['nothing where there is no request', spans(), 0],
    ['each request that begins after the one before was answered', spans([0, 1], [1, 2], [5, 6]), 3],
    ['requests that are under way at the same time once', spans([0, 3], [1, 2], [1, 4]), 1],
    ['the longest chain past a request that outlasts it', spans([0, 9], [1, 2], [3, 4], [5, 6]), 3],
    ['the same in any order', spans([5, 6], [0, 9], [3, 4], [1, 2]), 3],
  ] as const) {
    it(`counts ${what}`, () => assert.equal(requestsInSeries(requests), expected));
  }
});
