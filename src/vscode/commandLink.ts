import type { CommandId } from './commandIds.ts';
import type { TreeNode } from './treeNode.ts';

/** The URI that runs a command on a row, for notifications and webviews. */
export function commandUri(command: CommandId, node: TreeNode): string {
  // Encoded twice, because VS Code decodes twice; and with what encodeURIComponent leaves but links end at.
  const argument = encodeURIComponent(JSON.stringify([node])).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `command:${command}?${encodeURIComponent(argument)}`;
}

/** A link in the text of a notification that runs a command on a row. */
export function commandLink(label: string, command: CommandId, node: TreeNode): string {
  return `[${label}](${commandUri(command, node)})`;
}

/**
 * Text for a notification without links of its own. VS Code turns `[label](command:…)` in any notification into
 * a link that runs the command, so that names and messages from repositories and servers must not have any.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
