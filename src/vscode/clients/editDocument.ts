import { Range, type TextDocument, Uri, WorkspaceEdit, workspace } from 'vscode';
import { textChange } from '../../core/config/textChange.ts';
import { AuthError } from '../../core/errors.ts';
import { openDefinition } from '../openDefinition.ts';

/** A change of a file that an editor shows and that is not saved yet. */
export interface DocumentEdit {
  save(): Promise<void>;
  /** Takes the change back; where it was saved, that is saved too. @throws AuthError `invalid_definition` where something else has changed */
  undo(): Promise<void>;
}

/**
 * Changes a file in the editor, where the person looks at it.
 *
 * @throws AuthError `invalid_definition` where it has changes that are not saved, or what the edit throws
 */
export async function editDocument(uri: string, edit: (text: string) => string): Promise<DocumentEdit> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  if (document.isDirty) {
    throw new AuthError(
      'invalid_definition',
      'The file has changes that are not saved. Save it, and try again.',
    );
  }
  const before = document.getText();
  const after = edit(before);
  const { offset, length, text } = await applyChange(document, after);
  await openDefinition(uri, { offset, length: Math.max(length, text.length) });
  // The editor may have been closed in the meantime, and the document with it.
  const current = () => workspace.openTextDocument(document.uri);
  return {
    save: async () => {
      await (await current()).save();
    },
    undo: async () => {
      const edited = await current();
      if (edited.getText() !== after) {
        throw new AuthError('invalid_definition', 'The file has changed since. Undo it in the editor.');
      }
      const wasSaved = !edited.isDirty;
      await applyChange(edited, before);
      await (wasSaved && edited.save());
    },
  };
}

async function applyChange(document: TextDocument, text: string) {
  const change = textChange(document.getText(), text);
  const start = document.positionAt(change.offset);
  const edit = new WorkspaceEdit();
  edit.replace(
    document.uri,
    new Range(start, document.positionAt(change.offset + change.length)),
    change.text,
  );
  await workspace.applyEdit(edit);
  return change;
}
