import type { OAuthConfiguration } from '../config/serverDefinition.ts';
import type { Redactor } from '../redaction.ts';
import type { AccountWish } from '../session/account.ts';
import type { PendingStore } from '../session/pendingStore.ts';
import type { RegistrationStore } from '../session/registrationStore.ts';
import type { Session } from '../session/session.ts';
import type { SessionLocks } from '../session/sessionLocks.ts';
import type { GrantPrompt } from './grantApproval.ts';
import type { IdentityProvider } from './identityProvider.ts';
import type { NetworkPorts } from './oauthFetch.ts';
import type { ClientPrompt } from './obtainClient.ts';
import type { PendingAuthorizations } from './pendingAuthorizations.ts';
import type { PkceWaiverPrompt } from './pkceWaiver.ts';
import type { RedirectKind, RedirectReceiver } from './redirect.ts';
import type { ScopePrompt } from './scopeChoices.ts';
import type { SignInWayPrompt } from './signInWay.ts';
import type { Waiting } from './waiting.ts';
import type { WorkloadIdentities } from './workloadIdentity.ts';

/** Where an authentication is, in order. */
export type AuthenticationStep =
  | 'discovering'
  /** Takes up a sign-in from before a reload. */
  | 'resuming'
  | 'choosingScopes'
  | 'registering'
  | 'openingBrowser'
  | 'waitingForBrowser'
  | 'waitingForPaste'
  | 'waitingForDevice'
  | 'exchangingCode'
  | 'exchangingIdentity'
  | 'requestingToken';

/** Whether the person has something to do from this step on, which takes as long as it takes. */
export function isPersonsTurn(step: AuthenticationStep): boolean {
  return step === 'openingBrowser' || step === 'waitingForPaste' || step === 'waitingForDevice';
}

/** Opens a URL in the person's browser, byte for byte. */
export interface Browser {
  /**
   * @param signal ends whatever was set up to open the page
   * @returns `false` when the person decided not to open it
   */
  open(url: URL, signal: AbortSignal): Promise<boolean>;
}

/** All that an authentication touches. */
export interface AuthenticationPorts extends NetworkPorts {
  readonly browser: Browser;
  readonly redirects: Readonly<Record<RedirectKind, RedirectReceiver>>;
  readonly pending: PendingAuthorizations;
  readonly records: PendingStore;
  readonly prompt: ClientPrompt & GrantPrompt & PkceWaiverPrompt & ScopePrompt & SignInWayPrompt;
  readonly registrations: RegistrationStore;
  readonly locks: SessionLocks;
  readonly redactor: Redactor;
  readonly identityProvider: IdentityProvider;
  readonly workloads: WorkloadIdentities;
  /** The https URL of the document that describes this client, where its user has published one. */
  readonly clientMetadataUrl?: (() => string | undefined) | undefined;
}

/** One authentication. */
export interface AuthenticationRequest {
  readonly serverUrl: URL;
  readonly transport: 'http' | 'sse';
  readonly oauth?: OAuthConfiguration | undefined;
  /** Whose session it is to be; by default that of the account which this workspace uses, or of the first. */
  readonly account?: AccountWish | undefined;
  /**
   * Asks for the secret of a pre-registered client even if one is stored, and for its ID unless that is
   * configured, because the client was rejected.
   */
  readonly askForSecret?: boolean | undefined;
  /**
   * Scopes to ask for in addition, space-separated: what a session had, and what the server then wanted
   * beyond that.
   */
  readonly additionalScope?: string | undefined;
  /** Lets the person choose the scopes to ask for. */
  readonly askForScopes?: boolean | undefined;
  /** The kind of redirect that the person wants, instead of the one that would be tried first. */
  readonly redirectKind?: RedirectKind | undefined;
  /** The grant that the person wants, where it is not the authorization code grant. */
  readonly grant?: 'deviceCode' | undefined;
  /** The session that this one takes the place of: what was found out for it spares discovery. */
  readonly previous?: Session | undefined;
  /** Awaited when the person is back, before the code is sent; may abort the signal. */
  readonly beforeExchange?: (() => Promise<void>) | undefined;
  readonly signal: AbortSignal;
  readonly onStep: (step: AuthenticationStep) => void;
  /** Called after the step that the person has to do something in, with what that is. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined;
}
