import type { Endpoint } from '../config/endpoint.ts';
import type { ResolvedHeaders } from '../config/resolveHeaders.ts';
import type { ServerDefinition } from '../config/serverDefinition.ts';
import type { ProbeOutcome } from '../connection/probeOutcome.ts';
import { appliedCredential, type CredentialChain } from '../credential/credentialChain.ts';
import { otherCredentialHeaders } from '../credential/credentialHeaders.ts';
import type { HelperOutcome } from '../credential/helperCall.ts';
import type { SavedToken } from '../credential/savedToken.ts';
import type { AuthError } from '../errors.ts';
import type { AuthenticationStep } from '../oauth/authentication.ts';
import type { RepeatableGrant } from '../oauth/grant.ts';
import { isFresh, isRefreshable } from './freshness.ts';
import type { ScopeDemand } from './scopeDemands.ts';
import type { Session } from './session.ts';

/** What a server's row says (A3). Exactly one holds at a time. */
export type ServerState =
  | { readonly kind: 'invalid'; readonly reason: string }
  /** Another entry of its name is used in its place, wherever this one could be. */
  | { readonly kind: 'shadowed'; readonly by: string }
  | { readonly kind: 'stdio'; readonly bridgesTo?: string | undefined }
  | {
      readonly kind: 'missingVariable';
      readonly names: readonly string[];
      /** A token of the person can take the place of what they are for. */
      readonly tokenHelps?: true | undefined;
    }
  /** Only VS Code knows the value that the definition refers to, because it has asked for it. */
  | { readonly kind: 'asksInput'; readonly inputs: readonly string[] }
  | {
      readonly kind: 'staticHeader';
      readonly fileName: string;
      readonly headerName: string;
      readonly isRejected: boolean;
    }
  | {
      readonly kind: 'headersHelper';
      readonly run: 'notAllowed' | 'notRun' | 'running' | 'succeeded';
      readonly isRejected: boolean;
    }
  | { readonly kind: 'helperFailed'; readonly error: AuthError }
  | { readonly kind: 'headersOnly' }
  | { readonly kind: 'savedToken'; readonly headerName: string; readonly isRejected: boolean }
  | { readonly kind: 'authenticating'; readonly step: AuthenticationStep }
  | { readonly kind: 'refreshing' }
  | {
      readonly kind: 'authenticated';
      readonly expiresAt?: number | undefined;
      readonly refreshable: boolean;
      /** How it renews itself, where that is not by a refresh token. */
      readonly grant?: RepeatableGrant | undefined;
    }
  | { readonly kind: 'needsScopes'; readonly scope?: string | undefined }
  | { readonly kind: 'expired' }
  | { readonly kind: 'needsAuthentication'; readonly failure?: AuthError | undefined }
  | { readonly kind: 'noAuthenticationNeeded' }
  | { readonly kind: 'unreachable'; readonly error: AuthError }
  /** Nobody has asked the server yet. */
  | { readonly kind: 'unknown'; readonly isAsking: boolean };

/** What runs, or last ran, for a server in this window. */
export type Attempt =
  | { readonly kind: 'authenticating'; readonly step: AuthenticationStep }
  | { readonly kind: 'refreshing' }
  | { readonly kind: 'failed'; readonly error: AuthError };

/** Everything that the state of a server follows from that OAuth can be used with. `now` in ms since the epoch. */
export interface RemoteFacts {
  readonly fileName: string;
  readonly headers: ResolvedHeaders;
  readonly chain: CredentialChain;
  readonly helper?: HelperOutcome | undefined;
  readonly token?: SavedToken | undefined;
  readonly session?: Session | undefined;
  readonly attempt?: Attempt | undefined;
  /** What the server wants beyond the session. */
  readonly demand?: ScopeDemand | undefined;
  readonly probe?: ProbeOutcome | undefined;
  readonly isProbing?: boolean | undefined;
  /** Whether the server has refused the credential that applies, a session's aside. */
  readonly isRejected?: boolean | undefined;
  readonly now: number;
}

/** Everything a state follows from. */
export interface ServerFacts {
  readonly definition: ServerDefinition;
  /** What is used in its place. */
  readonly shadowedBy?: string | undefined;
  /** Variables that a process refers to and that are not set. */
  readonly missing?: readonly string[] | undefined;
  /** Absent unless the definition is remote. */
  readonly endpoint?: Endpoint | undefined;
  /** Absent unless there is an endpoint that can be contacted. */
  readonly remote?: RemoteFacts | undefined;
}

