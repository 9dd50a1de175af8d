import type { AuthenticationPorts, Browser } from '../core/oauth/authentication.ts';
import { AuthorizationResponses, type DeliverResponse } from '../core/oauth/authorizationResponses.ts';
import type { NetworkPorts } from '../core/oauth/oauthFetch.ts';
import { PendingAuthorizations } from '../core/oauth/pendingAuthorizations.ts';
import { createWorkloadIdentities } from '../core/oauth/workloadIdentity.ts';
import type { Redactor } from '../core/redaction.ts';
import { Authenticator } from '../core/session/authenticator.ts';
import { PendingStore } from '../core/session/pendingStore.ts';
import type { RegistrationStore } from '../core/session/registrationStore.ts';
import { SignInResumption } from '../core/session/resumption.ts';
import type { SecretStorage } from '../core/session/secretStorage.ts';
import type { SessionLocks } from '../core/session/sessionLocks.ts';
import type { SessionStore } from '../core/session/sessionStore.ts';
import { UserIdentityProvider } from '../core/session/userIdentityProvider.ts';
import type { WindowGroup } from '../core/windows/windowGroup.ts';
import { createPasteRedirect } from '../node/pasteRedirect.ts';
import { readTokenFile } from '../node/readTokenFile.ts';
import { configuredClientMetadataUrl } from './clientMetadataUrl.ts';
import { configuredIdentityProvider, configuredWorkloadIdentities } from './identitySettings.ts';
import { createLoopbackRedirect } from './loopbackRedirect.ts';
import { personPrompt } from './personPrompt.ts';
import { questionsInTurn } from './questionsInTurn.ts';
import { createUriHandlerRedirect } from './redirectUri.ts';
import { signInWayPrompt } from './signInWayPrompt.ts';
import { workspaceIdentity } from './workspaceIdentity.ts';

/** What signing in is put together from. */
export interface SignInSurroundings extends NetworkPorts {
  readonly extensionId: string;
  readonly browser: Browser;
  readonly secrets: SecretStorage;
  readonly locks: SessionLocks;
  readonly windows: WindowGroup;
  readonly redactor: Redactor;
  readonly sessions: SessionStore;
  readonly registrations: RegistrationStore;
}

/** All that takes part in signing in. */
export interface SignInParts extends Pick<AuthenticationPorts, 'workloads'> {
  readonly identityProvider: UserIdentityProvider;
  readonly authenticator: Authenticator;
  /** Takes what browsers bring back, and what other windows offer. */
  readonly responses: AuthorizationResponses;
  readonly resumption: SignInResumption;
}

/** Puts together what signs in at servers, from the ways out to the browser to the ways back. */
export function createSignInParts(surroundings: SignInSurroundings): SignInParts {
  const { extensionId, windows, redactor, sessions, log } = surroundings;
  const pending = new PendingAuthorizations();
  const workspace = workspaceIdentity;
  const records = new PendingStore({ ...surroundings, window: { id: windows.self.id, workspace } });
  const deliver: DeliverResponse = (response) => responses.deliver(response);
  const signIn = {
    ...surroundings,
    pending,
    records,
    redirects: {
      uriHandler: createUriHandlerRedirect(extensionId),
      loopback: createLoopbackRedirect(deliver, log),
      paste: createPasteRedirect(deliver, log),
    },
    prompt: questionsInTurn({ ...personPrompt, ...signInWayPrompt }),
    clientMetadataUrl: configuredClientMetadataUrl,
  };
  const identityProvider = new UserIdentityProvider({ ...signIn, settings: configuredIdentityProvider });
  const workloads = createWorkloadIdentities({
    setting: configuredWorkloadIdentities,
    readFile: readTokenFile,
    environment: process.env,
    redactor,
  });
  const authenticator = new Authenticator({ ...signIn, identityProvider, workloads }, sessions);
  const responses = new AuthorizationResponses({
    pending,
    windows,
    records,
    log,
    finish: (record, response) => authenticator.finish(record, response),
  });
  const resumption = new SignInResumption({ records, windows, authenticator, workspace });
  return { identityProvider, workloads, authenticator, responses, resumption };
}
