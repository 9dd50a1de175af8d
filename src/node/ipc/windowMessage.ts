import { ProtocolError } from '../framing.ts';
import { isRecord, parseRecord } from './records.ts';
import type { Answer, HeadersAnswer, ServerOutcome, TerminalPrompts } from './terminalCalls.ts';

/** A prompt of the window, or its answer to a call, as birpc has it. */
export type WindowMessage =
  | {
      readonly t: 'q';
      readonly i?: string;
      readonly m: keyof TerminalPrompts;
      readonly a: readonly unknown[];
    }
  | { readonly t: 's'; readonly i: string; readonly r?: unknown; readonly e?: unknown };

/** What `status` and `get` answer with. */
export interface ShownReport {
  /** Printed as it is. */
  readonly report: unknown;
  readonly text: string;
}

const prompts: Readonly<Record<keyof TerminalPrompts, (argument: unknown) => boolean>> = {
  progress: isText,
  show: isText,
  ask: (question) => isRecord(question) && isText(question.text) && typeof question.isSecret === 'boolean',
};

/** Reads what a window sends that has proved itself. @throws ProtocolError */
export function parseWindowMessage(text: string): WindowMessage {
  const { t, i, m, a, r, e } = parseRecord(text);
  if (t === 's' && isText(i)) {
    return { t, i, r, e };
  }
  const isCall = t === 'q' && (i === undefined || isText(i)) && isPrompt(m);
  if (!isCall || !Array.isArray(a) || a.length !== 1 || !prompts[m](a[0])) {
    throw new ProtocolError('A message is malformed.');
  }
  return { t, ...(i === undefined ? {} : { i }), m, a };
}

/** Reads the answer to `status` and `get`. @throws ProtocolError, as all that follow do */
export const parseReportAnswer = answerParser(
  (value): value is ShownReport => isRecord(value) && isText(value.text),
);

/** Reads the answer to `logout`, `refresh` and `test`. */
export const parseOutcomeAnswer = answerParser(isOutcome);

/** Reads the answer to `login`. */
export const parseOutcomesAnswer = answerParser(
  (value): value is readonly ServerOutcome[] => Array.isArray(value) && value.every(isOutcome),
);

/** Reads the answer to `headers`. */
export const parseHeadersAnswer = answerParser(
  (value): value is HeadersAnswer =>
    isRecord(value) && isRecord(value.headers) && Object.values(value.headers).every(isText),
);

/** Reads the answer to `names`. */
export const parseNamesAnswer = answerParser(
  (value): value is readonly string[] => Array.isArray(value) && value.every(isText),
);

function answerParser<T>(isValue: (value: unknown) => value is T) {
  return (answer: unknown): Answer<T> => {
    if (isRecord(answer)) {
      const { ok, value, error } = answer;
      if (ok === true && isValue(value)) {
        return { ok, value };
      }
      if (ok === false && isError(error)) {
        return { ok, error };
      }
    }
    throw new ProtocolError('An answer is malformed.');
  };
}

function isError(value: unknown): value is { readonly code: string; readonly message: string } {
  return isRecord(value) && isText(value.code) && isText(value.message);
}

function isOutcome(value: unknown): value is ServerOutcome {
  return isRecord(value) && isText(value.server) && typeof value.ok === 'boolean' && isText(value.sentence);
}

function isPrompt(name: unknown): name is keyof TerminalPrompts {
  return isText(name) && Object.hasOwn(prompts, name);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
