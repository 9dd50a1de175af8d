import { workspace } from 'vscode';
import { chosenServer, type NamedServer } from '../../core/chosenServer.ts';
import { connectionText } from '../../core/connection/connectionText.ts';
import type { CredentialHandover } from '../../core/handover/credentialHandover.ts';
import type { ServerSnapshot } from '../../core/serverSnapshot.ts';
import { refreshSentence } from '../../core/session/refreshSentence.ts';
import { signOut } from '../../core/session/signOut.ts';
import { signOutSentence } from '../../core/session/signOutSummary.ts';
import { onlyRow } from '../../core/status/onlyRow.ts';
import { createStatusReport } from '../../core/status/statusReport.ts';
import type { Terminal } from '../../node/ipc/connectedTerminal.ts';
import type { Answer, ServerChoice, ServerOutcome, TerminalCalls } from '../../node/ipc/terminalCalls.ts';
import { assertTrusted } from '../assertTrusted.ts';
import type { CommandPorts } from '../commands.ts';
import { toOAuthTarget } from '../oauthTarget.ts';
import { statusText } from '../statusText.ts';
import { testServer } from '../testServer.ts';
import { programOf } from './programOf.ts';
import { loggedInSentence, logIn, logInAtAll } from './terminalLogin.ts';

/** What answering a terminal takes. */
export interface TerminalCallPorts extends CommandPorts {
  readonly handover: CredentialHandover;
}

/** Answers one terminal: the same as the commands of the palette do, without their windows. */
export function createTerminalCalls(terminal: Terminal, ports: TerminalCallPorts): TerminalCalls {
  const { inventory, clock } = ports;
  const { signal } = terminal;
  const find = (choice: NamedServer) => chosenServer(choice, inventory.servers);
  /** Does something to one server, and says so. */
  const onServer = (choice: ServerChoice, work: (server: ServerSnapshot) => Promise<string>) =>
    answer(async (): Promise<ServerOutcome> => {
      const server = find(choice);
      assertTrusted();
      return { server: server.definition.name, ok: true, sentence: await work(server) };
    });
  const describe = (server?: ServerSnapshot) => {
    const all = inventory.snapshot();
    const snapshot = server === undefined ? all : onlyRow(all, server.id);
    const context = { now: clock.now(), workspaceTrusted: workspace.isTrusted };
    return { report: createStatusReport(snapshot, context), text: statusText(snapshot, context) };
  };

  return {
    status: (choice) =>
      answer(() => {
        const isOne = choice.server !== undefined || choice.url !== undefined;
        return describe(isOne ? find(choice) : undefined);
      }),
    get: (choice) => answer(() => describe(find(choice))),
    names: () => answer(async () => [...new Set(inventory.servers.map(({ definition }) => definition.name))]),
    login: ({ all, noBrowser, ...choice }) =>
      answer(async () => {
        assertTrusted();
        if (all) {
          return await logInAtAll(terminal, ports);
        }
        const server = find(choice);
        const way = noBrowser ? 'noBrowser' : 'browser';
        const { outcome } = await logIn(server, way, terminal, ports);
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
      answer(async () => {
        const query = { name: server, url };
        const { headers, expiresAt } = await ports.handover.headers(query, programOf(caller), {
          signal,
          patience,
        });
        return { headers, expiresAt };
      }),
  };
}

/** What a terminal gets. Errors are for whoever serves it to put into words. */
async function answer<T>(work: () => T | Promise<T>): Promise<Answer<T>> {
  return { ok: true, value: await work() };
}
