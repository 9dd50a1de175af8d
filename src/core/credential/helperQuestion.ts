import { quote } from '../quote.ts';
import type { HelperCall } from './helperCall.ts';

/** What a person reads before a helper may run. */
export interface HelperQuestion {
  readonly message: string;
  readonly detail: string;
}

/** Characters of a command that are shown; a dialog has no room for more. */
const shownLength = 600;

/** White space and fillers beyond the space: blank, but not nothing. */
const blanks = /[\u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]/g;

/**
 * Asks whether a command may run, which may come from a repository. All of it is quoted, so that nothing in it can
 * hide, or pass for our own words.
 *
 * @param fileName what the user calls the file
 */
export function helperQuestion(call: HelperCall, fileName: string): HelperQuestion {
  const host = URL.canParse(call.serverUrl) ? new URL(call.serverUrl).host : '';
  const secrets = call.isShared
    ? 'It does not get the secrets in your environment, but it can do everything else that you can.'
    : 'It can do everything that you can, and gets the secrets in your environment.';
  return {
    message: `Run the helper of ${shown(call.serverName)}?`,
    detail: [
      `${shown(fileName)} names a command that prints the headers for requests to ${shown(host)}:`,
      shownCommand(call.command),
      `It runs in a shell, in the folder ${shown(call.workingDirectory)}. ${secrets} Run it only if you know what it does.`,
      'Your answer is remembered for exactly this command, file, server URL and folder.',
    ].join('\n\n'),
  };
}

function shownCommand(command: string): string {
  const characters = [...command];
  if (characters.length <= shownLength) {
    return shown(command);
  }
  const start = shown(characters.slice(0, shownLength).join(''));
  return `${start}\n\nThese are only the first ${shownLength} of its ${characters.length} characters. Open the definition to read the rest before you run it.`;
}

function shown(text: string): string {
  return quote(text).replace(blanks, (blank) => `\\u{${blank.codePointAt(0)?.toString(16)}}`);
}
