import assert from 'node:assert/strict';
import type { RunningAuthentication } from '../../src/core/session/runningAuthentication.ts';
import {
  type Assembly,
  type AssemblyOptions,
  followRedirect,
  type SignInOptions,
} from './authenticationPorts.ts';
import { type AuthenticationSuite, until } from './authenticationSuite.ts';
import { Machine } from './machine.ts';
import type { Honest, MisbehavingServer, Routes } from './misbehavingServer.ts';

/** A sign-in that waits for the browser in one window, with others to come. */
export interface BegunSignIn {
  readonly server: MisbehavingServer;
  readonly machine: Machine;
  /** The window that began it. */
  readonly first: Assembly;
  readonly running: RunningAuthentication;
  /** What the authorization server answers, a new code each time. */
  answer(): Promise<URLSearchParams>;
  /** Opens another window. */
  open(options?: AssemblyOptions): Assembly;
  /** The records of sign-ins in the storage, as they lie there. */
  records(): readonly string[];
  tokenRequests(): number;
}

/** What differs from a public client at an honest server. */
export interface BegunSignInOptions {
  readonly routes?: (honest: Honest) => Routes;
  readonly machine?: Machine;
  readonly window?: AssemblyOptions;
  readonly target?: SignInOptions;
  /** Called before the sign-in begins. */
  readonly before?: (first: Assembly, server: MisbehavingServer) => Promise<unknown>;
}

/** Begins a sign-in, up to the open page. */
export async function beginSignIn(
  suite: AuthenticationSuite,
  { routes, machine = new Machine(), window, target = {}, before }: BegunSignInOptions = {},
): Promise<BegunSignIn> {
  const server = await suite.server(routes);
  let answers = before !== undefined;
  const browser = async (url: URL) => (answers ? await followRedirect(url) : true);
  const first = suite.assemble({ machine, browser, ...window });
  await before?.(first, server);
  answers = false;
  void first.signIn(server.mcpUrl, target).catch(() => undefined);
  const running = first.authenticator.running(server.mcpUrl) ?? assert.fail('nothing runs');
  await until(() => running.waiting !== undefined, 'nobody is waited for');
  const { waiting } = running;
  const page = waiting?.kind === 'response' ? waiting.url : assert.fail('no response is waited for');
  return {
    server,
    machine,
    first,
    running,
    answer: async () => (await followRedirect(page)).searchParams,
    open: (options) => suite.assemble({ machine, browser: async () => true, ...options }),
    records: () =>
      [...machine.secrets.values].flatMap(([key, text]) => (key.startsWith('pending:') ? [text] : [])),
    tokenRequests: () => server.asked.filter((route) => route === 'POST /token').length,
  };
}

/** What runs in a window that nobody clicked in. */
export function unattended(
  { authenticator }: Assembly,
  { mcpUrl }: MisbehavingServer,
): RunningAuthentication {
  return authenticator.running(mcpUrl) ?? assert.fail('nothing runs in the window');
}
