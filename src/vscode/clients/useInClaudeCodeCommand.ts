import { Uri, window, workspace } from 'vscode';
import { personalHelper, sharedHelper } from '../../core/config/helperCommand.ts';
import { readClaudeEntry, restoreEntry, wireCopy, wireEntry } from '../../core/config/wireClaude.ts';
import { AuthError } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import type { ServerSnapshot } from '../../core/serverSnapshot.ts';
import { editFile } from '../../node/editFile.ts';
import type { CommandPorts } from '../commands.ts';
import { pickServer } from '../pickServer.ts';
import { rowFlags } from '../rowFlags.ts';
import { withTilde } from '../sources/claudePlaces.ts';
import { assertWirable } from './assertWirable.ts';
import { type ClaudePlace, pickClaudePlace } from './claudePlace.ts';
import { shimOf } from './clientPorts.ts';
import { editDocument } from './editDocument.ts';
import { offer } from './offer.ts';

/** "Use in Claude Code…": writes down that Claude Code gets the credential of a server from MCP Auth (D4). */
export async function useInClaudeCodeCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const { inventory, clients, clock } = ports;
  const server = await pickServer(
    argument,
    {
      placeholder: 'Use which server in Claude Code?',
      accepts: (one) => rowFlags(one).includes('mayUseInClaudeCode'),
      noneSentence:
        'There is no server that you are authenticated at and that Claude Code could get from MCP Auth.',
    },
    inventory,
    clock.now(),
  );
  if (!server) {
    return;
  }
  assertWirable(server);
  const source = inventory.snapshot().find(({ id }) => id === server.sourceId);
  const place = await pickClaudePlace(server, source, clients);
  if (place?.kind === 'shared') {
    await writeShared(server, place, ports);
  } else if (place) {
    await writePersonal(server, place, ports);
  }
}

async function writeShared(
  { definition: { name } }: ServerSnapshot,
  { uri, entry }: ClaudePlace & { readonly kind: 'shared' },
  { log }: CommandPorts,
): Promise<void> {
  const edit = await editDocument(uri, (text) => wireEntry(text, entry, sharedHelper));
  offer(
    `Claude Code gets the credential of ${quote(name)} from MCP Auth, once you have saved the file and reconnect there (/mcp).`,
    [
      { label: 'Save', run: edit.save },
      { label: 'Undo', run: edit.undo },
    ],
    log,
  );
}

async function writePersonal(
  server: ServerSnapshot,
  { entry, isCopy }: ClaudePlace & { readonly kind: 'personal' },
  { clients, log }: CommandPorts,
): Promise<void> {
  const { name } = server.definition;
  const file = withTilde(clients.claudeState);
  const command = personalHelper(shimOf(clients));
  const original = isCopy ? await entryIn(server) : undefined;
  const added = { [name]: { ...shown(original), headersHelper: command } };
  const question = `Let Claude Code get the credential of ${quote(name)} from MCP Auth?`;
  const detail = `${isCopy ? 'This is added to' : 'The entry gets this in'} ${file}:\n\n${JSON.stringify(added, null, 2)}`;
  const confirm = 'Write';
  if ((await window.showWarningMessage(question, { modal: true, detail }, confirm)) !== confirm) {
    return;
  }
  const options = { lock: 'claudeCode', ifAbsent: 'refuse', name: file } as const;
  const edited = await editFile(
    clients.claudeState,
    (text) => (original ? wireCopy(text, entry, { original, command }) : wireEntry(text, entry, command)),
    options,
  );
  const previous = readClaudeEntry(edited.before, entry);
  const undo = async () => {
    await editFile(
      clients.claudeState,
      (text) => (text === edited.after ? edited.before : restoreEntry(text, entry, previous)),
      options,
    );
  };
  offer(
    `Claude Code gets the credential of ${quote(name)} from MCP Auth, as soon as it reconnects (/mcp).`,
    [{ label: 'Undo', run: undo }],
    log,
  );
}

/** What else is in an entry may be long, and secret. */
function shown(entry: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, key === 'type' || key === 'url' ? value : '…']),
  );
}

/** The entry as its file has it. @throws AuthError `invalid_definition` */
export async function entryIn({
  uri,
  definition: { name },
}: ServerSnapshot): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await workspace.fs.readFile(Uri.parse(uri));
  const entry = readClaudeEntry(new TextDecoder().decode(bytes), { name });
  if (entry === undefined) {
    throw new AuthError('invalid_definition', 'The entry of the server is no longer in the file.');
  }
  return entry;
}
