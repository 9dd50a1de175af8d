import { isOwnHelper } from '../credential/ownHelper.ts';
import { AuthError } from '../errors.ts';
import { presentProjectKey } from './claudeProjectKey.ts';
import { type JsonPath, parseStrictJson, withoutProperty, withProperty } from './jsonEdit.ts';

/** Where in a file of Claude Code the entry of a server is. */
export interface ClaudeEntry {
  /** The server's name. */
  readonly name: string;
  /** The key of the project in `~/.claude.json`; absent for a `.mcp.json`, and for what is of user scope. */
  readonly project?: string | undefined;
}

const helperKey = 'headersHelper';

/** The value of a server's entry, as it is written. @throws AuthError `invalid_definition` for a file that Claude Code does not load */
export function readClaudeEntry(
  text: string,
  entry: ClaudeEntry,
): Readonly<Record<string, unknown>> | undefined {
  const parsed = parseStrictJson(text);
  if (!parsed) {
    throw new AuthError(
      'invalid_definition',
      'The file is not valid JSON, so that Claude Code does not load it. It is not changed.',
    );
  }
  return asObject(
    pathOf(parsed.value, entry).reduce<unknown>((value, key) => ownProperty(value, key), parsed.value),
  );
}

/**
 * The text of a `.mcp.json` or a `~/.claude.json` whose entry gets its headers from a command. Nothing else in it changes.
 *
 * @throws AuthError `invalid_definition` where the entry is not there, or has an `Authorization` header, which switches
 * OAuth off and is the person's own choice
 */
export function wireEntry(text: string, entry: ClaudeEntry, command: string): string {
  const value = readClaudeEntry(text, entry);
  if (value === undefined) {
    throw new AuthError('invalid_definition', 'The entry of the server is no longer in the file.');
  }
  assertNoAuthorization(value);
  return proven(withProperty(text, [...pathIn(text, entry), helperKey], command), entry, {
    ...value,
    [helperKey]: command,
  });
}

/**
 * The text of a `~/.claude.json` with an entry of local scope that is like the one of the repository, and gets its headers
 * from a command. Claude Code uses the one of local scope in the place of the whole other one (mcp-json-facts §1.6).
 *
 * @throws AuthError `invalid_definition`
 */
export function wireCopy(
  text: string,
  entry: ClaudeEntry,
  { original, command }: { readonly original: Readonly<Record<string, unknown>>; readonly command: string },
): string {
  assertNoAuthorization(original);
  if (readClaudeEntry(text, entry) !== undefined) {
    return wireEntry(text, entry, command);
  }
  const value = { ...original, [helperKey]: command };
  return proven(withProperty(text, pathIn(text, entry), value), entry, value);
}

/**
 * The text without what {@link wireEntry} or {@link wireCopy} has put there.
 *
 * @param original the entry that the one of local scope may be a copy of: then all of it goes
 * @throws AuthError `invalid_definition` where the entry gets its headers from something else
 */
export function unwireEntry(
  text: string,
  entry: ClaudeEntry,
  { original, shim }: { readonly original?: unknown; readonly shim?: string | undefined } = {},
): string {
  const value = readClaudeEntry(text, entry);
  const command = value?.[helperKey];
  if (value === undefined || typeof command !== 'string' || !isOwnHelper(command, shim)) {
    throw new AuthError('invalid_definition', 'The entry does not get its headers from MCP Auth.');
  }
  const { [helperKey]: _ours, ...rest } = value;
  const path = pathIn(text, entry);
  return original !== undefined && isSame(rest, original)
    ? proven(withoutProperty(text, path), entry, undefined)
    : proven(withoutProperty(text, [...path, helperKey]), entry, rest);
}

/**
 * The text with the helper of an entry as it was before, or the entry gone or there again: what undoes an edit in a file
 * that has changed in other places since.
 *
 * @param previous the entry as it was; `undefined` where there was none
 * @throws AuthError `invalid_definition`
 */
export function restoreEntry(
  text: string,
  entry: ClaudeEntry,
  previous: Readonly<Record<string, unknown>> | undefined,
): string {
  const path = pathIn(text, entry);
  const current = readClaudeEntry(text, entry);
  if (previous === undefined) {
    return current === undefined ? text : proven(withoutProperty(text, path), entry, undefined);
  }
  if (current === undefined) {
    return proven(withProperty(text, path, previous), entry, previous);
  }
  const { [helperKey]: _later, ...rest } = current;
  const helper = previous[helperKey];
  if (helper === undefined) {
    return helperKey in current ? proven(withoutProperty(text, [...path, helperKey]), entry, rest) : text;
  }
  return proven(withProperty(text, [...path, helperKey], helper), entry, { ...rest, [helperKey]: helper });
}

/** Whether an entry has an `Authorization` header, even an empty one: that comes first, and OAuth is off. */
export function hasAuthorization(entry: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(asObject(entry.headers) ?? {}).some((name) => name.toLowerCase() === 'authorization');
}

function assertNoAuthorization(entry: Readonly<Record<string, unknown>>): void {
  if (hasAuthorization(entry)) {
    throw new AuthError(
      'invalid_definition',
      'The entry has an Authorization header, which comes first and turns OAuth off. Remove it, and try again.',
    );
  }
}

/** An edit is taken only if the file then says what was meant: of two keys of one name, only the last counts. */
function proven(text: string | undefined, entry: ClaudeEntry, expected: unknown): string {
  if (text === undefined || !isSame(readClaudeEntry(text, entry), expected)) {
    throw new AuthError(
      'invalid_definition',
      'The file has another form than Claude Code gives it. It is not changed.',
    );
  }
  return text;
}

function pathIn(text: string, entry: ClaudeEntry): JsonPath {
  return pathOf(parseStrictJson(text)?.value, entry);
}

function pathOf(file: unknown, { name, project }: ClaudeEntry): JsonPath {
  if (project === undefined) {
    return ['mcpServers', name];
  }
  const projects = ownProperty(file, 'projects');
  const key = presentProjectKey(project, (candidate) => ownProperty(projects, candidate) !== undefined);
  return ['projects', key, 'mcpServers', name];
}

/** Of values from JSON, whatever the order of their keys. */
function isSame(one: unknown, other: unknown): boolean {
  return sorted(one) === sorted(other);
}

function sorted(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) => {
    const object = asObject(inner);
    return object ? Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)) : inner;
  });
}

function ownProperty(value: unknown, key: string): unknown {
  const object = asObject(value);
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
