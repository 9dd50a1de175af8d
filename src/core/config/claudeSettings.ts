import * as v from 'valibot';

/** What Claude Code's settings, or its own state, say about the use of servers (mcp-json-facts §1.6). */
export interface ClaudeSettings {
  /** Servers of `.mcp.json` files that are approved, and all of them. */
  readonly enabledMcpjsonServers: readonly string[];
  readonly enableAllProjectMcpServers?: boolean | undefined;
  /** Servers of `.mcp.json` files that are rejected. */
  readonly disabledMcpjsonServers: readonly string[];
  /** Servers of any file that are switched off, and on again. */
  readonly disabledMcpServers: readonly string[];
  readonly enabledMcpServers: readonly string[];
}

const names = v.fallback(v.optional(v.array(v.string()), []), []);

// A malformed key counts as absent: Claude Code reports it, and uses the others.
const schema = v.object({
  enabledMcpjsonServers: names,
  enableAllProjectMcpServers: v.fallback(v.optional(v.boolean()), undefined),
  disabledMcpjsonServers: names,
  disabledMcpServers: names,
  enabledMcpServers: names,
});

/** Reads what is known of an object; anything else says nothing. */
export function readClaudeSettings(value: unknown): ClaudeSettings {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : v.parse(schema, {});
}

/** Reads the text of a `settings.json` of Claude Code. Never throws: a malformed file says nothing. */
export function parseClaudeSettings(text: string): ClaudeSettings {
  try {
    return readClaudeSettings(JSON.parse(text));
  } catch {
    return readClaudeSettings({});
  }
}
