import { type EditedFile, editFile } from '../../node/editFile.ts';
import { withTilde } from '../sources/claudePlaces.ts';
import type { ClientPorts } from './clientPorts.ts';

/** Changes Codex's `config.toml`, and shows at once what follows. @throws AuthError `storage`, or what the edit throws */
export async function editCodex(
  edit: (text: string) => string,
  { codexConfig, reloadCodex }: Pick<ClientPorts, 'codexConfig' | 'reloadCodex'>,
): Promise<EditedFile> {
  const name = withTilde(codexConfig);
  const edited = await editFile(codexConfig, edit, { lock: 'none', ifAbsent: 'create', name });
  await reloadCodex();
  return edited;
}
