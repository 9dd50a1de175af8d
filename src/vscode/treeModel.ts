import { usedBy } from '../core/access/usedBy.ts';
import { usedByText } from '../core/clientUse.ts';
import type { ConfigurationProblem } from '../core/config/parseConfiguration.ts';
import type { AccountSnapshot, ServerSnapshot, SourceSnapshot } from '../core/serverSnapshot.ts';
import type { SessionSummary } from '../core/session/sessionSummary.ts';
import { stateText } from '../core/session/stateText.ts';
import { appliedDetail, type CredentialDetail, credentialDetails } from './credentialDetails.ts';
import { rowContext } from './rowFlags.ts';
import { sessionDetails } from './sessionDetails.ts';
import type { TreeNode } from './treeNode.ts';

/** What a row shows. */
export type RowContent =
  | { readonly kind: 'source'; readonly source: SourceSnapshot }
  | { readonly kind: 'problem'; readonly problem: ConfigurationProblem }
  | { readonly kind: 'server'; readonly server: ServerSnapshot }
  | { readonly kind: 'account'; readonly account: AccountSnapshot }
  | {
      readonly kind: 'detail';
      readonly label: string;
      readonly value: string;
      /** Whether it is what counts, where it is one of several. */
      readonly applies?: boolean | undefined;
    }
  /** Where the credential comes from; unfolds to why not from elsewhere. */
  | { readonly kind: 'credential'; readonly applied: CredentialDetail };

/** A row with its place in the tree. */
export interface Row {
  readonly id: string;
  readonly content: RowContent;
  /** Keys of the rows below it. */
  readonly children: readonly string[];
  /** Differs when the row looks different. */
  readonly look: string;
}

/** The whole tree at one moment. */
export interface TreeModel {
  readonly roots: readonly string[];
  readonly rows: ReadonlyMap<string, Row>;
}

/** The key of a row in its model. */
export function rowKey({ kind, id }: TreeNode): string {
  return `${kind}:${id}`;
}

/** Lays out a snapshot as a tree. `now` in milliseconds since the epoch. */
export function createTreeModel(snapshot: readonly SourceSnapshot[], now: number): TreeModel {
  const rows = new Map<string, Row>();
  const add = (id: string, content: RowContent, children: readonly string[], look: unknown): string => {
    const key = rowKey({ kind: content.kind, id });
    rows.set(key, { id, content, children, look: JSON.stringify(look) });
    return key;
  };
  const addDetails = (id: string, session: SessionSummary): readonly string[] =>
    sessionDetails(session, now).map(({ label, value }) =>
      add(`${id}#${label}`, { kind: 'detail', label, value }, [], value),
    );
  const addAccount = (account: AccountSnapshot): string => {
    const { id, name, isUsed, state, session } = account;
    const look = [name, isUsed, state.kind, stateText(state, now)];
    return add(id, { kind: 'account', account }, addDetails(id, session), look);
  };
  const addCredential = ({ id, credentials }: ServerSnapshot): readonly string[] => {
    if (!credentials) {
      return [];
    }
    const applied = appliedDetail(credentials);
    const links = credentialDetails(credentials).map((link) =>
      add(`${id}#credential#${link.label}`, { kind: 'detail', ...link }, [], link),
    );
    return [add(`${id}#credential`, { kind: 'credential', applied }, links, applied)];
  };
  const addNotes = ({ id, definition }: ServerSnapshot): readonly string[] =>
    (definition.kind === 'remote' ? (definition.notes ?? []) : []).map((value, index) =>
      add(`${id}#note${index}`, { kind: 'detail', label: 'Note', value }, [], value),
    );
  const addClaudeCode = ({ id, claudeCode }: ServerSnapshot): readonly string[] => {
    if (!claudeCode) {
      return [];
    }
    const detail = { label: 'Claude Code', value: claudeCode.sentence };
    return [add(`${id}#claude`, { kind: 'detail', ...detail }, [], detail)];
  };
  const addUses = ({ id, usedBy: clients = [], uses = [] }: ServerSnapshot): readonly string[] => {
    const details = [
      { label: 'Set up in', value: usedByText(clients) },
      { label: 'Last used by', value: usedBy(uses, now) ?? '' },
    ];
    return details
      .filter(({ value }) => value !== '')
      .map((detail) => add(`${id}#${detail.label}`, { kind: 'detail', ...detail }, [], detail));
  };
  const addServer = (server: ServerSnapshot): string => {
    const { session, state, accounts } = server;
    // Where an entry stands in its file does not show.
    const { range: _range, ...definition } = server.definition;
    const several = accounts.length > 1;
    const facts = several ? accounts.map(addAccount) : session ? addDetails(server.id, session) : [];
    const children = [
      ...facts,
      ...addCredential(server),
      ...addUses(server),
      ...addClaudeCode(server),
      ...addNotes(server),
    ];
    const used = several ? accounts.find(({ isUsed }) => isUsed)?.name : undefined;
    const look = [definition, rowContext(server), stateText(state, now), used, children.length > 0];
    return add(server.id, { kind: 'server', server }, children, look);
  };
  const roots = snapshot.map((source) => {
    const { id, problem, servers } = source;
    const problems = problem ? [add(id, { kind: 'problem', problem }, [], problem)] : [];
    return add(id, { kind: 'source', source }, [...problems, ...servers.map(addServer)], source.label);
  });
  return { roots, rows };
}

/**
 * The rows to render anew when one model follows another, `all` if that takes the whole tree. Rows that stay
 * must not be touched: VS Code loses a click on a row that it is about to render.
 */
export function changedRows(before: TreeModel, after: TreeModel): 'all' | readonly string[] {
  if (!sameKeys(before.roots, after.roots)) {
    return 'all';
  }
  return [...after.rows].flatMap(([key, row]) => {
    const previous = before.rows.get(key);
    // A row that is new is rendered with the row above it.
    return previous && (previous.look !== row.look || !sameKeys(previous.children, row.children))
      ? [key]
      : [];
  });
}

function sameKeys(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}
