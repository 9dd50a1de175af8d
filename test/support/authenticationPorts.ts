import type { OAuthConfiguration } from '../../src/core/config/serverDefinition.ts';
import { Log } from '../../src/core/log.ts';
import { isLoopbackHost } from '../../src/core/network.ts';
import type { AuthenticationPorts } from '../../src/core/oauth/authentication.ts';
import { AuthorizationResponses } from '../../src/core/oauth/authorizationResponses.ts';
import type { Fetch } from '../../src/core/oauth/oauthFetch.ts';
import type { IdentityProviderSettings, OpenIdSignInPorts } from '../../src/core/oauth/openIdSignIn.ts';
import { PendingAuthorizations } from '../../src/core/oauth/pendingAuthorizations.ts';
import type { RedirectKind, RedirectReceiver } from '../../src/core/oauth/redirect.ts';
import {
  createWorkloadIdentities,
  type WorkloadIdentityPorts,
} from '../../src/core/oauth/workloadIdentity.ts';
import { Redactor } from '../../src/core/redaction.ts';
import type { AccountWish } from '../../src/core/session/account.ts';
import { AccountChoices } from '../../src/core/session/accountChoices.ts';
import { Authenticator } from '../../src/core/session/authenticator.ts';
import { PendingStore } from '../../src/core/session/pendingStore.ts';
import { SessionRefresher } from '../../src/core/session/refresh.ts';
import { RegistrationStore } from '../../src/core/session/registrationStore.ts';
import { SignInResumption } from '../../src/core/session/resumption.ts';
import type { Session } from '../../src/core/session/session.ts';
import { SessionStore } from '../../src/core/session/sessionStore.ts';
import { UserIdentityProvider } from '../../src/core/session/userIdentityProvider.ts';
import { WindowLocks } from '../../src/core/session/windowLocks.ts';
import { FakeClock } from './fakeClock.ts';
import type { FakeSecretStorage } from './fakeSecretStorage.ts';
import { FakeWorkspaceMemory } from './fakeWorkspaceMemory.ts';
import { Machine } from './machine.ts';

/**
 * Does what the person's browser does with the sign-in page. A URL as the result is the redirect, whose query
 * is delivered; a boolean is what `open` returns.
 */
export type BrowserScript = (url: URL, signal: AbortSignal) => Promise<URL | boolean>;

export interface AssemblyOptions {
  readonly browser?: BrowserScript;
  readonly redirectUri?: string;
  /** Questions without an answer here fail the test. */
  readonly prompt?: Partial<AuthenticationPorts['prompt']>;
  /** The user's identity provider; by default they have none. */
  readonly identityProvider?: IdentityProviderSettings;
  /** The user's workload identities, and what they read. */
  readonly workloads?: Partial<WorkloadIdentityPorts>;
  /** The address of a client ID metadata document. */
  readonly clientMetadataUrl?: string | undefined;
  readonly secrets?: FakeSecretStorage;
  /** What this window shares with others; by default it is the only one. */
  readonly machine?: Machine;
  /** What the window has open; `undefined` is what nobody trusts. */
  readonly workspace?: string | undefined;
  /** How a redirect URI is listened at again after a reload; by default that takes nothing. */
  readonly reopen?: RedirectReceiver['reopen'];
  /** Instead of the real one, which refuses to leave this machine. */
  readonly fetch?: Fetch;
}

/** Everything that authenticating takes, real but for clock, keyring, browser and dialogs. */
export interface Assembly {
  readonly ports: AuthenticationPorts;
  readonly clock: FakeClock;
  readonly secrets: FakeSecretStorage;
  readonly sessions: SessionStore;
  readonly authenticator: Authenticator;
  readonly refresher: SessionRefresher;
  /** Takes what browsers bring back. */
  readonly responses: AuthorizationResponses;
  readonly resumption: SignInResumption;
  /** Every line of the log, of every level, as it was written. */
  readonly lines: readonly string[];
  /** Every URL that a request was sent to, in order. */
  readonly sent: readonly string[];
  /** Every page that the browser was told to open, in order. */
  readonly opened: readonly URL[];
  /** The redirect URIs that are listened at: none, once a sign-in has ended. */
  readonly openRedirects: ReadonlySet<string>;
  /** How many records of sign-ins are in the storage that this window waits for: none, once they have ended. */
  recordCount(): number;
  /** Authenticates at a server from beginning to end. */
  signIn(serverUrl: string, options?: SignInOptions): Promise<Session>;
  /** Closes the window, also for a reload. */
  close(): void;
}

export interface SignInOptions extends OAuthConfiguration {
  readonly account?: AccountWish;
  readonly askForSecret?: boolean;
  readonly askForScopes?: boolean;
  readonly additionalScope?: string | undefined;
  readonly redirectKind?: RedirectKind;
  readonly transport?: 'http' | 'sse';
}

/** Nothing listens there: redirects are delivered by hand. */
export const redirectUri = 'http://127.0.0.1:4711/callback';

