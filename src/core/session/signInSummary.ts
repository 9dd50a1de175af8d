import { AuthError } from '../errors.ts';
import type { SignInEnd, SignInResult } from './authenticateAll.ts';
import type { PlannedServer } from './signInPlan.ts';

/** How many names, and how much of a reason, a notification holds. */
const shownNames = 6;
const shownReason = 160;

/**
 * How the sign-ins at several servers ended, in a few sentences: who is authenticated, what failed and why, what
 * was given up, and what there was nothing to do for.
 */
export function signInSummary<T extends PlannedServer>(
  results: readonly SignInResult<T>[],
  skipped: readonly T[],
): string {
  const of = (kind: SignInEnd['kind']) => results.filter(({ end }) => end.kind === kind);
  const names = (kind: SignInEnd['kind']) => namesText(of(kind).map(({ server }) => server));
  const others = results.filter(({ end }) => end.kind === 'authenticated' && end.outcome === 'somebodyElse');
  const fine = [...of('notNeeded').map(({ server }) => server), ...skipped];
  const sentences: readonly (readonly [boolean, string])[] = [
    [of('authenticated').length > 0, `Authenticated at ${names('authenticated')}.`],
    [others.length > 0, `Somebody else signed in at ${namesText(others.map(({ server }) => server))}.`],
    [of('failed').length > 0, `Failed: ${listed(of('failed').map(failureText))}.`],
    [of('cancelled').length > 0, `Cancelled: ${names('cancelled')}.`],
    [of('elsewhere').length > 0, `Goes on elsewhere: ${names('elsewhere')}.`],
    [fine.length > 0, `Nothing to do at ${namesText(fine)}.`],
  ];
  return sentences
    .filter(([applies]) => applies)
    .map(([, sentence]) => sentence)
    .join(' ');
}

function failureText<T extends PlannedServer>({ server, end }: SignInResult<T>): string {
  const error = end.kind === 'failed' ? end.error : undefined;
  const reason = error instanceof AuthError ? error.message : 'an unexpected error, see the log';
  return `${nameOf(server)} (${shortened(reason)})`;
}

function shortened(reason: string): string {
  const text = reason.replace(/\.$/, '');
  return text.length > shownReason ? `${text.slice(0, shownReason).toWellFormed()}…` : text;
}

/** The names of servers in a sentence; of many, the first. */
export function namesText(servers: readonly PlannedServer[]): string {
  return listed(servers.map(nameOf));
}

function nameOf({ definition }: PlannedServer): string {
  return JSON.stringify(definition.name);
}

function listed(things: readonly string[]): string {
  const more = things.length - shownNames;
  const shown = more > 1 ? [...things.slice(0, shownNames), `${more} more`] : things;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
