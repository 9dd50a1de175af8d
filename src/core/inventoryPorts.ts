import type { AccessControl } from './access/accessControl.ts';
import type { Clock } from './clock.ts';
import type { ConfigurationSource } from './config/configurationSource.ts';
import type { Environment } from './config/expansion.ts';
import type { ProbeOutcome } from './connection/probeOutcome.ts';
import type { CredentialVerdicts } from './credential/credentialVerdicts.ts';
import type { HelperCall, HelperOutcome } from './credential/helperCall.ts';
import type { SavedToken } from './credential/savedToken.ts';
import type { Event } from './event.ts';
import type { Authenticator } from './session/authenticator.ts';
import type { SessionRefresher } from './session/refresh.ts';
import type { ScopeDemands } from './session/scopeDemands.ts';
import type { SessionStore } from './session/sessionStore.ts';

/** The variables that configurations refer to, as they are now. */
export interface EnvironmentSource {
  readonly variables: Environment;
  readonly onDidChange: Event<void>;
}

/** What the inventory is made from. */
export interface InventoryPorts {
  readonly sessions: SessionStore;
  readonly authenticator: Pick<Authenticator, 'failure' | 'onDidChange' | 'running'>;
  readonly refresher: SessionRefresher;
  readonly demands: ScopeDemands;
  readonly clock: Clock;
  readonly environment: EnvironmentSource;
  readonly tokens: { get(serverUrl: string): SavedToken | undefined; readonly onDidChange: Event<unknown> };
  readonly helpers: { outcome(call: HelperCall): HelperOutcome; readonly onDidChange: Event<unknown> };
  readonly probes: {
    outcome(serverUrl: string): ProbeOutcome | undefined;
    isAsking(serverUrl: string): boolean;
    readonly onDidChange: Event<unknown>;
  };
  readonly verdicts: CredentialVerdicts;
  /** Absolute path of the folder in which the helpers of a source run. */
  readonly helperDirectory: (source: ConfigurationSource) => string;
  /** Absolute path of the terminal command, where it is there: a helper of this path is our own. */
  readonly shimPath?: (() => string | undefined) | undefined;
  /** Which programs use which credentials, where that is noted. */
  readonly access?: Pick<AccessControl, 'entries' | 'onDidChange'> | undefined;
  /** Codex's configuration, where it is followed. */
  readonly codex?:
    | {
        readonly fileName: string;
        /** Canonical URLs of the servers whose headers Codex gets from here. */
        readonly serverUrls: ReadonlySet<string>;
        readonly onDidChange: Event<unknown>;
      }
    | undefined;
}
