import assert from 'node:assert/strict';
import type { AccessRequest } from '../../../src/core/access/accessControl.ts';
import type { ConfigurationSource } from '../../../src/core/config/configurationSource.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { AuthError } from '../../../src/core/errors.ts';
import { isContactable } from '../../../src/core/handover/contactableServer.ts';
import { Inventory } from '../../../src/core/inventory.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { ScopeDemands } from '../../../src/core/session/scopeDemands.ts';
import { agentRoute } from '../../../src/node/agentRoute.ts';
import type { GatewayRoute } from '../../../src/node/gateway/gateway.ts';
import { type Assembly, assemble } from '../../support/authenticationPorts.ts';
import { InventoryParts } from '../../support/inventoryParts.ts';
import { onlyAccount, type SessionChanges, sampleSession, sampleTime } from '../../support/sampleSession.ts';

const url = 'https://mcp.example/mcp';

function file(entry: object): ConfigurationSource {
  const configuration = parseConfiguration(
    JSON.stringify({ mcpServers: { linear: { type: 'http', url, ...entry } } }),
  );
  const uri = 'file:///a/.mcp.json';
  return { id: uri, kind: 'project', uri, label: 'a', fileName: '.mcp.json', folders: [], configuration };
}

describe('the way of agent mode to a server', () => {
  let parts: Assembly;
  let others: InventoryParts;
  let inventory: Inventory;
  let isTrusted: boolean;
  let printed: number;
  let used: AccessRequest[];

  beforeEach(() => {
    parts = assemble({ browser: async () => false });
    others = new InventoryParts();
    [isTrusted, printed, used] = [true, 0, []];
  });
  afterEach(() => inventory.dispose());

  /** A file with this entry, a session, and the way to the server. */
  async function open(entry: object = {}, session?: SessionChanges): Promise<GatewayRoute> {
    const { sessions, authenticator, clock } = parts;
    const { redactor } = parts.ports;
    const refresher = new SessionRefresher({ ...parts.ports, sessions });
    const demands = new ScopeDemands();
    inventory = new Inventory({ sessions, authenticator, refresher, demands, clock, ...others.ports });
    inventory.setSources([file(entry)]);
    if (session) {
      await sessions.put(sampleSession(session));
    }
    const server = inventory.servers.find(isContactable) ?? assert.fail();
    return agentRoute(server, {
      ...{ inventory, refresher, redactor, clock, demands },
      helpers: {
        headers: async () => {
          const headers = { Authorization: `Bearer printed-${++printed}` };
          others.helper = { kind: 'succeeded', headers };
          return headers;
        },
        reject: () => assert.fail('nothing is rejected'),
      },
      stepUps: { stepUp: () => assert.fail('nobody is asked') },
      access: { noteUse: (request) => void used.push(request) },
      assertTrusted: () => {
        if (!isTrusted) {
          throw new AuthError('untrusted_workspace', 'Not trusted.');
        }
      },
    });
  }

  async function send(route: GatewayRoute): Promise<string | undefined> {
    const credential = await route.credential(new AbortController());
    const headers = await credential.headers({ method: 'POST', url: route.url });
    return headers.authorization ?? headers.Authorization;
  }

  /** How often all servers were looked through. */
  function countLooks(): () => number {
    const { find } = inventory;
    let looks = 0;
    inventory.find = (id) => {
      looks++;
      return find.call(inventory, id);
    };
    return () => looks;
  }

  it('has the token of the session, and notes its use', async () => {
    const route = await open({}, {});
    assert.equal(await send(route), 'Bearer access-token-1');
    assert.deepEqual(used, [
      {
        program: { kind: 'agentMode', id: 'vscode.agentMode', label: 'VS Code agent mode' },
        serverUrl: url,
        serverName: 'linear',
      },
    ]);
  });

  for (const [what, tokens] of [
    ['that is refreshed', {}],
    ['that never expires', { refreshToken: undefined, expiresAt: undefined }],
  ] as const) {
    it(`looks for its server once, with a session ${what}`, async () => {
      const route = await open({}, { tokens });
      const looks = countLooks();
      for (let request = 0; request < 5; request++) {
        parts.clock.advance(1);
        await send(route);
      }
      assert.equal(looks(), 1);
    });
  }

  it('looks for its server again after a change', async () => {
    const route = await open({}, {});
    const looks = countLooks();
    await send(route);
    await parts.sessions.put(sampleSession({ tokens: { accessToken: 'access-token-2' } }));
    assert.equal(await send(route), 'Bearer access-token-2');
    assert.equal(looks(), 2);
  });

  it('ends with the trust in the workspace, at once', async () => {
    const route = await open({}, {});
    await send(route);
    isTrusted = false;
    await assert.rejects(send(route), { code: 'untrusted_workspace' });
  });

  it('ends when its server is somewhere else, or nowhere', async () => {
    const route = await open({}, {});
    await send(route);
    inventory.setSources([file({ url: 'https://elsewhere.example/mcp' })]);
    await assert.rejects(send(route), { code: 'unknown_server' });
    inventory.setSources([]);
    await assert.rejects(send(route), { code: 'unknown_server' });
  });

  it('ends with the session', async () => {
    const route = await open({}, {});
    await send(route);
    await parts.sessions.delete(onlyAccount(url));
    assert.equal(await send(route), undefined);
  });

  it('takes what comes next, once a session has expired that cannot be refreshed', async () => {
    const savedToken = { serverUrl: url, headerName: 'Authorization', scheme: 'Bearer', token: 'saved-1' };
    others.tokens.set(url, { ...savedToken, savedAt: sampleTime });
    const route = await open({}, { tokens: { refreshToken: undefined } });
    assert.equal(await send(route), 'Bearer access-token-1');
    parts.clock.advance(3_600_000);
    assert.equal(await send(route), 'Bearer saved-1');
  });

  it('says that a session has expired, where nothing comes next', async () => {
    const route = await open({}, { tokens: { refreshToken: undefined } });
    parts.clock.advance(3_600_000);
    await assert.rejects(send(route), { code: 'session_expired' });
  });

  it('asks a helper for every request, which keeps what is good for longer by itself', async () => {
    const route = await open({ headersHelper: './token.sh' });
    assert.equal(await send(route), 'Bearer printed-1');
    assert.equal(await send(route), 'Bearer printed-2');
  });
});
