import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import type { ConfigurationProblem } from '../core/config/parseConfiguration.ts';
import { quoteUnlessPlain } from '../core/quote.ts';
import type { AccountSnapshot, ServerSnapshot, SourceSnapshot } from '../core/serverSnapshot.ts';
import { accountStateText, stateText } from '../core/session/stateText.ts';
import { commandIds } from './commandIds.ts';
import type { CredentialDetail } from './credentialDetails.ts';
import { accountContext, rowContext } from './rowFlags.ts';
import { stateIcon } from './stateIcon.ts';
import type { Row, RowContent } from './treeModel.ts';
import type { TreeNode } from './treeNode.ts';

/** Renders a row. `now` in milliseconds since the epoch. */
export function toTreeItem({ id, content, children }: Row, now: number): TreeItem {
  switch (content.kind) {
    case 'source':
      return sourceItem(content.source);
    case 'problem':
      return problemItem(id, content.problem);
    case 'server':
      return serverItem(content.server, now, children);
    case 'account':
      return accountItem(content.account, now);
    case 'detail':
      return detailItem(id, content);
    case 'credential':
      return credentialItem(id, content.applied);
  }
}

function sourceItem({ id, uri, label, fileName }: SourceSnapshot): TreeItem {
  const item = new TreeItem(label, TreeItemCollapsibleState.Expanded);
  item.id = id;
  item.description = fileName;
  item.iconPath = ThemeIcon.Folder;
  item.tooltip = Uri.parse(uri).fsPath;
  item.contextValue = 'source';
  // The tooltip would be read in their place.
  item.accessibilityInformation = { label: `${label}, ${fileName}` };
  return item;
}

function problemItem(sourceId: string, { message }: ConfigurationProblem): TreeItem {
  const item = new TreeItem(message);
  item.id = `${sourceId}#problem`;
  item.iconPath = new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  item.tooltip = `${message} Select to open the file at this place.`;
  item.contextValue = 'problem';
  const node: TreeNode = { kind: 'problem', id: sourceId };
  item.command = { command: commandIds.openDefinition, title: 'Open Definition', arguments: [node] };
  return item;
}

function detailItem(
  id: string,
  { label, value, applies }: RowContent & { readonly kind: 'detail' },
): TreeItem {
  const item = new TreeItem(label);
  item.id = id;
  item.description = value;
  item.tooltip = `${label}: ${value}`;
  if (applies !== undefined) {
    item.iconPath = new ThemeIcon(applies ? 'check' : 'dash');
    item.accessibilityInformation = { label: `${label}${applies ? ', applies' : ''}: ${value}` };
  }
  return item;
}

function credentialItem(id: string, { label, value }: CredentialDetail): TreeItem {
  const item = new TreeItem('Credential', TreeItemCollapsibleState.Collapsed);
  item.id = id;
  item.description = label;
  item.tooltip = value;
  item.accessibilityInformation = { label: `Credential: ${label}. ${value}` };
  return item;
}

function serverItem(server: ServerSnapshot, now: number, below: readonly string[]): TreeItem {
  const { definition, state, accounts } = server;
  const used = accounts.length > 1 ? accounts.find(({ isUsed }) => isUsed) : undefined;
  const text = stateText(state, now);
  const name = quoteUnlessPlain(definition.name);
  const item = new TreeItem(
    name,
    below.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
  );
  item.id = server.id;
  item.description = used ? accountStateText(state, now, used.name) : text.short;
  item.iconPath = stateIcon(state);
  item.tooltip = serverTooltip(server, text.sentence);
  item.contextValue = rowContext(server);
  const as = used ? ` You are ${used.name} there.` : '';
  item.accessibilityInformation = { label: `${name}, MCP server. ${text.sentence}${as}` };
  return item;
}

function accountItem(account: AccountSnapshot, now: number): TreeItem {
  const { id, name, isUsed, state } = account;
  const text = stateText(state, now);
  const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed);
  item.id = id;
  item.description = isUsed ? `used here · ${text.short}` : text.short;
  item.iconPath = stateIcon(state);
  item.contextValue = accountContext(account);
  const where = isUsed ? ' This workspace uses it.' : '';
  // As text: the name stems from a server.
  item.tooltip = new MarkdownString().appendText(`${name}. ${text.sentence}${where}`);
  item.accessibilityInformation = { label: `${name}, account. ${text.sentence}${where}` };
  return item;
}

/** Names and URLs stem from the repository: as text or code, never as Markdown, and never as a link. */
function serverTooltip({ definition }: ServerSnapshot, sentence: string): MarkdownString {
  const tooltip = new MarkdownString();
  tooltip.appendMarkdown('**').appendText(definition.name).appendMarkdown('**\n\n').appendText(sentence);
  if (definition.kind === 'remote') {
    tooltip
      .appendMarkdown('\n\n')
      .appendCodeblock(`${definition.transport} ${shownUrl(definition.url)}`, 'text');
  }
  if (definition.kind === 'stdio') {
    tooltip.appendMarkdown('\n\n').appendCodeblock(`stdio ${definition.command}`, 'text');
  }
  return tooltip;
}

/** As written, variables unexpanded, without the query: keys are sometimes kept there. */
function shownUrl(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
