import type { RevocationOutcome } from './revokeSession.ts';

/**
 * How signing out of one session ended.
 *
 * @param name of the session, as it stands in a sentence
 */
export function signOutSentence(name: string, outcome: RevocationOutcome): string {
  return `Signed out of ${name}. ${outcomes[outcome]}`.trim();
}

const outcomes: Readonly<Record<RevocationOutcome, string>> = {
  revoked: '',
  notOffered: 'Its authorization server does not offer to revoke tokens: they end when they expire.',
  failed: 'Its tokens could not be revoked: they end when they expire.',
};

/** How signing out of several sessions ended, in a few sentences; empty where nothing ended. */
export function signOutSummary(outcomes: readonly (RevocationOutcome | 'cancelled')[]): string {
  const count = (outcome: (typeof outcomes)[number]) => outcomes.filter((one) => one === outcome).length;
  const ended = outcomes.length - count('cancelled');
  return [
    ...(ended > 0 ? [`Signed out of ${sessionsText(ended)}.`] : []),
    ...(count('notOffered') > 0
      ? [`The tokens of ${count('notOffered')} end when they expire: revoking them is not offered.`]
      : []),
    ...(count('failed') > 0
      ? [`The tokens of ${count('failed')} could not be revoked: they end when they expire.`]
      : []),
    ...(count('cancelled') > 0 ? [`${sessionsText(count('cancelled'))} stayed, since you cancelled.`] : []),
  ].join(' ');
}

function sessionsText(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`;
}
