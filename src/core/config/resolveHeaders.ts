import { type Environment, expandForRemote } from './expansion.ts';
import type { RemoteServerDefinition } from './serverDefinition.ts';

/** The headers of a definition once their variables are expanded. */
export interface ResolvedHeaders {
  /** Only those that nothing is missing from, under their names as written. The values are secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly unresolved: readonly UnresolvedHeader[];
}

/** A header that cannot be sent, and why. At least one of the lists has an element. */
export interface UnresolvedHeader {
  readonly name: string;
  /** Variables that are not set. */
  readonly missing: readonly string[];
  /** Ids of `${input:…}`, which only VS Code can resolve. */
  readonly inputs: readonly string[];
}

/** Expands a definition's headers. Contacts nothing. */
export function resolveHeaders(
  definition: RemoteServerDefinition,
  environment: Environment,
): ResolvedHeaders {
  const expanded = Object.entries(definition.headers).map(([name, value]) => ({
    name,
    ...expandForRemote(value, environment, definition.dialect),
  }));
  const isResolved = ({ missing, inputs }: (typeof expanded)[number]) =>
    missing.length === 0 && inputs.length === 0;
  return {
    headers: Object.fromEntries(expanded.filter(isResolved).map(({ name, text }) => [name, text])),
    unresolved: expanded
      .filter((one) => !isResolved(one))
      .map(({ name, missing, inputs }) => ({ name, missing, inputs })),
  };
}
