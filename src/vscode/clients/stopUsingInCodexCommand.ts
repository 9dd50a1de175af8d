import { codexUses } from '../../core/config/codexConfig.ts';
import { readToml } from '../../core/config/readToml.ts';
import { unwireCodex } from '../../core/config/wireCodex.ts';
import { AuthError } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import type { CommandPorts } from '../commands.ts';
import { pickServer } from '../pickServer.ts';
import { rowFlags } from '../rowFlags.ts';
import { editCodex } from './editCodex.ts';
import { offer } from './offer.ts';

/** "Stop Using in Codex": takes away what `useInCodexCommand` has written, in one action. */
export async function stopUsingInCodexCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const { inventory, clients, clock, log } = ports;
  const server = await pickServer(
    argument,
    {
      placeholder: 'Stop using which server in Codex?',
      accepts: (one) => rowFlags(one).includes('usedInCodex'),
      noneSentence: 'Codex does not get the credential of any server from MCP Auth.',
    },
    inventory,
    clock.now(),
  );
  if (server?.endpoint?.kind !== 'url') {
    return;
  }
  const { canonicalUrl } = server.endpoint;
  const { before, after } = await editCodex((text) => withoutServer(text, canonicalUrl), clients);
  const undo = async () => {
    await editCodex((text) => {
      if (text !== after) {
        throw new AuthError('storage', 'The file has changed since. Use the server in Codex again.');
      }
      return before;
    }, clients);
  };
  const name = quote(server.definition.name);
  offer(`Codex no longer gets the credential of ${name} from MCP Auth.`, [{ label: 'Undo', run: undo }], log);
}

function withoutServer(text: string, canonicalUrl: string): string {
  const tables = [...codexUses(text, readToml)].filter(([, url]) => url === canonicalUrl);
  if (tables.length === 0) {
    throw new AuthError('invalid_definition', 'Codex does not get the headers of this server from MCP Auth.');
  }
  return tables.reduce((rest, [table]) => unwireCodex(rest, table, readToml), text);
}
