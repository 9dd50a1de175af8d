import type { AccessEntry } from './access/accessControl.ts';
import type { ClientUse } from './clientUse.ts';
import type { ClaudeCodeUse } from './config/claudeCodeUse.ts';
import type { ConfigurationSource } from './config/configurationSource.ts';
import type { Endpoint } from './config/endpoint.ts';
import type { ConfigurationProblem } from './config/parseConfiguration.ts';
import type { ServerDefinition } from './config/serverDefinition.ts';
import type { CredentialChain } from './credential/credentialChain.ts';
import type { ServerState } from './session/serverState.ts';
import type { SessionSummary } from './session/sessionSummary.ts';

/** An account at a server as it stands right now. */
export interface AccountSnapshot {
  /** Unique within the inventory and stable. */
  readonly id: string;
  /** The id of the account among those of its server. */
  readonly accountId: string;
  /** What it is called, as it is shown: never empty. */
  readonly name: string;
  /** Whether this workspace uses it. */
  readonly isUsed: boolean;
  readonly state: ServerState;
  readonly session: SessionSummary;
}

/** A server as it stands right now. */
export interface ServerSnapshot {
  /** Unique within the inventory and stable while the file keeps its entries' order and names. */
  readonly id: string;
  readonly sourceId: string;
  readonly sourceLabel: string;
  /** The URI of the file. */
  readonly uri: string;
  readonly definition: ServerDefinition;
  readonly endpoint?: Endpoint | undefined;
  /** What Claude Code does with it; absent for files that it does not read. */
  readonly claudeCode?: ClaudeCodeUse | undefined;
  /** With an account, that of the one which this workspace uses. */
  readonly state: ServerState;
  readonly session?: SessionSummary | undefined;
  /** Where its credential comes from, and why not from elsewhere; absent where none is sent to it. */
  readonly credentials?: CredentialChain | undefined;
  /** Whether a token of the person is kept for it, which may not be what applies. */
  readonly hasSavedToken: boolean;
  /** The clients whose configuration says that they get its credential from here; absent where there is none. */
  readonly usedBy?: readonly ClientUse[] | undefined;
  /** The programs that have used its credential; absent where none has. */
  readonly uses?: readonly AccessEntry[] | undefined;
  /** The accounts there, in the order in which they were added. */
  readonly accounts: readonly AccountSnapshot[];
}

/** An account with the server that it is one of. */
export interface FoundAccount {
  readonly server: ServerSnapshot;
  readonly account: AccountSnapshot;
}

/** A configuration file and its servers as they stand right now. */
export interface SourceSnapshot extends Omit<ConfigurationSource, 'configuration'> {
  readonly problem?: ConfigurationProblem | undefined;
  readonly servers: readonly ServerSnapshot[];
}
