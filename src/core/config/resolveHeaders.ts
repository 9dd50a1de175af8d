import { type Environment, expandVariables } from './expansion.ts';
import type { RemoteServerDefinition } from './serverDefinition.ts';

/** A header that cannot be sent as it should be. */
export interface UnresolvedHeader {
  /** As the definition writes it. */
  readonly name: string;
  /** Variables that are unset and have no default. */
  readonly missing: readonly string[];
  /** Ids of `${input:…}`, whose values only VS Code knows. */
  readonly inputs: readonly string[];
}

/** A definition's headers once their variables are expanded. */
export interface ResolvedHeaders {
  /** Only those that are complete. Values are secrets: never shown, never logged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly unresolved: readonly UnresolvedHeader[];
}

/** Expands the values of a definition's headers. */
export function resolveHeaders(
  definition: RemoteServerDefinition,
  environment: Environment,
): ResolvedHeaders {
  const headers: Record<string, string> = {};
  const unresolved: UnresolvedHeader[] = [];
  for (const [name, value] of Object.entries(definition.headers)) {
    const { text, missing } = expandVariables(value, environment);
    if (missing.length > 0) {
      unresolved.push({ name, missing, inputs: [] });
    } else {
      headers[name] = text;
    }
  }
  return { headers, unresolved };
}