/** The state of a server: pure, and total over its arguments. */
export function serverState({ definition, shadowedBy, missing, endpoint, remote }: ServerFacts): ServerState {
  if (definition.kind === 'invalid') {
    return { kind: 'invalid', reason: definition.reason };
  }
  if (shadowedBy !== undefined) {
    return { kind: 'shadowed', by: shadowedBy };
  }
  if (endpoint !== undefined && endpoint.kind !== 'url') {
    return endpoint;
  }
  if (remote !== undefined) {
    return remoteState(remote);
  }
  return missing !== undefined && missing.length > 0
    ? { kind: 'missingVariable', names: missing }
    : { kind: 'stdio', ...bridgeTarget(definition) };
}

/** Only the host: the rest of a URL may hold a secret. */
function bridgeTarget(definition: ServerDefinition): { readonly bridgesTo?: string } {
  const url = definition.kind === 'stdio' ? definition.bridge?.url : undefined;
  return url !== undefined && URL.canParse(url) ? { bridgesTo: new URL(url).host } : {};
}

function remoteState(facts: RemoteFacts): ServerState {
  const { attempt, chain, fileName, headers, helper, token } = facts;
  const isRejected = facts.isRejected === true;
  const applied = appliedCredential(chain);
  if (applied === 'authorizationHeader') {
    return { kind: 'staticHeader', fileName, headerName: 'Authorization', isRejected };
  }
  if (applied === 'headersHelper' && helper && helper.kind !== 'failed') {
    return { kind: 'headersHelper', run: helper.kind, isRejected };
  }
  if (attempt?.kind === 'authenticating' || attempt?.kind === 'refreshing') {
    return attempt;
  }
  switch (applied) {
    case 'session':
      return facts.session ? sessionState(facts.session, facts) : stateWithoutCredential(facts);
    case 'savedToken':
      return { kind: 'savedToken', headerName: token?.headerName ?? 'Authorization', isRejected };
    case 'otherHeader': {
      const [headerName = ''] = otherCredentialHeaders(headers);
      return { kind: 'staticHeader', fileName, headerName, isRejected };
    }
    case 'manualToken':
      return unresolvedState(headers) ?? { kind: 'headersOnly' };
    default:
      return stateWithoutCredential(facts);
  }
}

function stateWithoutCredential(facts: RemoteFacts): ServerState {
  const { attempt, headers, helper, probe, session } = facts;
  const unresolved = unresolvedState(headers, { tokenHelps: true });
  if (unresolved) {
    return unresolved;
  }
  if (helper?.kind === 'failed') {
    return { kind: 'helperFailed', error: helper.error };
  }
  if (session) {
    return { kind: 'expired' };
  }
  if (attempt?.kind === 'failed' && probe?.kind !== 'open') {
    return { kind: 'needsAuthentication', failure: attempt.error };
  }
  switch (probe?.kind) {
    case 'open':
      return { kind: 'noAuthenticationNeeded' };
    case 'challenged':
      return { kind: 'needsAuthentication' };
    case 'unreachable':
      return { kind: 'unreachable', error: probe.error };
    case undefined:
      return { kind: 'unknown', isAsking: facts.isProbing === true };
  }
}

function unresolvedState(
  { unresolved }: ResolvedHeaders,
  help: { readonly tokenHelps?: true } = {},
): ServerState | undefined {
  const names = [...new Set(unresolved.flatMap(({ missing }) => missing))];
  const inputs = [...new Set(unresolved.flatMap((header) => header.inputs))];
  if (names.length > 0) {
    return { kind: 'missingVariable', names, ...help };
  }
  return inputs.length > 0 ? { kind: 'asksInput', inputs } : undefined;
}

/** The state of a session by itself: that of an account. `now` in milliseconds since the epoch. */
export function sessionState(
  session: Session,
  { demand, now }: { readonly demand?: ScopeDemand | undefined; readonly now: number },
): ServerState {
  if (!isUsable(session, now)) {
    return { kind: 'expired' };
  }
  if (demand) {
    return { kind: 'needsScopes', scope: demand.scope };
  }
  return {
    kind: 'authenticated',
    expiresAt: session.tokens.expiresAt,
    refreshable: isRefreshable(session),
    ...(session.grant === undefined ? {} : { grant: session.grant }),
  };
}

/** Whether requests can be sent with a session, if need be after a refresh. */
export function isUsable(session: Session, now: number): boolean {
  // A rejected refresh token means that the server ended the session, whatever the access token's age.
  return session.refreshRejectedAt === undefined && (isRefreshable(session) || isFresh(session, now));
}
