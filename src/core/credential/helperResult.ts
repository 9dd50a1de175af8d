import { AuthError } from '../errors.ts';
import { quote } from '../quote.ts';
import { parseHelperOutput } from './helperOutput.ts';

/** How long a helper may take, in milliseconds, as in Claude Code. */
export const helperTimeLimit = 10_000;

/** How much it may print, in bytes, as in Claude Code. */
export const helperOutputLimit = 1_000_000;

/** What became of a helper's command. What it printed may hold secrets. */
export type HelperResult =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly stderr: string }
  | { readonly kind: 'timedOut'; readonly stderr: string }
  | { readonly kind: 'tooLong' }
  | { readonly kind: 'noFolder' }
  | { readonly kind: 'notStarted'; readonly cause: unknown };

/**
 * The headers that a helper has printed.
 *
 * @param redact takes secrets out of what the helper wrote to stderr, whose first line goes into the sentence
 * @throws AuthError `helper_failed`
 */
export function headersOfResult(
  result: HelperResult,
  redact: (text: string) => string,
): Readonly<Record<string, string>> {
  const fail = (what: string, stderr = '', options?: { readonly cause: unknown }) =>
    new AuthError('helper_failed', sentence(what, firstLine(stderr, redact)), options);
  switch (result.kind) {
    case 'exited':
      if (result.code !== 0) {
        throw fail(`The helper ended with exit code ${result.code}`, result.stderr);
      }
      return readOutput(result.stdout, firstLine(result.stderr, redact));
    case 'killed':
      throw fail(`The helper was ended by ${result.signal}`, result.stderr);
    case 'timedOut':
      throw fail(`The helper took longer than ${helperTimeLimit / 1000} seconds`, result.stderr);
    case 'tooLong':
      throw fail('The helper printed more than 1 MB');
    case 'noFolder':
      throw fail('The folder that the helper runs in does not exist');
    case 'notStarted':
      throw fail('The helper could not be started', '', { cause: result.cause });
  }
}

function readOutput(stdout: string, line: string): Readonly<Record<string, string>> {
  try {
    return parseHelperOutput(stdout);
  } catch (error) {
    throw error instanceof AuthError && line !== ''
      ? new AuthError(error.code, `${error.message} It also wrote: ${quote(line)}.`)
      : error;
  }
}

function sentence(what: string, line: string): string {
  return line === '' ? `${what}.` : `${what}: ${quote(line)}.`;
}

const lineLimit = 200;
const colours = /\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** The first line that says something, printable and short. Cut last: half a secret would not be recognised. */
function firstLine(stderr: string, redact: (text: string) => string): string {
  const line = stderr
    .replace(colours, '')
    .split(/[\r\n]+/)
    .find((one) => one.trim() !== '');
  const text = redact((line ?? '').replace(controls, '').trim());
  const characters = [...text];
  return characters.length > lineLimit ? `${characters.slice(0, lineLimit - 1).join('')}…` : text;
}
