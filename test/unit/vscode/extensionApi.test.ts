import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { McpAuthApi, McpAuthError } from '../../../api/mcp-auth.d.ts';
import type { AccessEntry, AccessOptions } from '../../../src/core/access/accessControl.ts';
import type { Program } from '../../../src/core/access/program.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { AuthError } from '../../../src/core/errors.ts';
import type { ServerQuery } from '../../../src/core/handover/credentialHandover.ts';
import { Inventory } from '../../../src/core/inventory.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { ScopeDemands } from '../../../src/core/session/scopeDemands.ts';
import { createExtensionApi, type SignInRequest } from '../../../src/vscode/extensionApi.ts';
import { type Assembly, assemble } from '../../support/authenticationPorts.ts';
import { InventoryParts } from '../../support/inventoryParts.ts';
import { inProject } from '../../support/paths.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { onlyAccount, sampleSession, sampleTime } from '../../support/sampleSession.ts';

const caller: Program = { kind: 'extension', id: 'a.one', label: 'One' };
const url = 'https://mcp.example/mcp';
const configuration = parseConfiguration(`{"mcpServers": {"one": {"type": "http", "url": "${url}"}}}`);

describe('the API for other extensions', () => {
  let parts: Assembly;
  let inventory: Inventory;
  let recorded: ReturnType<typeof recordLog>;
  let api: McpAuthApi;
  let program: Program | undefined;
  let isTrusted: boolean;
  let decision: AccessEntry['decision'] | undefined;
  let handed: (readonly [ServerQuery, Program, AccessOptions])[];
  let handOver: () => Promise<Readonly<Record<string, string>>>;
  let signIns: SignInRequest[];
  let signIn: () => Promise<void>;

  beforeEach(() => {
    parts = assemble({ browser: async () => false });
    recorded = recordLog();
    const { sessions, authenticator, clock } = parts;
    const refresher = new SessionRefresher({ ...parts.ports, sessions });
    const others = new InventoryParts().ports;
    inventory = new Inventory({
      sessions,
      authenticator,
      refresher,
      demands: new ScopeDemands(),
      clock,
      ...others,
    });
    const uri = 'file:///a/.mcp.json';
    inventory.setSources([
      { id: uri, kind: 'project', uri, label: 'a', fileName: '.mcp.json', folders: [], configuration },
    ]);
    [program, isTrusted, decision, handed, signIns] = [caller, true, undefined, [], []];
    handOver = async () => ({ Authorization: 'Bearer access-token-1' });
    signIn = () => assert.fail('nobody is to sign in');
    api = createExtensionApi(
      {
        handover: {
          headers: async (...call) => {
            handed.push(call);
            const [server] = inventory.servers;
            return { server: server ?? assert.fail(), headers: await handOver() };
          },
        },
        access: {
          get entries() {
            const entry = { program: caller, serverUrl: url, serverName: 'one' };
            return decision ? [{ ...entry, decision }] : [];
          },
        },
        inventory,
        sessions,
        log: recorded.log,
        caller: () => program,
        isTrusted: () => isTrusted,
        authenticate: async (_server, request) => {
          signIns.push(request);
          await signIn();
        },
      },
      () => clock.now(),
    );
  });
  afterEach(() => inventory.dispose());

  const putSession = () =>
    parts.sessions.put(
      sampleSession({ serverUrl: url, account: { id: 'default', addedAt: 1, name: 'me@example.com' } }),
    );

  async function rejects(work: Promise<unknown>, code: string): Promise<McpAuthError> {
    let seen: McpAuthError | undefined;
    await assert.rejects(work, (error: McpAuthError) => {
      assert.equal(Object.getPrototypeOf(error), Error.prototype);
      assert.deepEqual([error.name, error.code, error.cause], ['McpAuthError', code, undefined]);
      seen = error;
      return true;
    });
    return seen ?? assert.fail();
  }

  it('is the same for all, and none can change it', () => {
    assert.equal(api.version, 1);
    assert.ok(Object.isFrozen(api));
  });

  it('is shipped with its types, which stand by themselves', async () => {
    const shipped = (await readFile(inProject('.vscodeignore'), 'utf8')).split('\n');
    assert.ok(shipped.includes('!api/*.d.ts'));
    const types = await readFile(inProject('api', 'mcp-auth.d.ts'), 'utf8');
    const imported = [...types.matchAll(/ from '(.*)'/g)].map(([, name]) => name);
    assert.deepEqual(imported, ['vscode']);
  });

  it('gives headers to the extension that calls, within its signal', async () => {
    const { getAuthorizationHeaders } = api;
    const { signal } = new AbortController();
    assert.deepEqual(await getAuthorizationHeaders(url, { signal }), {
      Authorization: 'Bearer access-token-1',
    });
    assert.deepEqual(handed, [[{ url }, caller, { signal }]]);
  });

  it('gives nothing to whoever cannot be found', async () => {
    program = undefined;
    for (const call of [api.getAuthorizationHeaders, api.getSession, api.authenticate]) {
      await rejects(call(url), 'unknown_caller');
    }
    assert.deepEqual(handed, []);
  });

  it('looks who calls before it waits for anything', async () => {
    const given = api.getAuthorizationHeaders(url);
    program = { kind: 'extension', id: 'a.other', label: 'Other' };
    await given;
    assert.equal(handed[0]?.[1], caller);
  });

  it('tells of an error its sentence and its code, and never its cause', async () => {
    handOver = async () => {
      throw new AuthError('access_refused', 'A sentence.', { cause: new Error('a secret') });
    };
    const error = await rejects(api.getAuthorizationHeaders(url), 'access_refused');
    assert.equal(error.message, 'A sentence.');
  });

  it('tells nothing of an error that nobody has thought of', async () => {
    handOver = async () => {
      throw new TypeError('of undefined');
    };
    const error = await rejects(api.getAuthorizationHeaders(url), 'unexpected');
    assert.doesNotMatch(error.message, /undefined/);
    assert.match(recorded.lines.join('\n'), /error Unexpected error .*of undefined/);
  });

  it('tells of a session nothing secret and nothing personal', async () => {
    await putSession();
    assert.deepEqual(await api.getSession(`${url}/`), {
      issuer: 'https://as.example',
      scopes: ['mcp:tools'],
      expiresAt: sampleTime + 3_600_000,
      isExpired: false,
    });
  });

  it('tells who is signed in to an extension that is always allowed', async () => {
    await putSession();
    decision = 'always';
    assert.equal((await api.getSession(url))?.accountName, 'me@example.com');
    decision = 'once';
    assert.equal((await api.getSession(url))?.accountName, undefined);
  });

  it('tells when a session has expired', async () => {
    await parts.sessions.put(sampleSession({ serverUrl: url, refreshRejectedAt: sampleTime }));
    assert.equal((await api.getSession(url))?.isExpired, true);
  });

  it('tells of no session where there is none, of servers of other windows, and without trust', async () => {
    assert.equal(await api.getSession(url), undefined);
    await putSession();
    await parts.sessions.put(sampleSession({ serverUrl: 'https://other.example' }));
    assert.equal(await api.getSession('https://other.example'), undefined);
    assert.equal(await api.getSession('nonsense'), undefined);
    isTrusted = false;
    assert.equal(await api.getSession(url), undefined);
  });

  it('has the person sign in, and gives the session', async () => {
    signIn = putSession;
    assert.equal((await api.authenticate(url)).issuer, 'https://as.example');
    assert.deepEqual(signIns, [{ program: caller, isAlwaysAllowed: false }]);
  });

  it('says whether the person has to be asked first', async () => {
    decision = 'always';
    signIn = putSession;
    await api.authenticate(url);
    assert.deepEqual(signIns, [{ program: caller, isAlwaysAllowed: true }]);
  });

  it('signs nobody in at servers of others, without trust, or for an extension that is refused', async () => {
    await rejects(api.authenticate('https://other.example'), 'unknown_server');
    decision = 'never';
    await rejects(api.authenticate(url), 'access_refused');
    isTrusted = false;
    await rejects(api.authenticate(url), 'untrusted_workspace');
  });

  it('signs in once, however often an extension asks', async () => {
    const done = Promise.withResolvers<void>();
    signIn = () => done.promise;
    const all = [api.authenticate(url), api.authenticate(url)];
    await putSession();
    done.resolve();
    await Promise.all(all);
    assert.equal(signIns.length, 1);
  });

  it('opens no other page for a minute where the person has given up', async () => {
    signIn = async () => {
      throw new AuthError('cancelled', 'No.');
    };
    await rejects(api.authenticate(url), 'cancelled');
    await rejects(api.authenticate(url), 'cancelled');
    assert.equal(signIns.length, 1);
    parts.clock.advance(60_000);
    signIn = putSession;
    await api.authenticate(url);
    assert.equal(signIns.length, 2);
  });

  it('says so where there is no session in the end', async () => {
    signIn = async () => undefined;
    await rejects(api.authenticate(url), 'not_authenticated');
  });

  it('fires when sessions change, as an event of VS Code does', async () => {
    const bound = { count: 0 };
    const subscriptions: { dispose(): unknown }[] = [];
    api.onDidChangeSessions(
      function (this: typeof bound) {
        this.count++;
      },
      bound,
      subscriptions,
    );
    await putSession();
    assert.equal(bound.count, 1);
    subscriptions[0]?.dispose();
    await parts.sessions.delete(onlyAccount(url));
    assert.equal(bound.count, 1);
  });
});