export function assemble(options: AssemblyOptions = {}): Assembly {
  const { browser: script = followRedirect, prompt = {}, machine = new Machine(options.secrets) } = options;
  const { secrets, locks } = machine;
  const clock = new FakeClock();
  const lines: string[] = [];
  const sent: string[] = [];
  const opened: URL[] = [];
  const openRedirects = new Set<string>();
  const redactor = new Redactor();
  const log = new Log((level, line) => lines.push(`${level} ${line}`), redactor);
  const pending = new PendingAuthorizations();
  const windows = machine.open((query) => responses.accept(query));
  let windowId = windows.self.id;
  const workspace = () => ('workspace' in options ? options.workspace : 'the workspace');
  const records = new PendingStore({
    ...{ secrets, locks, clock, log, redactor },
    window: { id: windowId, workspace },
  });
  const registrations = new RegistrationStore(secrets, log);
  const choices = new AccountChoices(new FakeWorkspaceMemory());
  const sessions = new SessionStore({ secrets, log, redactor, choices });
  const reopen = options.reopen ? { reopen: options.reopen } : {};
  const network = { fetch: options.fetch ?? loopbackFetch(sent), clock, log };
  const signIn: OpenIdSignInPorts = {
    ...network,
    browser: {
      async open(url, signal) {
        opened.push(url);
        const result = await script(url, signal);
        if (typeof result === 'boolean') {
          return result;
        }
        await responses.deliver(result.searchParams);
        return true;
      },
    },
    redirects: {
      uriHandler: { open: async () => openRedirect(options.redirectUri ?? redirectUri), ...reopen },
      paste: { open: async ({ fixed }) => openLoopback(fixed ?? 4713), ...reopen },
      loopback: { open: async ({ fixed }) => openLoopback(fixed ?? 4712), ...reopen },
    },
    pending,
    records,
    prompt: {
      askClientId: unexpectedQuestion,
      askClientSecret: unexpectedQuestion,
      askPrivateKey: unexpectedQuestion,
      askApproveGrant: unexpectedQuestion,
      askScopes: unexpectedQuestion,
      askWaivePkce: unexpectedQuestion,
      askBrowserlessWay: unexpectedQuestion,
      ...prompt,
    },
    registrations,
    locks: new WindowLocks(),
    redactor,
    clientMetadataUrl: () => options.clientMetadataUrl,
  };
  const workloads = createWorkloadIdentities({
    setting: () => undefined,
    readFile: unexpectedQuestion,
    environment: {},
    redactor,
    ...options.workloads,
  });
  const settings = () => options.identityProvider;
  const identityProvider = new UserIdentityProvider({ ...signIn, secrets, settings });
  const ports: AuthenticationPorts = { ...signIn, identityProvider, workloads };
  const openRedirect = (uri: string) => {
    openRedirects.add(uri);
    return { redirectUri: uri, dispose: () => void openRedirects.delete(uri) };
  };
  const openLoopback = (localPort: number) => ({
    ...openRedirect(`http://localhost:${localPort}/callback`),
    localPort,
  });
  const authenticator = new Authenticator(ports, sessions);
  const finish: Authenticator['finish'] = (record, response) => authenticator.finish(record, response);
  const responses = new AuthorizationResponses({ pending, windows, records, log, finish });
  const resumption = new SignInResumption({ records, windows, authenticator, workspace });
  return {
    ports,
    clock,
    secrets,
    sessions,
    authenticator,
    refresher: new SessionRefresher({ ...ports, sessions }),
    responses,
    resumption,
    lines,
    sent,
    opened,
    openRedirects,
    signIn: (serverUrl, options = {}) => {
      const { account, askForSecret, askForScopes, additionalScope, redirectKind, transport, ...oauth } =
        options;
      return authenticator.start({
        serverUrl: new URL(serverUrl),
        transport: transport ?? 'http',
        oauth,
        account,
        askForSecret,
        askForScopes,
        additionalScope,
        redirectKind,
      }).result;
    },
    recordCount: () =>
      [...secrets.values].filter(([key, text]) => key.startsWith('pending:') && text.includes(windowId))
        .length,
    close() {
      windowId = 'a closed window';
      for (const part of [resumption, authenticator, sessions, windows]) {
        part.dispose();
      }
    },
  };
}

/** For authorization servers that redirect at once, as nobody has to be asked. */
export async function followRedirect(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '');
}

/** The real `fetch`, with a list of what it was asked for; leaving this machine is unexpected. */
function loopbackFetch(sent: string[]): Fetch {
  return async (url, init) => {
    sent.push(url);
    if (!isLoopbackHost(new URL(url))) {
      throw new Error(`unexpected request to ${url}`);
    }
    return await fetch(url, init);
  };
}

async function unexpectedQuestion(question: unknown): Promise<never> {
  throw new Error(`unexpected question: ${JSON.stringify(question)}`);
}
