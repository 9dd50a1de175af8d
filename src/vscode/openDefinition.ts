import { Range, Selection, TextEditorRevealType, Uri, window, workspace } from 'vscode';
import type { TextRange } from '../core/config/serverDefinition.ts';

/** Opens a configuration file with the cursor at a place of its text. */
export async function openDefinition(uri: string, { offset, length }: TextRange): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  const editor = await window.showTextDocument(document);
  const start = document.positionAt(offset);
  editor.selection = new Selection(start, start);
  editor.revealRange(
    new Range(start, document.positionAt(offset + length)),
    TextEditorRevealType.InCenterIfOutsideViewport,
  );
}
