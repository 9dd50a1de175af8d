import type { Event as VscodeEvent } from 'vscode';
import type { McpAuthApi, McpAuthSession } from '../../api/mcp-auth.d.ts';
import type { AccessControl, AccessEntry } from '../core/access/accessControl.ts';
import { extensionSession } from '../core/access/extensionSession.ts';
import type { Program } from '../core/access/program.ts';
import { AuthError, isCancelled } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import type { CredentialHandover } from '../core/handover/credentialHandover.ts';
import { matchServers } from '../core/handover/matchServers.ts';
import type { Inventory } from '../core/inventory.ts';
import type { Log } from '../core/log.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { apiError, unknownCallerError } from './apiError.ts';

/** What the API is made from. */
export interface ExtensionApiPorts {
  readonly handover: CredentialHandover;
  readonly access: Pick<AccessControl, 'entries'>;
  readonly inventory: Pick<Inventory, 'servers'>;
  readonly sessions: { readonly onDidChange: Event<unknown> };
  readonly log: Log;
  /** The extension whose code is calling at this very moment. */
  caller(): Program | undefined;
  isTrusted(): boolean;
  /**
   * Asks the person, where that is needed, and has them sign in.
   *
   * @throws AuthError `cancelled`…
   */
  authenticate(server: ServerSnapshot, request: SignInRequest): Promise<void>;
}

/** Who wants the person to sign in, and whether that still has to be asked. */
export interface SignInRequest {
  readonly program: Program;
  readonly isAlwaysAllowed: boolean;
}

/** Milliseconds for which an extension whose sign-in was given up may not begin another one at the same server. */
const quietTime = 60_000;

/**
 * What other extensions get (D6). All of them get the same object, which none of them can change for the others.
 *
 * @param now milliseconds since the epoch
 */
export function createExtensionApi(ports: ExtensionApiPorts, now: () => number): McpAuthApi {
  const { handover, sessions, log } = ports;
  const signInOnce = signInsInTurn(ports, now);
  /** Runs on behalf of whoever calls, who is found before anything is waited for. */
  const answer = <T>(work: (program: Program) => Promise<T>): Promise<T> => {
    const program = ports.caller();
    return program === undefined
      ? Promise.reject(unknownCallerError())
      : work(program).catch((error: unknown) => Promise.reject(apiError(error, log)));
  };
  return Object.freeze({
    version: 1,
    getAuthorizationHeaders: (serverUrl, options) =>
      answer(async (program) => {
        const signal = options?.signal ?? new AbortController().signal;
        return (await handover.headers({ url: String(serverUrl) }, program, { signal })).headers;
      }),
    getSession: (serverUrl) =>
      answer(async (program) => {
        const server = ports.isTrusted() ? findServer(String(serverUrl), ports) : undefined;
        return server && sessionOf(server, program, ports);
      }),
    authenticate: (serverUrl) =>
      answer(async (program) => {
        await signInOnce(serverToSignInAt(String(serverUrl), program, ports), program);
        const server = findServer(String(serverUrl), ports);
        const session = server && sessionOf(server, program, ports);
        if (!session) {
          throw new AuthError('not_authenticated', 'There is no session after signing in.');
        }
        return session;
      }),
    onDidChangeSessions: toVscodeEvent(sessions.onDidChange),
  } satisfies McpAuthApi);
}

/**
 * Signs in once, however often an extension asks for it, and not again for a while where the person gives up: a page
 * that opens whenever they close it would leave them no choice.
 */
function signInsInTurn(
  ports: ExtensionApiPorts,
  now: () => number,
): (server: ServerSnapshot, program: Program) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const givenUp = new Map<string, number>();
  const begin = async (key: string, server: ServerSnapshot, program: Program) => {
    try {
      const isAlwaysAllowed = decisionOn(server, program, ports) === 'always';
      await ports.authenticate(server, { program, isAlwaysAllowed });
    } catch (error) {
      if (isCancelled(error)) {
        givenUp.set(key, now());
      }
      throw error;
    } finally {
      running.delete(key);
    }
  };
  return async (server, program) => {
    const key = JSON.stringify([program.id, server.id]);
    if (now() - (givenUp.get(key) ?? Number.NEGATIVE_INFINITY) < quietTime) {
      throw new AuthError('cancelled', 'The person has just decided against signing in.');
    }
    const result = running.get(key) ?? begin(key, server, program);
    running.set(key, result);
    await result;
  };
}

/** @throws AuthError `untrusted_workspace`, `unknown_server`, `access_refused` */
function serverToSignInAt(serverUrl: string, program: Program, ports: ExtensionApiPorts): ServerSnapshot {
  if (!ports.isTrusted()) {
    throw new AuthError('untrusted_workspace', 'This workspace is not trusted: nobody is signed in for it.');
  }
  const [{ server }] = matchServers(ports.inventory.servers, { url: serverUrl });
  if (decisionOn(server, program, ports) === 'never') {
    throw new AuthError(
      'access_refused',
      'The person has said that this extension may never use this server.',
    );
  }
  return server;
}

function findServer(serverUrl: string, { inventory }: ExtensionApiPorts): ServerSnapshot | undefined {
  try {
    return matchServers(inventory.servers, { url: serverUrl })[0].server;
  } catch {
    return undefined;
  }
}

function sessionOf(
  server: ServerSnapshot,
  program: Program,
  ports: ExtensionApiPorts,
): McpAuthSession | undefined {
  return extensionSession(server, decisionOn(server, program, ports) === 'always');
}

function decisionOn(
  { endpoint }: ServerSnapshot,
  program: Program,
  { access }: ExtensionApiPorts,
): AccessEntry['decision'] | undefined {
  const url = endpoint?.kind === 'url' ? endpoint.canonicalUrl : undefined;
  const isMeant = (entry: AccessEntry) =>
    entry.program.kind === program.kind && entry.program.id === program.id && entry.serverUrl === url;
  return access.entries.find(isMeant)?.decision;
}

/** VS Code's events take what the listener is bound to, and where its subscription goes. */
function toVscodeEvent(event: Event<unknown>): VscodeEvent<void> {
  return (listener, thisArgument, disposables) => {
    const subscription = event(() => listener.call(thisArgument));
    disposables?.push(subscription);
    return subscription;
  };
}
