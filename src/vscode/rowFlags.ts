import type { ClientUse } from '../core/clientUse.ts';
import { isContactable } from '../core/handover/contactableServer.ts';
import { type PersonsWay, personsWays, selectGrant } from '../core/oauth/grant.ts';
import { awaitedIn, type Waiting } from '../core/oauth/waiting.ts';
import type { AccountSnapshot, ServerSnapshot } from '../core/serverSnapshot.ts';
import type { ServerState } from '../core/session/serverState.ts';

const awaited = { response: 'awaitsResponse', device: 'awaitsDevice' } as const satisfies Readonly<
  Record<Waiting['kind'], string>
>;

/** What the `when` clauses of package.json tell servers apart by. */
export type RowFlag =
  | ServerState['kind']
  | PersonsWay
  | (typeof awaited)[keyof typeof awaited]
  /** A process that only leads on to a remote server. */
  | 'bridge'
  /** Somebody is signed in, and another account of theirs can be. */
  | 'mayAddAccount'
  | 'severalAccounts'
  /** Its address is known, so that a token can be set for it. */
  | 'endpoint'
  /** Test Connection knows its transport. */
  | 'testable'
  /** Its session can be refreshed. */
  | 'refreshable'
  /** Claude Code can get its credential from here. */
  | 'mayUseInClaudeCode'
  | 'mayUseInCodex'
  /** Claude Code gets its credential from here. */
  | 'usedInClaudeCode'
  | 'usedInCodex'
  /** A token of the person is kept. */
  | 'token'
  /** Has a session, whatever its state. */
  | 'session';

/** The flags of a server: its state first, `session` last. */
export function rowFlags(server: ServerSnapshot): readonly RowFlag[] {
  const { definition, state, session, accounts } = server;
  const waiting = state.kind === 'authenticating' ? awaitedIn(state.step) : undefined;
  return [
    state.kind,
    ...(definition.kind === 'stdio' && definition.bridge ? (['bridge'] as const) : []),
    ...(definition.kind === 'remote' && definition.transport !== 'ws' ? personsWays(definition.oauth) : []),
    ...(waiting === undefined ? [] : [awaited[waiting]]),
    ...(mayAddAccount(server) ? (['mayAddAccount'] as const) : []),
    ...(accounts.length > 1 ? (['severalAccounts'] as const) : []),
    ...(server.endpoint?.kind === 'url' ? (['endpoint'] as const) : []),
    ...(isContactable(server) ? (['testable'] as const) : []),
    ...(session?.refreshable ? (['refreshable'] as const) : []),
    ...clientFlags(server),
    ...(server.hasSavedToken ? (['token'] as const) : []),
    ...(session ? (['session'] as const) : []),
  ];
}

/** Where no page asks who signs in, there is one identity only. */
function mayAddAccount({ definition, session }: ServerSnapshot): boolean {
  return (
    session !== undefined &&
    definition.kind === 'remote' &&
    selectGrant(definition.oauth) === 'authorizationCode'
  );
}

/** What has a credential here that a client could be given, and what one is given already. */
function clientFlags(server: ServerSnapshot): readonly RowFlag[] {
  const { definition, endpoint, session, hasSavedToken, state, claudeCode } = server;
  const isUsedBy = (client: ClientUse['client']) =>
    server.usedBy?.some((use) => use.client === client) ?? false;
  const mayUse =
    definition.kind === 'remote' &&
    endpoint?.kind === 'url' &&
    state.kind !== 'shadowed' &&
    (session !== undefined || hasSavedToken);
  const isReadByClaude = claudeCode !== undefined && claudeCode.kind !== 'ignored';
  return [
    ...(mayUse && isReadByClaude && !isUsedBy('claudeCode') ? (['mayUseInClaudeCode'] as const) : []),
    ...(mayUse && definition.transport === 'http' && !isUsedBy('codex') ? (['mayUseInCodex'] as const) : []),
    ...(isUsedBy('claudeCode') ? (['usedInClaudeCode'] as const) : []),
    ...(isUsedBy('codex') ? (['usedInCodex'] as const) : []),
  ];
}

/** The flags as `viewItem`, for example `server:needsAuthentication:browser:deviceCode`. */
export function rowContext(server: ServerSnapshot): string {
  return ['server', ...rowFlags(server)].join(':');
}

/** What tells accounts apart as `viewItem`, for example `account:expired:other`. */
export function accountContext({ state, isUsed }: AccountSnapshot): string {
  return ['account', state.kind, isUsed ? 'used' : 'other'].join(':');
}
