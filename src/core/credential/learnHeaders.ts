import type { Redactor } from '../redaction.ts';

/** Teaches the values of headers, also without their scheme: a token may turn up by itself. */
export function learnHeaders(headers: Readonly<Record<string, string>>, redactor: Redactor): void {
  for (const value of Object.values(headers)) {
    redactor.learn(value);
    redactor.learn(/^\S+\s+(\S.*)$/.exec(value)?.[1]);
  }
}
