import { readFile } from 'node:fs/promises';
import { window } from 'vscode';
import { codexTableOf, type TomlReader } from '../../core/config/codexConfig.ts';
import { codexHelper } from '../../core/config/helperCommand.ts';
import { readToml } from '../../core/config/readToml.ts';
import { type CodexServer, codexText, unwireCodex, wireCodex } from '../../core/config/wireCodex.ts';
import { AuthError } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import type { ServerSnapshot } from '../../core/serverSnapshot.ts';
import type { CommandPorts } from '../commands.ts';
import { pickServer } from '../pickServer.ts';
import { rowFlags } from '../rowFlags.ts';
import { withTilde } from '../sources/claudePlaces.ts';
import { assertWirable } from './assertWirable.ts';
import { type ClientPorts, shimOf } from './clientPorts.ts';
import { editCodex } from './editCodex.ts';
import { offer } from './offer.ts';

const read: TomlReader = readToml;

/** "Use in Codex…": writes down that Codex gets the credential of a server from MCP Auth (D4). */
export async function useInCodexCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const { inventory, clients, clock, log } = ports;
  const server = await pickServer(
    argument,
    {
      placeholder: 'Use which server in Codex?',
      accepts: (one) => rowFlags(one).includes('mayUseInCodex'),
      noneSentence:
        'There is no server that you are authenticated at and that Codex could get from MCP Auth.',
    },
    inventory,
    clock.now(),
  );
  if (!server) {
    return;
  }
  const wanted = await codexServer(server, clients);
  const choice = await confirmed(server, wanted, ports);
  if (choice === undefined) {
    return;
  }
  const { before, after } = await editCodex((text) => wireCodex(text, wanted, read), clients);
  if (choice === 'addAndSwitchOn') {
    await clients.headless.turnOn();
  }
  const undo = async () => {
    await editCodex((text) => (text === after ? before : unwireCodex(text, wanted.table, read)), clients);
  };
  offer(
    `Codex gets the credential of ${quote(server.definition.name)} from MCP Auth, from its next start on.`,
    [{ label: 'Undo', run: undo }],
    log,
  );
}

/** @throws AuthError `invalid_definition` where Codex could not use it */
async function codexServer(server: ServerSnapshot, clients: ClientPorts): Promise<CodexServer> {
  const { definition, url } = assertWirable(server);
  if (definition.transport !== 'http') {
    throw new AuthError('invalid_definition', 'Codex connects to servers of type "http" only.');
  }
  if (definition.url.includes('${')) {
    throw new AuthError(
      'invalid_definition',
      "The URL of the server is made of variables, whose values do not belong into Codex's configuration.",
    );
  }
  const { name } = definition;
  const table = codexTableOf(await textOf(clients.codexConfig), { name, url: url.href }, read);
  return { table, url: url.href, helper: codexHelper(shimOf(clients), { name, url: url.href }) };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // What is wrong with a file that is there, the edit says.
    return '';
  }
}

async function confirmed(
  { definition: { name } }: ServerSnapshot,
  wanted: CodexServer,
  { clients }: CommandPorts,
): Promise<'add' | 'addAndSwitchOn' | undefined> {
  const file = withTilde(clients.codexConfig);
  const question = `Let Codex get the credential of ${quote(name)} from MCP Auth?`;
  const isOn = clients.headless.isOn();
  const headless =
    'Codex runs the command without the environment of a terminal: it finds this window only while "mcpAuth.headless.enabled" is on.';
  const detail = [`This is added to ${file}:`, codexText(wanted), ...(isOn ? [] : [headless])].join('\n\n');
  const both = 'Write and Switch On';
  const one = isOn ? 'Write' : 'Write Only';
  const buttons = isOn ? [one] : [both, one];
  const pressed = await window.showWarningMessage(question, { modal: true, detail }, ...buttons);
  return pressed === both ? 'addAndSwitchOn' : pressed === one ? 'add' : undefined;
}
