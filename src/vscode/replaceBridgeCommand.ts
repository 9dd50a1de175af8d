import { Range, type TextDocument, Uri, WorkspaceEdit, workspace } from 'vscode';
import { replaceBridge } from '../core/config/replaceBridge.ts';
import type { StdioServerDefinition } from '../core/config/serverDefinition.ts';
import { AuthError } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { CommandPorts } from './commands.ts';
import { openDefinition } from './openDefinition.ts';
import { pickServer } from './pickServer.ts';

/**
 * "Replace Bridge with a Direct Entry": changes the file in the editor, where the person looks at it, and then saves
 * or undoes it.
 */
export async function replaceBridgeCommand(
  argument: unknown,
  { inventory, clock }: CommandPorts,
): Promise<void> {
  const server = await pickServer(
    argument,
    {
      placeholder: 'Replace the bridge of which server?',
      accepts: ({ definition }) => definition.kind === 'stdio' && definition.bridge !== undefined,
      noneSentence: 'There is no entry that only bridges to a remote server.',
    },
    inventory,
    clock.now(),
  );
  if (server) {
    const source = inventory.snapshot().find(({ id }) => id === server.sourceId);
    if (source?.kind === 'managed') {
      throw new AuthError(
        'invalid_definition',
        'Your organization manages this file: it is not changed here.',
      );
    }
    await replaceIn(server);
  }
}

async function replaceIn({ uri, definition }: ServerSnapshot): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  // What is known of the entry is what was saved.
  if (document.isDirty) {
    throw new AuthError(
      'invalid_definition',
      'The file has changes that are not saved. Save it, and try again.',
    );
  }
  const find = () =>
    definition.kind === 'stdio' ? replacementIn(document.getText(), definition) : undefined;
  let replacement = find();
  if (replacement === undefined) {
    // The file may have been read here before the editor has read it anew.
    await untilChanged(document);
    replacement = find();
  }
  if (replacement === undefined) {
    throw new AuthError('invalid_definition', 'The entry is no longer a bridge to a remote server.');
  }
  const { offset, text } = replacement;
  const range = new Range(document.positionAt(offset), document.positionAt(offset + definition.range.length));
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, range, text);
  await workspace.applyEdit(edit);
  await openDefinition(uri, { offset, length: text.length });
}

/** An editor leaves out the byte order mark of a file, which counts in the ranges of its entries. */
function replacementIn(text: string, definition: StdioServerDefinition) {
  for (const mark of ['', '\uFEFF']) {
    const replaced = replaceBridge(mark + text, definition);
    if (replaced !== undefined) {
      return { offset: definition.range.offset - mark.length, text: replaced };
    }
  }
  return undefined;
}

/** Waits for the next change of a document, for a moment. */
async function untilChanged(document: TextDocument): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(end, 2000);
    const subscription = workspace.onDidChangeTextDocument((event) => {
      if (event.document === document) {
        end();
      }
    });
  });
}
