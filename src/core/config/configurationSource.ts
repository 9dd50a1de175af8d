import type { Configuration } from './parseConfiguration.ts';

/**
 * What kind of place a configuration lies in. `project` is a `.mcp.json`; `local` and `user` are parts of
 * `~/.claude.json`; `managed` is what an administrator prescribes. The first four are what Claude Code reads.
 */
export type SourceKind = 'cursor' | 'local' | 'managed' | 'project' | 'user' | 'vscode';

/** A configuration file, or one part of it, as it was last read. */
export interface ConfigurationSource {
  /** Unique. */
  readonly id: string;
  readonly kind: SourceKind;
  /** The URI of the file. Several sources may lie in one file. */
  readonly uri: string;
  /** What the user calls its place, for example the workspace folder's name. */
  readonly label: string;
  /** What kind of file it is, for example `.mcp.json`. */
  readonly fileName: string;
  /** URIs of the workspace folders that it applies to, in their order; a parent's file may apply to several. */
  readonly folders: readonly string[];
  readonly configuration: Configuration;
}
