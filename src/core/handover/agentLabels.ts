import type { ServerSnapshot } from '../serverSnapshot.ts';

/** How much is shown of a name. */
const nameLimit = 60;

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * What servers are called in VS Code's list: their names, and by whom they are there. VS Code switches off the later one
 * of two that are called the same, so that a label is like no other and like no name of a configuration.
 *
 * @param names all names that VS Code may have found by itself
 */
export function agentLabels(servers: readonly ServerSnapshot[], names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  return servers.map((server) => {
    const label = labelOf(server, taken);
    taken.add(label);
    return label;
  });
}

/** With where it comes from only where that tells it apart, and with a number where even that does not. */
function labelOf({ definition, sourceLabel }: ServerSnapshot, taken: ReadonlySet<string>): string {
  const name = shown(definition.name);
  const place = `${name} (MCP Auth, ${shown(sourceLabel)}`;
  let label = `${name} (MCP Auth)`;
  for (let number = 1; taken.has(label); number++) {
    label = number === 1 ? `${place})` : `${place}, ${number})`;
  }
  return label;
}

function shown(text: string): string {
  const visible = text.toWellFormed().replace(invisible, ' ').trim();
  return visible.length > nameLimit ? `${visible.slice(0, nameLimit)}…` : visible;
}
