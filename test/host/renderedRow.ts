import assert from 'node:assert/strict';
import { MarkdownString, ThemeIcon } from 'vscode';
import type { ServerSnapshot } from '../../src/core/serverSnapshot.ts';
import type { SteeredProduct } from './steeredProduct.ts';

/** A server's row as the side bar is given it. */
export interface RenderedRow {
  readonly icon: string;
  /** The id of a colour of the theme. */
  readonly colour: string | undefined;
  readonly description: string;
  /** The second paragraph of the tooltip; the first one is the name. */
  readonly tooltip: string;
  /** What a screen reader says. */
  readonly spoken: string;
  /** What `when` clauses of menus look at. */
  readonly context: string;
}

/** The row that the product renders for a server. */
export async function renderedRow(
  { tree }: Pick<SteeredProduct, 'tree'>,
  { id, sourceId }: ServerSnapshot,
): Promise<RenderedRow> {
  const sources = (await tree.getChildren()) ?? [];
  const source = sources.find((node) => node.id === sourceId);
  const rows = (await tree.getChildren(source)) ?? [];
  const node = rows.find((one) => one.kind === 'server' && one.id === id);
  assert.ok(node, 'the server has no row');
  const { iconPath, description, tooltip, accessibilityInformation, contextValue } =
    await tree.getTreeItem(node);
  assert.ok(iconPath instanceof ThemeIcon);
  assert.ok(tooltip instanceof MarkdownString);
  return {
    icon: iconPath.id,
    colour: iconPath.color?.id,
    description: String(description),
    tooltip: asText(tooltip.value.split('\n\n')[1] ?? ''),
    spoken: accessibilityInformation?.label ?? '',
    context: contextValue ?? '',
  };
}

/** What Markdown that was made from text reads like. */
function asText(markdown: string): string {
  return markdown.replaceAll('&nbsp;', ' ').replace(/\\([^a-z0-9\s])/gi, '$1');
}
