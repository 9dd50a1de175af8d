import { workspace } from 'vscode';
import { chosenServer, type NamedServer } from '../../core/chosenServer.ts';
import { connectionText } from '../../core/connection/connectionText.ts';
import { AuthError } from '../../core/errors.ts';
import type { CredentialHandover } from '../../core/handover/credentialHandover.ts';
import type { Log } from '../../core/log.ts';
import type { ServerSnapshot } from '../../core/serverSnapshot.ts';
import { refreshSentence } from '../../core/session/refreshSentence.ts';
import { signOut } from '../../core/session/signOut.ts';
import { signOutSentence } from '../../core/session/signOutSummary.ts';
import { onlyRow } from '../../core/status/onlyRow.ts';
import { createStatusReport } from '../../core/status/statusReport.ts';
import type { Answer, ServerChoice, ServerOutcome, TerminalCalls } from '../../node/ipc/terminalCalls.ts';
import { assertTrusted } from '../assertTrusted.ts';
import type { CommandPorts } from '../commands.ts';
import { toOAuthTarget } from '../oauthTarget.ts';
import { statusText } from '../statusText.ts';
import { testServer } from '../testServer.ts';
import { programOf } from './programOf.ts';
import { loggedInSentence, logIn, logInAtAll, type TerminalConnection } from './terminalLogin.ts';

/** What answering a terminal takes. */
export interface TerminalPorts extends CommandPorts {
  readonly handover: CredentialHandover;
}

/** Answers one terminal: the same as the commands of the palette do, without their windows. */
export function createTerminalCalls(connection: TerminalConnection, ports: TerminalPorts): TerminalCalls {
  const { inventory, clock, log } = ports;
  const { signal } = connection;
  const find = (choice: NamedServer) => chosenServer(choice, inventory.servers);
  /** Does something to one server, and says so. */
  const onServer = (choice: ServerChoice, work: (server: ServerSnapshot) => Promise<string>) =>
    answered(log, async (): Promise<ServerOutcome> => {
      const server = find(choice);
      assertTrusted();
      return { server: server.definition.name, ok: true, sentence: await work(server) };
    });
  const describe = (choice: ServerChoice) => {
    const all = inventory.snapshot();
    const isOne = choice.server !== undefined || choice.url !== undefined;
    const snapshot = isOne ? onlyRow(all, find(choice).id) : all;
    const context = { now: clock.now(), workspaceTrusted: workspace.isTrusted };
    return { report: createStatusReport(snapshot, context), text: statusText(snapshot, context) };
  };

  return {
    status: (choice) => answered(log, async () => describe(choice)),
    get: (choice) => answered(log, async () => describe({ ...choice, server: find(choice).definition.name })),
    names: () =>
      answered(log, async () => [...new Set(inventory.servers.map(({ definition }) => definition.name))]),
    login: ({ all, noBrowser, ...choice }) =>
      answered(log, async () => {
        assertTrusted();
        if (all) {
          return await logInAtAll(connection, ports);
        }
        const server = find(choice);
        const way = noBrowser ? 'noBrowser' : 'browser';
        const { outcome } = await logIn(server, way, connection, ports);
        const sentence = loggedInSentence(server, outcome);
        return [{ server: server.definition.name, ok: true, sentence }];
      }),
    logout: (choice) =>
      onServer(choice, async (server) => {
        const { canonicalUrl } = toOAuthTarget(server);
        const outcome = await signOut({ serverUrl: canonicalUrl }, ports, signal);
        return signOutSentence(JSON.stringify(server.definition.name), outcome);
      }),
    refresh: (choice) =>
      onServer(choice, async (server) => {
        const session = await ports.refresher.refresh(toOAuthTarget(server).canonicalUrl);
        return refreshSentence(server.definition.name, session, clock.now());
      }),
    test: (choice) =>
      onServer(choice, async (server) => {
        const { report, credential } = await testServer(server, ports, signal);
        return connectionText(JSON.stringify(server.definition.name), report, credential);
      }),
    headers: ({ server, url, caller, patience }) =>
      answered(log, async () => {
        const query = { name: server, url };
        const { headers, expiresAt } = await ports.handover.headers(query, programOf(caller), {
          signal,
          patience,
        });
        return { headers, expiresAt };
      }),
  };
}

/** What a terminal is told of an error: the sentence for the person, never a cause. */
async function answered<T>(log: Log, work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof AuthError) {
      log.info('A terminal was refused', { code: error.code, reason: error });
      return { ok: false, error: { code: error.code, message: error.message } };
    }
    log.error('Answering a terminal failed', { reason: error });
    const message = 'An unexpected error: see the log of MCP Auth in VS Code.';
    return { ok: false, error: { code: 'unexpected', message } };
  }
}
