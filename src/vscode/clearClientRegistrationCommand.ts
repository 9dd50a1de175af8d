import { window } from 'vscode';
import { keptTexts } from '../core/session/keptText.ts';
import type { KnownIssuer } from '../core/session/knownIssuer.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { isTreeNode } from './treeNode.ts';

/** "Clear Client Registration": for the issuer of a row, or one chosen from all that are known; asks first. */
export async function clearClientRegistrationCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server =
    isTreeNode(argument) && argument.kind === 'server' ? ports.inventory.find(argument.id) : undefined;
  const url = server?.endpoint?.kind === 'url' ? server.endpoint.canonicalUrl : undefined;
  const all = await ports.registrations.list();
  const issuers = server ? all.filter((one) => concerns(one, url, server.session?.issuer)) : all;
  const known = await pickIssuer(issuers, server?.definition.name);
  if (!known) {
    return;
  }
  const confirm = 'Clear Client Registration';
  const { host } = new URL(known.issuer);
  const detail = `MCP Auth forgets ${listText(keptTexts(known))}. Sessions stay, and go on with the client that they began with. The next sign-in introduces this editor anew.`;
  const question = `Clear the client registration at ${host}?`;
  if ((await window.showWarningMessage(question, { modal: true, detail }, confirm)) !== confirm) {
    return;
  }
  await ports.registrations.clear(known.issuer);
  ports.log.info('Client registration cleared', { issuer: new URL(known.issuer) });
  void window.showInformationMessage(`Cleared the client registration at ${host}.`);
}

/** An issuer that a server was signed in at, now or before. */
function concerns({ issuer, servers }: KnownIssuer, url: string | undefined, current?: string): boolean {
  return issuer === current || (url !== undefined && servers?.includes(url) === true);
}

async function pickIssuer(
  issuers: readonly KnownIssuer[],
  name: string | undefined,
): Promise<KnownIssuer | undefined> {
  const [only] = issuers;
  if (only && (name === undefined || issuers.length > 1)) {
    const items = issuers.map((known) => ({
      label: known.issuer.replaceAll('$(', '\\$('),
      detail: keptTexts(known).join(', '),
      known,
    }));
    const placeHolder = 'Clear the client registration at which authorization server?';
    return (await window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.known;
  }
  if (!only) {
    const where = name === undefined ? '' : ` for ${JSON.stringify(name)}`;
    void window.showInformationMessage(withoutLinks(`No client registration is kept${where}.`));
  }
  return only;
}

function listText(things: readonly string[]): string {
  return things.length < 2 ? things.join('') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`;
}
