import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { ConfigurationProblem } from './parseConfiguration.ts';
import type { TextRange } from './serverDefinition.ts';

/** A text as far as it is JSON. */
export interface JsonRoot {
  /** An object; absent where none could be told. */
  readonly root?: Node | undefined;
  readonly problem?: ConfigurationProblem | undefined;
}

/** What a reader makes of comments and trailing commas: that nobody minds them, or a sentence on who does. */
export type Leniency = { readonly kind: 'lenient' } | { readonly kind: 'strict'; readonly reader: string };

/** Parses a text that should hold an object. Throws a `RangeError` where it is nested too deeply. */
export function parseRoot(text: string, leniency: Leniency): JsonRoot {
  const offset = text.startsWith('\uFEFF') ? 1 : 0;
  // Same length, so that ranges stay true.
  const json = offset === 1 ? ` ${text.slice(1)}` : text;
  if (json.trim() === '') {
    return { problem: { message: 'The file is empty.', range: { offset: 0, length: 0 } } };
  }
  const lenient: ParseError[] = [];
  const tolerantRoot = parseTree(json, lenient, { disallowComments: false, allowTrailingComma: true });
  const strict: ParseError[] = [];
  const root =
    leniency.kind === 'strict'
      ? parseTree(json, strict, { disallowComments: true, allowTrailingComma: false })
      : tolerantRoot;
  const [error] = leniency.kind === 'strict' ? strict : lenient;
  if (error && (root === undefined || lenient.length > 0)) {
    return { problem: { message: `Not valid JSON: ${describe(error)}.`, range: errorRange(error, json) } };
  }
  if (root?.type !== 'object') {
    const range = { offset: root?.offset ?? 0, length: root?.length ?? 0 };
    return { problem: { message: 'The file must hold a JSON object.', range } };
  }
  if (error && leniency.kind === 'strict') {
    const message = `${leniency.reader} does not load this file: ${describe(error)} is not valid JSON.`;
    return { root, problem: { message, range: errorRange(error, json) } };
  }
  return { root };
}

/** An unfinished comment is reported as one character longer than the text. */
function errorRange({ offset, length }: ParseError, json: string): TextRange {
  return { offset, length: Math.min(length, json.length - offset) };
}

function describe(error: ParseError): string {
  return errorSentences.get(printParseErrorCode(error.error)) ?? 'a syntax error';
}

const errorSentences = new Map([
  ['PropertyNameExpected', 'a missing property name (a trailing comma?)'],
  ['ValueExpected', 'a missing value'],
  ['InvalidSymbol', 'an unknown word'],
  ['InvalidNumberFormat', 'a malformed number'],
  ['ColonExpected', 'a missing colon'],
  ['CommaExpected', 'a missing comma'],
  ['CloseBraceExpected', 'a missing "}"'],
  ['CloseBracketExpected', 'a missing "]"'],
  ['EndOfFileExpected', 'text after the end'],
  ['InvalidCommentToken', 'a comment'],
  ['UnexpectedEndOfComment', 'an unfinished comment'],
  ['UnexpectedEndOfString', 'an unfinished string'],
  ['UnexpectedEndOfNumber', 'an unfinished number'],
  ['InvalidUnicode', 'a malformed \\u escape'],
  ['InvalidEscapeCharacter', 'a malformed escape'],
  ['InvalidCharacter', 'a control character'],
]);
