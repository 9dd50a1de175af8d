import { parseTree } from 'jsonc-parser';
import { presentProjectKey } from './claudeProjectKey.ts';
import { type ClaudeSettings, readClaudeSettings } from './claudeSettings.ts';
import { findClaudeStateSections } from './claudeStateSections.ts';
import { claudeDialect } from './dialect.ts';
import { parseRoot } from './jsonRoot.ts';
import { type Configuration, rejected, unlessTooDeep } from './parseConfiguration.ts';
import type { TextRange } from './serverDefinition.ts';
import { parseServers } from './serversSection.ts';

/** What `~/.claude.json` says that matters here: a small part of it. */
export interface ClaudeState {
  /** The servers of user scope. */
  readonly user: Configuration;
  /** By absolute path, with slashes: of the git repository's root where there is one, else of the folder. {@link projectIn} finds it. */
  readonly projects: ReadonlyMap<string, ClaudeProject>;
}

/** What Claude Code remembers of one project. */
export interface ClaudeProject {
  /** The servers of local scope. */
  readonly local: Configuration;
  readonly settings: ClaudeSettings;
  /** Whether the person has accepted the trust dialog there. */
  readonly isTrusted: boolean;
}

/** Larger texts get no place with their problem. */
const maximumLengthToExplain = 5_000_000;

const none: Configuration = { servers: [] };

/**
 * Reads the text of a `~/.claude.json`. Never throws: what is no JSON becomes a problem of the user's servers. A blank
 * text says nothing, because Claude Code empties the file before it writes it.
 */
export function parseClaudeState(text: string): ClaudeState {
  const projects = new Map<string, ClaudeProject>();
  if (text.trim() === '') {
    return { user: none, projects };
  }
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return { user: explain(text), projects };
  }
  const values = entriesOf(propertyOf(root, 'projects'));
  const isBare = [root, ...values.map(([, value]) => value)].every(
    (value) => entriesOf(propertyOf(value, 'mcpServers')).length === 0,
  );
  const sections = isBare ? { projects: new Map<string, TextRange>() } : findClaudeStateSections(text);
  for (const [path, value] of values) {
    projects.set(path, {
      local: parseSection(text, sections.projects.get(path)),
      settings: readClaudeSettings(value),
      isTrusted: propertyOf(value, 'hasTrustDialogAccepted') === true,
    });
  }
  return { user: parseSection(text, sections.user), projects };
}

/** What a state says of a project, whatever the case of its drive. */
export function projectIn({ projects }: ClaudeState, key: string): ClaudeProject | undefined {
  return projects.get(presentProjectKey(key, (candidate) => projects.has(candidate)));
}

/** Whether Claude Code trusts a folder: the trust of a parent counts for those below. `path` is absolute, with slashes. */
export function isTrustedByClaude(state: ClaudeState, path: string): boolean {
  for (let folder = path; folder !== ''; folder = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) {
    if (projectIn(state, folder)?.isTrusted) {
      return true;
    }
  }
  return state.projects.get('/')?.isTrusted ?? false;
}

function parseSection(text: string, range: TextRange | undefined): Configuration {
  if (range === undefined) {
    return none;
  }
  return unlessTooDeep(() => {
    const section = parseTree(text.slice(range.offset, range.offset + range.length));
    const servers = section ? parseServers(section, claudeDialect) : [];
    return {
      servers: servers.map((definition) => ({
        ...definition,
        range: { ...definition.range, offset: definition.range.offset + range.offset },
      })),
    };
  });
}

function explain(text: string): Configuration {
  if (text.length > maximumLengthToExplain) {
    return rejected('Not valid JSON.');
  }
  return unlessTooDeep(() => {
    const { problem } = parseRoot(text, { kind: 'strict', reader: 'Claude Code' });
    return problem ? { servers: [], problem } : rejected('Not valid JSON.');
  });
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
