import { readClaudeEntry, restoreEntry, unwireEntry } from '../../core/config/wireClaude.ts';
import { quote } from '../../core/quote.ts';
import type { ServerSnapshot, SourceSnapshot } from '../../core/serverSnapshot.ts';
import { editFile } from '../../node/editFile.ts';
import type { CommandPorts } from '../commands.ts';
import { pickServer } from '../pickServer.ts';
import { rowFlags } from '../rowFlags.ts';
import { withTilde } from '../sources/claudePlaces.ts';
import { ownPlace } from './claudePlace.ts';
import { editDocument } from './editDocument.ts';
import { offer } from './offer.ts';
import { entryIn } from './useInClaudeCodeCommand.ts';

/** "Stop Using in Claude Code": takes away what {@link useInClaudeCodeCommand} has written, in one action. */
export async function stopUsingInClaudeCodeCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const { inventory, clients, clock, log } = ports;
  const server = await pickServer(
    argument,
    {
      placeholder: 'Stop using which server in Claude Code?',
      accepts: (one) => rowFlags(one).includes('usedInClaudeCode'),
      noneSentence: 'Claude Code does not get the credential of any server from MCP Auth.',
    },
    inventory,
    clock.now(),
  );
  if (!server) {
    return;
  }
  const source = inventory.snapshot().find(({ id }) => id === server.sourceId);
  const place = await ownPlace(server, source);
  const shim = clients.shimPath();
  const said = `Claude Code no longer gets the credential of ${quote(server.definition.name)} from MCP Auth.`;
  if (place.kind === 'shared') {
    const edit = await editDocument(place.uri, (text) => unwireEntry(text, place.entry, { shim }));
    await edit.save();
    offer(said, [{ label: 'Undo', run: edit.undo }], log);
    return;
  }
  const original = await originalOf(server, source, ports);
  const options = { lock: 'claudeCode', ifAbsent: 'refuse', name: withTilde(clients.claudeState) } as const;
  const { before, after } = await editFile(
    clients.claudeState,
    (text) => unwireEntry(text, place.entry, { original, shim }),
    options,
  );
  const previous = readClaudeEntry(before, place.entry);
  const undo = async () => {
    await editFile(
      clients.claudeState,
      (text) => (text === after ? before : restoreEntry(text, place.entry, previous)),
      options,
    );
  };
  offer(said, [{ label: 'Undo', run: undo }], log);
}

/** The entry of a `.mcp.json` in whose place the one of local scope is used: it may be a copy of that. */
async function originalOf(
  { definition: { name } }: ServerSnapshot,
  source: SourceSnapshot | undefined,
  { inventory }: CommandPorts,
): Promise<unknown> {
  if (source?.kind !== 'local') {
    return undefined;
  }
  const nearest = inventory
    .snapshot()
    .filter(({ kind, folders }) => kind === 'project' && folders.some((one) => source.folders.includes(one)))
    .flatMap(({ servers }) => servers)
    .find(({ definition }) => definition.name === name);
  try {
    return nearest && (await entryIn(nearest));
  } catch {
    // Then the entry stays, without the helper.
    return undefined;
  }
}
