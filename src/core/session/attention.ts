import type { ServerState } from './serverState.ts';

/** What a state asks of the person. */
type Wish = 'mend' | 'nothing' | 'signIn';

const wishes: Readonly<Record<ServerState['kind'], Wish>> = {
  invalid: 'nothing',
  stdio: 'nothing',
  missingVariable: 'mend',
  asksInput: 'nothing',
  shadowed: 'nothing',
  helperFailed: 'mend',
  savedToken: 'nothing',
  unreachable: 'nothing',
  unknown: 'nothing',
  staticHeader: 'nothing',
  headersHelper: 'nothing',
  headersOnly: 'nothing',
  authenticating: 'nothing',
  refreshing: 'nothing',
  authenticated: 'nothing',
  needsScopes: 'signIn',
  expired: 'signIn',
  needsAuthentication: 'signIn',
  noAuthenticationNeeded: 'nothing',
};

/**
 * Whether a server waits for the person: what the badge and the status bar count. A mistake in a file is no such
 * thing, since whoever opens a repository may have no use for that server.
 */
export function needsAttention(state: ServerState): boolean {
  return wishes[state.kind] !== 'nothing' || ('isRejected' in state && state.isRejected);
}

/** Whether what a server waits for is a sign-in: what Authenticate All does. */
export function needsSignIn({ kind }: ServerState): boolean {
  return wishes[kind] === 'signIn';
}

/** How many servers need the person, as a sentence without a full stop. */
export function attentionText(count: number): string {
  return count === 1 ? '1 server needs you' : `${count} servers need you`;
}
