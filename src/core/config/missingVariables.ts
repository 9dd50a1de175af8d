import { type Environment, expandVariables } from './expansion.ts';
import type { StdioServerDefinition } from './serverDefinition.ts';

/**
 * Claude Code sets these itself: the first for the servers of plugins, whose `.mcp.json` is read here like any
 * other, the second for every process that it starts. Nobody else can set them to what they stand for, so
 * that to call them missing would ask for something that helps nobody.
 */
const setByClaudeCode = new Set(['CLAUDE_PLUGIN_ROOT', 'CLAUDE_PLUGIN_DATA', 'CLAUDE_PROJECT_DIR']);

/** Names of the variables that a process is to be started with and that are not set, each once. */
export function missingVariables(
  definition: StdioServerDefinition,
  environment: Environment,
): readonly string[] {
  const { command, args, env, bridge, dialect } = definition;
  const missing = [command, ...args, ...Object.values(env)].flatMap(
    (text) => expandVariables(text, environment, dialect).missing,
  );
  const isSet = (name: string) =>
    (setByClaudeCode.has(name) && (dialect === undefined || dialect.kind === 'claude')) ||
    // A bridge expands what is left of its arguments by itself, and knows the entry's `env`.
    (bridge !== undefined && Object.hasOwn(env, name));
  return [...new Set(missing)].filter((name) => !isSet(name));
}
