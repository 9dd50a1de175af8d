import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { parseServerEntry } from './parseServerEntry.ts';
import type { ServerDefinition, TextRange } from './serverDefinition.ts';

/** Something about a whole file that its reader should mend. */
export interface ConfigurationProblem {
  /** A sentence. */
  readonly message: string;
  readonly range: TextRange;
}

/** What the text of a `.mcp.json` says. */
export interface Configuration {
  /** In the order of the file; an entry that no client would load is there as `invalid`. */
  readonly servers: readonly ServerDefinition[];
  /** Set where clients reject the file, even if its servers could be told. */
  readonly problem?: ConfigurationProblem | undefined;
}

/** Larger texts are not read: they are no configuration, and would hold up the extension host. */
const maximumLength = 5_000_000;

/**
 * Reads the text of a `.mcp.json` by Claude Code's rules (mcp-json-facts §1.1). Never throws: a file that
 * clients reject yields a problem, and its servers as far as they are beyond doubt.
 */
export function parseConfiguration(text: string): Configuration {
  const start: TextRange = { offset: 0, length: 0 };
  if (text.length > maximumLength) {
    return { servers: [], problem: { message: 'The file is larger than 5 MB.', range: start } };
  }
  try {
    return parse(text);
  } catch (error) {
    // The parser recurses: thousands of nested brackets exhaust the stack.
    if (error instanceof RangeError) {
      return { servers: [], problem: { message: 'The file is nested too deeply.', range: start } };
    }
    throw error;
  }
}

function parse(text: string): Configuration {
  const offset = text.startsWith('\uFEFF') ? 1 : 0;
  // Same length, so that ranges stay true.
  const json = offset === 1 ? ` ${text.slice(1)}` : text;
  if (json.trim() === '') {
    return { servers: [], problem: { message: 'The file is empty.', range: { offset: 0, length: 0 } } };
  }
  const strict: ParseError[] = [];
  const root = parseTree(json, strict, { disallowComments: true, allowTrailingComma: false });
  const lenient: ParseError[] = [];
  parseTree(json, lenient, { disallowComments: false, allowTrailingComma: true });
  const [error] = strict;
  if (error && (root === undefined || lenient.length > 0)) {
    return {
      servers: [],
      problem: { message: `Not valid JSON: ${describe(error)}.`, range: errorRange(error, json) },
    };
  }
  if (root?.type !== 'object') {
    return { servers: [], problem: { message: 'The file must hold a JSON object.', range: rangeOf(root) } };
  }
  const section = findServers(root);
  return {
    servers: section.servers ? parseServers(section.servers) : [],
    problem: error
      ? {
          message: `Claude Code does not load this file: ${describe(error)} is not valid JSON.`,
          range: errorRange(error, json),
        }
      : section.problem,
  };
}

interface ServersSection {
  readonly servers?: Node | undefined;
  readonly problem?: ConfigurationProblem | undefined;
}

function findServers(root: Node): ServersSection {
  const properties = propertiesOf(root);
  const find = (name: string) => properties.findLast((property) => property.name === name);
  const wrapper = find('mcpServers');
  if (wrapper) {
    return wrapper.value.type === 'object'
      ? { servers: wrapper.value }
      : { problem: { message: '"mcpServers" must be an object.', range: wrapper.range } };
  }
  const other = find('servers');
  if (other?.value.type === 'object') {
    const message = 'Missing "mcpServers" — found "servers" instead. Claude Code does not load this file.';
    return { servers: other.value, problem: { message, range: other.range } };
  }
  const looksLikeServers = properties.some(
    ({ value }) =>
      value.type === 'object' && propertiesOf(value).some(({ name }) => name === 'command' || name === 'url'),
  );
  return {
    servers: looksLikeServers ? root : undefined,
    problem: {
      message: 'Missing "mcpServers": servers belong into {"mcpServers": {…}}.',
      range: { offset: root.offset, length: 1 },
    },
  };
}

function parseServers(section: Node): ServerDefinition[] {
  const properties = propertiesOf(section).filter((property) => !isComment(property));
  const last = new Map(properties.map((property, index) => [property.name, index]));
  return properties.map(({ name, value, range }, index) =>
    last.get(name) === index
      ? parseServerEntry(name, getNodeValue(value), range)
      : {
          kind: 'invalid',
          name,
          range,
          reason: 'Another entry of the same name follows and replaces this one.',
        },
  );
}

/** People leave comments between servers as strings, often several under one name. */
function isComment({ name, value }: Property): boolean {
  return value.type === 'string' && /^(?:[$_]|\/\/)/.test(name);
}

interface Property {
  readonly name: string;
  readonly value: Node;
  readonly range: TextRange;
}

function propertiesOf(node: Node): Property[] {
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    return key && value ? [{ name: String(key.value), value, range: rangeOf(property) }] : [];
  });
}

function rangeOf(node: Node | undefined): TextRange {
  return { offset: node?.offset ?? 0, length: node?.length ?? 0 };
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
