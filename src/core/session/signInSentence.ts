import type { AccountOutcome } from './accountFor.ts';

/**
 * How a sign-in ended, as a sentence.
 *
 * @param server what the person calls the server
 * @param account as it is shown
 */
export function signInSentence(
  outcome: AccountOutcome,
  server: string,
  account = 'a further account',
): string {
  const where = JSON.stringify(server);
  switch (outcome) {
    case 'first':
    case 'renewed':
      return `Authenticated at ${where}.`;
    case 'added':
      return `Added ${account} at ${where}. This workspace uses it from now on.`;
    case 'alreadyThere':
      return `${account} was signed in at ${where} already: that session was renewed, and this workspace uses it from now on.`;
    case 'somebodyElse':
      return `You signed in at ${where} as somebody else: this workspace uses ${account} from now on. The other account stays as it was.`;
  }
}
