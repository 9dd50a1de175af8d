import { systemClock } from '../../../src/core/clock.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { isContactable } from '../../../src/core/handover/contactableServer.ts';
import { Inventory } from '../../../src/core/inventory.ts';
import { Log } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redaction.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { ScopeDemands } from '../../../src/core/session/scopeDemands.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { agentRoute } from '../../../src/node/agentRoute.ts';
import { createGateway } from '../../../src/node/gateway/createGateway.ts';
import { FakeSecretStorage } from '../../../test/support/fakeSecretStorage.ts';
import { InventoryParts } from '../../../test/support/inventoryParts.ts';
import { sampleSession } from '../../../test/support/sampleSession.ts';
import { unexpectedGrants } from '../../../test/support/unexpectedGrants.ts';
import { credential } from '../traffic.ts';
import { serveProcess } from './serveProcess.ts';

/** How many servers are configured: as many as somebody may well have. */
const serverCount = 20;

const url = new URL(process.argv[2] ?? '');

/** The way of VS Code's agent mode as the extension has it, with a session that is good for an hour. */
async function start(): Promise<URL> {
  const redactor = new Redactor();
  const log = new Log((_level, line) => console.error(line), redactor);
  const sessions = new SessionStore({ secrets: new FakeSecretStorage(), log, redactor });
  const now = systemClock.now();
  await sessions.put(
    sampleSession({
      serverUrl: url.href,
      tokens: {
        accessToken: credential.slice('Bearer '.length),
        receivedAt: now,
        expiresAt: now + 3_600_000,
      },
    }),
  );
  const refresher = new SessionRefresher({
    ...{ fetch: (url: string, init?: RequestInit) => fetch(url, init), clock: systemClock, log, redactor },
    ...{ sessions, locks: new WindowLocks() },
    ...unexpectedGrants,
  });
  const ports = { sessions, refresher, demands: new ScopeDemands(), clock: systemClock };
  const inventory = new Inventory({ ...ports, authenticator: idle, ...new InventoryParts().ports });
  inventory.setSources([configuration()]);
  const server = inventory.servers.find(isContactable);
  if (server === undefined) {
    throw new Error('The server of the bench is not in the inventory.');
  }
  const route = agentRoute(server, {
    ...{ ...ports, inventory, redactor },
    helpers: { headers: unexpected, reject: unexpected },
    stepUps: { stepUp: unexpected },
    access: { noteUse: () => undefined },
    assertTrusted: () => undefined,
  });
  return await createGateway({ log, redactor }).open('bench', route);
}

/** The server of the bench, and others that nobody asks for. */
function configuration() {
  const others = Array.from({ length: serverCount - 1 }, (_, index) => [
    `server-${index}`,
    { type: 'http', url: `https://mcp${index}.example/mcp` },
  ]);
  const mcpServers = { bench: { type: 'http', url: url.href }, ...Object.fromEntries(others) };
  return {
    ...{ id: 'file:///bench/.mcp.json', uri: 'file:///bench/.mcp.json', fileName: '.mcp.json' },
    ...{ kind: 'project' as const, label: 'bench', folders: [] },
    configuration: parseConfiguration(JSON.stringify({ mcpServers })),
  };
}

/** Nobody signs in. */
const idle = {
  running: () => undefined,
  failure: () => undefined,
  onDidChange: () => ({ dispose: () => undefined }),
};

const unexpected = (): never => {
  throw new Error('This is not expected in a bench.');
};

serveProcess(start);
