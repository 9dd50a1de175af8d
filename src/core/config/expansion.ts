/** The variables a configuration may refer to; `undefined` is unset, and unlike empty. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text after expansion. */
export interface Expansion {
  /** Variables without a value stay as written. May hold secrets: never shown, never logged. */
  readonly text: string;
  /** Names of the variables that are unset and have no default, each once. */
  readonly missing: readonly string[];
}

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Expands `${VAR}` and `${VAR:-default}` as Claude Code does (mcp-json-facts §1.5): the default counts only
 * if the variable is unset, and a value is not expanded again.
 */
export function expandVariables(text: string, environment: Environment): Expansion {
  const missing = new Set<string>();
  const expanded = text.replace(reference, (written, name: string, fallback: string | undefined) => {
    const value = (Object.hasOwn(environment, name) ? environment[name] : undefined) ?? fallback;
    if (value === undefined) {
      missing.add(name);
      return written;
    }
    return value;
  });
  return { text: expanded, missing: [...missing] };
}
