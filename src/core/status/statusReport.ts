import type { AccessEntry } from '../access/accessControl.ts';
import { shownProgram } from '../access/accessText.ts';
import type { Program } from '../access/program.ts';
import type { ClaudeCodeUse } from '../config/claudeCodeUse.ts';
import type { SourceKind } from '../config/configurationSource.ts';
import {
  appliedCredential,
  type CredentialChain,
  type CredentialKind,
} from '../credential/credentialChain.ts';
import type { ClientOrigin } from '../oauth/clientRegistration.ts';
import type { RepeatableGrant } from '../oauth/grant.ts';
import type { ServerSnapshot, SourceSnapshot } from '../serverSnapshot.ts';
import { needsAttention } from '../session/attention.ts';
import type { ServerState } from '../session/serverState.ts';
import type { SessionSummary } from '../session/sessionSummary.ts';
import { stateText } from '../session/stateText.ts';
import { shownUrl } from './shownUrl.ts';

/**
 * The servers and where each stands (A6), for programs and bug reports: `schemas/status.schema.json` describes it.
 * Never a secret, and nothing personal: accounts are counted, not named, programs have their names, and no path of this
 * machine is in it. Times are ISO 8601.
 */
export interface StatusReport {
  readonly version: 1;
  readonly generatedAt: string;
  readonly workspaceTrusted: boolean;
  readonly sources: readonly StatusSource[];
  readonly servers: readonly StatusServer[];
}

/** A configuration file, or a part of one. */
export interface StatusSource {
  readonly kind: SourceKind;
  readonly label: string;
  /** Its name only: a path may name a person. */
  readonly file: string;
  readonly problem?: string;
}

/** An entry of a configuration. */
export interface StatusServer {
  /** Which of the sources, counted from 0. */
  readonly source: number;
  readonly name: string;
  readonly transport: StatusTransport;
  readonly url?: string;
  readonly state: StatusState;
  readonly needsAttention: boolean;
  /** Which credential applies, and why others do not. */
  readonly credential?: StatusCredential;
  /** What Claude Code does with the entry; absent for files that it does not read. */
  readonly claudeCode?: ClaudeCodeUse;
  /** That of the account which this workspace uses. */
  readonly session?: StatusSession;
  readonly accounts: number;
  /** The programs that have used its credential, the latest first; absent where none is known. */
  readonly usedBy?: readonly StatusUse[];
}

/** `unknown` is that of an entry which no client would load. */
export type StatusTransport = 'http' | 'sse' | 'stdio' | 'unknown' | 'ws';

/** What holds for a server. */
export interface StatusState {
  readonly kind: ServerState['kind'];
  readonly text: string;
  readonly expiresAt?: string;
}

/** The credential chain of a server. */
export interface StatusCredential {
  /** The kind of the one that applies; absent where none does. */
  readonly applies?: CredentialKind;
  readonly links: CredentialChain;
}

/** What a session is, without its secrets and without who it is for. */
export interface StatusSession {
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly expiresAt?: string;
  readonly refreshable: boolean;
  readonly dpopBound: boolean;
  readonly clientOrigin: ClientOrigin;
  readonly grant: RepeatableGrant | 'authorizationCode';
  readonly signedInAt?: string;
}

/** A program that has used the credential of a server. */
export interface StatusUse {
  readonly program: Program['kind'];
  /** As "Manage Access" shows it. */
  readonly name: string;
  /** To the minute. */
  readonly lastUsedAt: string;
}

/** When a report is made, and whether anything may be contacted there. */
export interface ReportContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly workspaceTrusted: boolean;
}

/** Reports on sources as they stand. Pure. */
export function createStatusReport(
  snapshot: readonly SourceSnapshot[],
  { now, workspaceTrusted }: ReportContext,
): StatusReport {
  return {
    version: 1,
    generatedAt: new Date(now).toISOString(),
    workspaceTrusted,
    sources: snapshot.map(({ kind, label, fileName, problem }) => ({
      kind,
      label,
      file: fileName,
      ...(problem === undefined ? {} : { problem: problem.message }),
    })),
    servers: snapshot.flatMap(({ servers }, source) =>
      servers.map((server) => ({ source, ...describeServer(server, now) })),
    ),
  };
}

function describeServer(server: ServerSnapshot, now: number): Omit<StatusServer, 'source'> {
  const { definition, state, session, accounts, credentials, claudeCode, uses = [] } = server;
  const url = definition.kind === 'remote' ? shownUrl(definition.url) : undefined;
  const usedBy = uses.flatMap((entry) => describeUse(entry) ?? []);
  return {
    name: definition.name,
    transport: transportOf(server),
    ...(url === undefined ? {} : { url }),
    state: describeState(state, now),
    needsAttention: needsAttention(state),
    ...(credentials === undefined ? {} : { credential: describeChain(credentials) }),
    ...(claudeCode === undefined ? {} : { claudeCode }),
    ...(session === undefined ? {} : { session: describeSession(session) }),
    accounts: accounts.length,
    ...(usedBy.length > 0 ? { usedBy } : {}),
  };
}

function describeChain(links: CredentialChain): StatusCredential {
  const applies = appliedCredential(links);
  return { ...(applies === undefined ? {} : { applies }), links };
}

function transportOf({ definition }: ServerSnapshot): StatusTransport {
  switch (definition.kind) {
    case 'remote':
      return definition.transport;
    case 'stdio':
      return 'stdio';
    case 'invalid':
      return 'unknown';
  }
}

function describeState(state: ServerState, now: number): StatusState {
  const expiresAt = state.kind === 'authenticated' ? isoTime(state.expiresAt) : undefined;
  const text = stateText(state, now).sentence;
  return { kind: state.kind, text, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

function describeSession(session: SessionSummary): StatusSession {
  const { scopes, refreshable, isBound, clientOrigin, grant = 'authorizationCode' } = session;
  const expiresAt = isoTime(session.expiresAt);
  const signedInAt = isoTime(session.createdAt);
  return {
    issuer: shownUrl(session.issuer) ?? '',
    scopes,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    refreshable,
    dpopBound: isBound,
    clientOrigin,
    grant,
    ...(signedInAt === undefined ? {} : { signedInAt }),
  };
}

function describeUse({ program, lastUsedAt }: AccessEntry): StatusUse | undefined {
  const at = isoTime(lastUsedAt);
  return at === undefined
    ? undefined
    : { program: program.kind, name: shownProgram(program), lastUsedAt: at };
}

/** Of milliseconds since the epoch, which a stored record may have any number as. RFC 3339 has years of four digits. */
function isoTime(ms: number | undefined): string | undefined {
  const date = new Date(ms ?? Number.NaN);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return /^\d/.test(text) ? text : undefined;
}
