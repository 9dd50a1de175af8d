import { type QuickPickItem, Uri, window } from 'vscode';
import type { ClaudeEntry } from '../../core/config/wireClaude.ts';
import { AuthError } from '../../core/errors.ts';
import type { ServerSnapshot, SourceSnapshot } from '../../core/serverSnapshot.ts';
import { withTilde } from '../sources/claudePlaces.ts';
import { projectKeyOf } from '../sources/projectKey.ts';
import type { ClientPorts } from './clientPorts.ts';

/** Where a server's helper can be written for Claude Code. */
export type ClaudePlace =
  /** The `.mcp.json` that the server is in: the editor shows the change. */
  | { readonly kind: 'shared'; readonly uri: string; readonly entry: ClaudeEntry }
  /** `~/.claude.json`; a copy is one of an entry in a `.mcp.json`, whose place it takes. */
  | { readonly kind: 'personal'; readonly entry: ClaudeEntry; readonly isCopy: boolean };

interface PlaceItem extends QuickPickItem {
  readonly place: ClaudePlace;
}

/** Asks where, unless there is one place only. `undefined` where the person gives up. @throws AuthError `invalid_definition` */
export async function pickClaudePlace(
  server: ServerSnapshot,
  source: SourceSnapshot | undefined,
  ports: ClientPorts,
): Promise<ClaudePlace | undefined> {
  const place = await ownPlace(server, source);
  if (place.kind === 'personal' || ports.shimPath() === undefined) {
    return place;
  }
  const items: readonly PlaceItem[] = [
    {
      label: `In ${source?.fileName ?? '.mcp.json'}, for everybody who uses this repository`,
      detail:
        'They see the name of a command only. Without MCP Auth, Claude Code signs in by itself as before.',
      place,
    },
    ...(await personalItems(server, source, ports)),
  ];
  const title = `Use ${JSON.stringify(server.definition.name)} in Claude Code`;
  return (await window.showQuickPick(items, { title, placeHolder: 'Where is it written down?' }))?.place;
}

/** The entry itself. @throws AuthError `invalid_definition` for a file that Claude Code does not read, or that is the organization's */
export async function ownPlace(
  { definition: { name }, uri }: ServerSnapshot,
  source: SourceSnapshot | undefined,
): Promise<ClaudePlace> {
  switch (source?.kind) {
    case 'project':
      return { kind: 'shared', uri, entry: { name } };
    case 'user':
      return { kind: 'personal', entry: { name }, isCopy: false };
    case 'local': {
      const [folder = ''] = source.folders;
      const project = await projectKeyOf(Uri.parse(folder));
      return { kind: 'personal', entry: { name, project }, isCopy: false };
    }
    case 'managed':
      throw new AuthError(
        'invalid_definition',
        'Your organization manages this file: it is not changed here.',
      );
    default:
      throw new AuthError('invalid_definition', 'Claude Code does not read the file of this server.');
  }
}

/** One for each project that the file applies to. */
async function personalItems(
  { definition: { name } }: ServerSnapshot,
  source: SourceSnapshot | undefined,
  { claudeState }: ClientPorts,
): Promise<readonly PlaceItem[]> {
  const keys = await Promise.all((source?.folders ?? []).map((folder) => projectKeyOf(Uri.parse(folder))));
  const projects = [...new Set(keys.filter((key) => key !== undefined))];
  return projects.map((project) => ({
    label: `Only for you, in ${projects.length > 1 ? withTilde(project) : 'this project'}`,
    description: withTilde(claudeState),
    detail: 'Takes the place of the entry of this repository, in Claude Code on this machine.',
    place: { kind: 'personal', entry: { name, project }, isCopy: true },
  }));
}
