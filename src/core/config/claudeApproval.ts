import type { ClaudeSettings } from './claudeSettings.ts';
import type { ConfigurationSource } from './configurationSource.ts';

/** Whether Claude Code uses a server without asking first, with a sentence that names the file which decides. */
export interface Approval {
  readonly kind: 'approved' | 'disabled' | 'pending' | 'rejected';
  readonly sentence: string;
}

/** One file in which approvals stand. */
export interface ApprovalFile {
  /** `state` is the project's part of `~/.claude.json`; the others are settings of the user, the repository, and this copy of it. */
  readonly origin: 'local' | 'project' | 'state' | 'user';
  /** As it is shown, for example `.claude/settings.json`. */
  readonly name: string;
  readonly settings: ClaudeSettings;
}

/** What decides about the servers in one workspace folder. */
export interface ApprovalFacts {
  /** At most one of each origin. */
  readonly files: readonly ApprovalFile[];
  /** Whether Claude Code trusts the folder: else what is in the repository approves nothing. */
  readonly isTrusted: boolean;
}

/** By the id of the source, then by the name of the server. A server that needs no approval is not in it. */
export type Approvals = ReadonlyMap<string, ReadonlyMap<string, Approval>>;

const precedence = ['state', 'local', 'project', 'user'] as const;

/** From what helps most to what helps least: a server of several folders is shown as it is in the best of them. */
const kinds = ['approved', 'pending', 'rejected', 'disabled'] as const;

/** The approvals of all servers of Claude Code's files. `facts` by the URIs of workspace folders. */
export function claudeApprovals(
  sources: readonly ConfigurationSource[],
  facts: ReadonlyMap<string, ApprovalFacts>,
): Approvals {
  const approvals = sources.flatMap((source) => {
    const ofFolders = source.folders.flatMap((folder) => facts.get(folder) ?? []);
    const ofServers = source.configuration.servers.flatMap(({ name, kind }) => {
      const approval = kind === 'invalid' ? undefined : bestApproval(name, source, ofFolders);
      return approval ? [[name, approval] as const] : [];
    });
    return ofServers.length > 0 ? [[source.id, new Map(ofServers)] as const] : [];
  });
  return new Map(approvals);
}

function bestApproval(
  name: string,
  { kind }: ConfigurationSource,
  facts: readonly ApprovalFacts[],
): Approval | undefined {
  if (kind === 'cursor' || kind === 'managed' || kind === 'vscode') {
    return undefined;
  }
  const approvals = facts.map((one) =>
    kind === 'project' ? projectServerApproval(name, one) : disabledApproval(name, one),
  );
  // Where it is not switched off, a server that needs no approval is used.
  return approvals.includes(undefined)
    ? undefined
    : approvals
        .flatMap((approval) => approval ?? [])
        .sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))[0];
}

/**
 * What Claude Code does with a server of a `.mcp.json` (mcp-json-facts §1.6): a rejection in any file counts, an approval
 * only from files that are not part of the repository, unless the folder is trusted.
 */
export function projectServerApproval(name: string, facts: ApprovalFacts): Approval {
  const disabled = disabledApproval(name, facts);
  if (disabled) {
    return disabled;
  }
  const files = inOrder(facts);
  const rejecting = files.find(({ settings }) => lists(settings.disabledMcpjsonServers, name));
  if (rejecting) {
    const sentence = `Claude Code does not use it: ${rejecting.name} rejects it ("disabledMcpjsonServers").`;
    return { kind: 'rejected', sentence };
  }
  const counting = files.filter(({ origin }) => origin !== 'project' || facts.isTrusted);
  const approving = approvalIn(name, counting);
  if (approving) {
    return { kind: 'approved', sentence: `Claude Code uses it: ${approving}.` };
  }
  const ignored = approvalIn(name, files);
  const sentence = ignored
    ? `Claude Code asks before it uses this server: ${ignored}, which does not count until you trust this folder there.`
    : 'Claude Code asks before it uses this server. Run claude in this folder to approve it.';
  return { kind: 'pending', sentence };
}

function approvalIn(name: string, files: readonly ApprovalFile[]): string | undefined {
  const listing = files.find(({ settings }) => lists(settings.enabledMcpjsonServers, name));
  if (listing) {
    return `${listing.name} approves it ("enabledMcpjsonServers")`;
  }
  const deciding = files.find(({ settings }) => settings.enableAllProjectMcpServers !== undefined);
  return deciding?.settings.enableAllProjectMcpServers
    ? `${deciding.name} approves all servers of the project ("enableAllProjectMcpServers")`
    : undefined;
}

/** A server of any scope may be switched off for a project; the nearest file that names it decides. */
function disabledApproval(name: string, facts: ApprovalFacts): Approval | undefined {
  const deciding = inOrder(facts).find(
    ({ settings }) => settings.disabledMcpServers.includes(name) || settings.enabledMcpServers.includes(name),
  );
  return deciding?.settings.disabledMcpServers.includes(name)
    ? {
        kind: 'disabled',
        sentence: `Switched off in Claude Code for this project: ${deciding.name} says so ("disabledMcpServers"). /mcp switches it on.`,
      }
    : undefined;
}

function inOrder({ files }: ApprovalFacts): readonly ApprovalFile[] {
  return precedence.flatMap((origin) => files.find((file) => file.origin === origin) ?? []);
}

/** Claude Code compares names as it gives them to tools. */
function lists(names: readonly string[], name: string): boolean {
  return names.some((one) => toolName(one) === toolName(name));
}

function toolName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}
