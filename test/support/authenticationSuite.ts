import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { type Assembly, type AssemblyOptions, assemble } from './authenticationPorts.ts';
import { type Demo, type DemoOptions, startDemo } from './demo/demo.ts';
import {
  type Honest,
  type MisbehavingServer,
  type Routes,
  startMisbehavingServer,
} from './misbehavingServer.ts';

/** Servers and assemblies of one test; all are checked and closed after it. */
export interface AuthenticationSuite {
  demo(options?: DemoOptions): Promise<Demo>;
  server(overrides?: (honest: Honest) => Routes): Promise<MisbehavingServer>;
  /** Takes care of any other server from now on. */
  started<Server extends StartedServer>(server: Server): Server;
  assemble(options?: AssemblyOptions): Assembly;
}

/** What the suite has to know of a server. */
export interface StartedServer {
  readonly secrets: ReadonlySet<string>;
  close(): Promise<void>;
}

/**
 * Call it in a `describe`. After each test it asserts what holds for every flow, however it ended: no time
 * limit is left running, no record of a sign-in is left behind, and the log holds none of the secrets that went over the wire.
 */
export function authenticationSuite(): AuthenticationSuite {
  const assemblies: Assembly[] = [];
  const servers: { readonly secrets: () => ReadonlySet<string>; readonly close: () => Promise<void> }[] = [];

  afterEach(async () => {
    const [ended, started] = [servers.splice(0), assemblies.splice(0)];
    try {
      for (const { clock, lines, openRedirects, recordCount } of started) {
        await until(() => clock.timerCount === 0, 'a time limit is still running');
        await until(() => openRedirects.size === 0, 'a redirect URI is still listened at');
        await until(() => recordCount() === 0, 'the record of a sign-in is still there');
        assertFreeOfSecrets(
          lines,
          ended.flatMap(({ secrets }) => [...secrets()]),
        );
      }
    } finally {
      await Promise.all(ended.map(({ close }) => close()));
    }
  });

  return {
    async demo(options) {
      const demo = await startDemo(options);
      servers.push({ secrets: () => demo.journal.secrets, close: () => demo.close() });
      return demo;
    },
    async server(overrides) {
      const server = await startMisbehavingServer(overrides);
      servers.push({ secrets: () => server.secrets, close: () => server.close() });
      return server;
    },
    started(server) {
      servers.push({ secrets: () => server.secrets, close: () => server.close() });
      return server;
    },
    assemble(options) {
      const assembly = assemble(options);
      assemblies.push(assembly);
      return assembly;
    },
  };
}

/** How long something that is about to happen may take on a busy machine, in milliseconds. */
const patience = 5000;

/** Waits, turn by turn of the event loop, for something that is about to happen. */
export async function until(condition: () => boolean, otherwise: string): Promise<void> {
  for (const end = performance.now() + patience; performance.now() < end; ) {
    if (condition()) {
      return;
    }
    await setImmediate();
  }
  assert.fail(otherwise);
}

function assertFreeOfSecrets(lines: readonly string[], secrets: readonly string[]): void {
  for (const secret of secrets.filter(({ length }) => length >= 6)) {
    for (const line of lines) {
      assert.ok(!line.includes(secret), `the log holds the secret ${secret}: ${line}`);
    }
  }
}
