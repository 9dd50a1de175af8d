import type { ConfigurationSource, SourceKind } from './configurationSource.ts';

/** Where an entry stands that takes the place of another. */
export interface PrecedingPlace {
  readonly label: string;
  readonly fileName: string;
}

/** What Claude Code makes of an entry beside the others of its name. */
export type ServerUse =
  | { readonly kind: 'used' }
  /** Another entry of this name is used in every folder that this one applies to. */
  | { readonly kind: 'shadowed'; readonly by: PrecedingPlace }
  /** The organization's servers are the only ones. */
  | { readonly kind: 'ignored'; readonly by: PrecedingPlace };

/** By the id of the source, then by the name of the server. */
export type ServerUses = ReadonlyMap<string, ReadonlyMap<string, ServerUse>>;

/** Later ones give way. Editors' files are not Claude Code's. */
const order: readonly SourceKind[] = ['local', 'project', 'user'];

/**
 * Which entries Claude Code uses (mcp-json-facts §1.6): in each folder local > project > user, of several `.mcp.json` the
 * nearest, always the whole entry; with a `managed-mcp.json` only what is in there. Entries that it would not load at
 * all, and those of editors' files, are not in the answer.
 */
export function claudeServerUses(sources: readonly ConfigurationSource[]): ServerUses {
  // A malformed file counts as none.
  const loaded = sources.filter(({ configuration }) => configuration.problem === undefined);
  const managed = loaded.find(({ kind }) => kind === 'managed');
  const folders = [...new Set(loaded.flatMap((source) => source.folders))];
  const winners = new Map(folders.map((folder) => [folder, winnersIn(folder, loaded)]));
  return new Map(
    loaded
      .filter(({ kind }) => kind === 'managed' || order.includes(kind))
      .map((source) => {
        const use = (name: string): ServerUse =>
          managed === undefined
            ? useOf(
                source,
                folders.filter((folder) => appliesTo(source, folder)).map((f) => winners.get(f)?.get(name)),
              )
            : source.kind === 'managed'
              ? { kind: 'used' }
              : { kind: 'ignored', by: placeOf(managed) };
        return [source.id, new Map(namesIn(source).map((name) => [name, use(name)]))];
      }),
  );
}

/** By name, the source whose entry counts in a folder. */
function winnersIn(
  folder: string,
  sources: readonly ConfigurationSource[],
): ReadonlyMap<string, ConfigurationSource> {
  const applying = sources
    .filter((source) => order.includes(source.kind) && appliesTo(source, folder))
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind) || nearness(one, other));
  const winners = new Map<string, ConfigurationSource>();
  for (const source of applying) {
    for (const name of namesIn(source)) {
      if (!winners.has(name)) {
        winners.set(name, source);
      }
    }
  }
  return winners;
}

/** All `.mcp.json` that apply to a folder lie above each other: the longest address is the nearest. */
function nearness(one: ConfigurationSource, other: ConfigurationSource): number {
  return one.kind === 'project' ? other.uri.length - one.uri.length : 0;
}

function useOf(
  source: ConfigurationSource,
  winners: readonly (ConfigurationSource | undefined)[],
): ServerUse {
  const [first] = winners;
  return first === undefined || winners.some((winner) => winner?.id === source.id)
    ? { kind: 'used' }
    : { kind: 'shadowed', by: placeOf(first) };
}

/** What belongs to the person is used everywhere. */
function appliesTo({ kind, folders }: ConfigurationSource, folder: string): boolean {
  return kind === 'user' || folders.includes(folder);
}

function namesIn({ configuration }: ConfigurationSource): readonly string[] {
  return configuration.servers.filter(({ kind }) => kind !== 'invalid').map(({ name }) => name);
}

function placeOf({ label, fileName }: ConfigurationSource): PrecedingPlace {
  return { label, fileName };
}
