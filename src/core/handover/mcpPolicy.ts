import { matchesUrlPattern } from './urlPattern.ts';

/**
 * What an organization says of MCP servers in VS Code, by its settings of the same names below `chat.mcp`. Values are
 * as they come, and may be anything. Their rules are those of `allowedMcpServers.ts` of VS Code 1.139.
 */
export interface McpPolicy {
  /** `all`, `registry` (only what was installed from a registry) or `none`. */
  readonly access: unknown;
  /** Matchers, one of which a server has to meet; anything else than a list allows all. */
  readonly allowedServers: unknown;
  /** Matchers, none of which a server may meet; anything else than a list denies none. */
  readonly deniedServers: unknown;
}

/** A server as policies know it. */
export interface PolicySubject {
  readonly name: string;
  /** The real one, and not that of a gateway. */
  readonly url: URL;
}

/**
 * Whether an organization lets VS Code use a server, by VS Code's own rules. It applies them as well, but only to the
 * address that it is given.
 */
export function isPermitted(
  { access, allowedServers, deniedServers }: McpPolicy,
  subject: PolicySubject,
): boolean {
  // What a configuration file names was installed from no registry.
  if (access === 'none' || access === 'registry') {
    return false;
  }
  const meets = (matcher: Matcher) => isMet(matcher, subject);
  return !matchersIn(deniedServers)?.some(meets) && (matchersIn(allowedServers)?.some(meets) ?? true);
}

/** One way to tell servers, of the two that can meet a remote one. */
type Matcher = { readonly serverName: string } | { readonly serverUrl: string };

/** Those of a list that are well-formed: exactly one of the keys, with a value of its kind. */
function matchersIn(list: unknown): readonly Matcher[] | undefined {
  return Array.isArray(list) ? list.flatMap(toMatcher) : undefined;
}

function toMatcher(entry: unknown): readonly Matcher[] {
  if (typeof entry !== 'object' || entry === null) {
    return [];
  }
  const { serverName, serverUrl, serverCommand }: Readonly<Record<string, unknown>> = { ...entry };
  const isCommand = isFilled(serverCommand) && serverCommand.every((part) => typeof part === 'string');
  const matchers = [
    ...(isText(serverName) ? [{ serverName }] : []),
    ...(isText(serverUrl) ? [{ serverUrl }] : []),
  ];
  return isCommand || matchers.length > 1 ? [] : matchers;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isMet(matcher: Matcher, { name, url }: PolicySubject): boolean {
  return 'serverName' in matcher ? matcher.serverName === name : matchesUrlPattern(matcher.serverUrl, url);
}
