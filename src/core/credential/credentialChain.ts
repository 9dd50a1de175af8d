import type { ResolvedHeaders, UnresolvedHeader } from '../config/resolveHeaders.ts';
import type { RemoteServerDefinition } from '../config/serverDefinition.ts';
import type { ProbeOutcome } from '../connection/probeOutcome.ts';
import { quote } from '../quote.ts';
import { authorizationHeader, otherCredentialHeaders } from './credentialHeaders.ts';
import type { HelperOutcome } from './helperCall.ts';

/**
 * Where a credential can come from, first to last (C1). `otherHeader` is a header of the definition, other than
 * `Authorization`, that carries one by its name; `manualToken` is the token that the person could enter.
 */
export const credentialKinds = [
  'authorizationHeader',
  'headersHelper',
  'session',
  'savedToken',
  'otherHeader',
  'oauth',
  'manualToken',
] as const;

/** One of {@link credentialKinds}. */
export type CredentialKind = (typeof credentialKinds)[number];

/** One place where a credential can come from, and what speaks for or against it. */
export interface CredentialLink {
  readonly kind: CredentialKind;
  readonly applies: boolean;
  /** A sentence, free of secrets. */
  readonly reason: string;
}

/** All of them, in the order of {@link credentialKinds}. At most one applies. */
export type CredentialChain = readonly CredentialLink[];

/** Everything that the choice follows from. */
export interface CredentialFacts {
  readonly definition: RemoteServerDefinition;
  /** What the definition's file is called, for the sentences. */
  readonly fileName: string;
  readonly headers: ResolvedHeaders;
  /** Absent where the definition names no helper. */
  readonly helper?: HelperOutcome | undefined;
  /** Whether the helper that it names is `mcp-auth headers`, which gets its headers from here. */
  readonly isOwnHelper?: boolean | undefined;
  readonly session: 'absent' | 'expired' | 'usable';
  readonly hasSavedToken: boolean;
  /** Absent where the server was not asked. */
  readonly probe?: ProbeOutcome | undefined;
}

/** Which credential applies to a server, and why the others do not. Pure. */
export function credentialChain(facts: CredentialFacts): CredentialChain {
  const judged = credentialKinds.map((kind) => ({ kind, ...judges[kind](facts) }));
  const first = judged.find(({ isUsable }) => isUsable);
  return judged.map(({ kind, isUsable, reason }) => {
    const applies = kind === first?.kind;
    return { kind, applies, reason: isUsable && !applies && first ? outranked(kind, first.kind) : reason };
  });
}

/** The kind of the credential that applies. */
export function appliedCredential(chain: CredentialChain): CredentialKind | undefined {
  return chain.find(({ applies }) => applies)?.kind;
}

interface Judgement {
  readonly isUsable: boolean;
  readonly reason: string;
}

const usable = (reason: string): Judgement => ({ isUsable: true, reason });
const useless = (reason: string): Judgement => ({ isUsable: false, reason });

const judges: Readonly<Record<CredentialKind, (facts: CredentialFacts) => Judgement>> = {
  authorizationHeader({ headers, fileName }) {
    const header = authorizationHeader(headers);
    switch (header.kind) {
      case 'absent':
        return useless('The definition has no Authorization header.');
      case 'empty':
        return useless(
          'The Authorization header is empty and is skipped. Claude Code turns OAuth off for this server all the same: remove the header to sign in there.',
        );
      case 'unresolved':
        return useless(
          `The Authorization header is skipped: ${unresolvedText(header.header)} Claude Code sends it as it is written, and turns OAuth off for this server.`,
        );
      case 'usable':
        return usable(`The Authorization header in ${fileName} is sent as it is; OAuth is off.`);
    }
  },
  headersHelper({ helper, isOwnHelper }) {
    if (isOwnHelper) {
      return useless(
        'Claude Code gets the credential from MCP Auth: the helper is its own, and not run here.',
      );
    }
    switch (helper?.kind) {
      case undefined:
        return useless('The definition has no "headersHelper".');
      case 'failed':
        return useless(`The helper failed: ${helper.error.message}`);
      case 'succeeded':
        return Object.keys(helper.headers).length === 0
          ? useless('The helper printed no headers.')
          : usable('The command in "headersHelper" provides the headers.');
      case 'notAllowed':
        return usable(
          'The command in "headersHelper" provides the headers, once you have allowed it to run.',
        );
      case 'notRun':
      case 'running':
        return usable('The command in "headersHelper" provides the headers.');
    }
  },
  session({ definition, session }) {
    if (definition.transport === 'ws') {
      return useless(headersOnly);
    }
    switch (session) {
      case 'absent':
        return useless('You are not signed in.');
      case 'expired':
        return useless('The session has expired.');
      case 'usable':
        return usable('The access token of your session is sent.');
    }
  },
  savedToken({ hasSavedToken }) {
    return hasSavedToken
      ? usable('The token that you have saved is sent.')
      : useless('You have not saved a token.');
  },
  otherHeader({ headers, fileName }) {
    const names = otherCredentialHeaders(headers).map(quote).join(', ');
    return names === ''
      ? useless('The definition has no other header that carries a credential.')
      : usable(`${names} in ${fileName} is sent as it is.`);
  },
  oauth({ definition, probe }) {
    if (definition.transport === 'ws') {
      return useless(headersOnly);
    }
    switch (probe?.kind) {
      case undefined:
        return usable('The server has not been asked yet whether it needs authentication.');
      case 'challenged':
        return usable('The server asks for authentication.');
      case 'open':
        return useless('The server answers without authentication.');
      case 'unreachable':
        return usable(`The server could not be asked: ${probe.error.message}`);
    }
  },
  manualToken({ definition }) {
    return definition.transport === 'ws'
      ? usable('You can set a token by hand.')
      : useless('You can set a token by hand where a server has no OAuth.');
  },
};

const headersOnly = 'A WebSocket server takes credentials from headers only.';

/** Why a header cannot be sent: a sentence that names what is missing. */
export function unresolvedText({ missing, inputs }: UnresolvedHeader): string {
  return [
    missing.length > 0 ? `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.` : [],
    inputs.length > 0 ? `Only VS Code knows what ${inputs.map(quote).join(', ')} was answered with.` : [],
  ]
    .flat()
    .join(' ');
}

const outrankedTexts: Readonly<Record<CredentialKind, string>> = {
  authorizationHeader: 'The Authorization header',
  headersHelper: 'The helper',
  session: 'Your session',
  savedToken: 'The token that you have saved',
  otherHeader: 'The header of the definition',
  oauth: 'OAuth',
  manualToken: 'A token set by hand',
};

function outranked(kind: CredentialKind, winner: CredentialKind): string {
  const first = `${outrankedTexts[winner]} comes first.`;
  return kind === 'headersHelper' && winner === 'authorizationHeader'
    ? `${first} Claude Code would let the helper replace it.`
    : first;
}
