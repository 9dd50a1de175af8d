import { quote } from '../quote.ts';
import { cleanAccountName, shownAccountName } from '../session/accountName.ts';
import type { AccessEntry, AccessRequest } from './accessControl.ts';
import type { Program } from './program.ts';

/** Short, printable, and in quotes where it could be taken for something that we say. Names stem from others. */
function shownName(name: string): string {
  return shownAccountName(cleanAccountName(name) ?? '?');
}

/** A program within a sentence. An extension always goes with its id: it can call itself "Claude Code". */
export function programText({ kind, id, label }: Program): string {
  return kind === 'extension'
    ? `the extension ${quote(cleanAccountName(label) ?? id)} (${shownName(id)})`
    : shownName(label);
}

/** A program at the beginning of a sentence. */
export function subjectText(program: Program): string {
  return programText(program).replace(/^the extension/, 'The extension');
}

/** A program where it is shown by itself. */
export function shownProgram({ kind, id, label }: Program): string {
  return kind === 'extension' ? `${shownName(label)} (${shownName(id)})` : shownName(label);
}

/** A server within a sentence, by its name and its host: the rest of its URL may hold a secret. */
export function serverText({
  serverName,
  serverUrl,
}: Pick<AccessRequest, 'serverName' | 'serverUrl'>): string {
  return `${shownName(serverName)} (${new URL(serverUrl).host})`;
}

/** What the person is asked. */
export function accessQuestionText(request: AccessRequest): string {
  return `${subjectText(request.program)} wants to use your session at ${serverText(request)}.`;
}

/** What the person has said, in a few words. */
export const decisionTexts: Readonly<Record<AccessEntry['decision'], string>> = {
  always: 'always allowed',
  never: 'never allowed',
  once: 'asks each time',
  unasked: 'needs no permission',
};

/** What the person is asked before an extension has them sign in. */
export function signInQuestionText({ program, ...server }: AccessRequest): string {
  return `${subjectText(program)} wants you to authenticate at ${serverText(server)}.`;
}
