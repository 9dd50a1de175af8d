import { createDeadline } from '../clock.ts';
import { AuthError, throwIfAborted } from '../errors.ts';
import type { Identity, IdentityProvider, IdentityRequest } from '../oauth/identityProvider.ts';
import { createOAuthFetch, type NetworkPorts } from '../oauth/oauthFetch.ts';
import { refreshIdentity } from '../oauth/openIdRefresh.ts';
import {
  type IdentityProviderSettings,
  type OpenIdSignInPorts,
  signInAtIdentityProvider,
} from '../oauth/openIdSignIn.ts';
import { revokeTokens } from '../oauth/revocation.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import { awaitTurn } from '../turn.ts';
import { IdentityStore, type StoredIdentity } from './identityStore.ts';
import type { SecretStorage } from './secretStorage.ts';

/** What it needs. */
export interface UserIdentityPorts extends OpenIdSignInPorts {
  readonly secrets: SecretStorage;
  /** The user's own settings; `undefined` where they name no identity provider. */
  readonly settings: () => IdentityProviderSettings | undefined;
}

/** An ID token that is good for less than this, in milliseconds, is replaced before it is used. */
const margin = 60_000;

/** How long a renewal waits for a sign-in that is under way, in milliseconds. */
const longestTurn = 30_000;

/**
 * The user's identity provider by their settings. Signed in to once; the second server needs no browser. One
 * request for an identity runs at a time, so that nobody is shown two pages, nor a refresh token used twice.
 */
export class UserIdentityProvider implements IdentityProvider {
  readonly #ports: UserIdentityPorts;
  readonly #store: IdentityStore;
  /** Settles when everything asked for so far has ended. */
  #last: Promise<unknown> = Promise.resolve();
  #isClientRejected = false;
  /** How often the person has signed out. */
  #signOuts = 0;

  constructor(ports: UserIdentityPorts) {
    this.#ports = ports;
    this.#store = new IdentityStore(ports);
  }

  get network(): NetworkPorts {
    return this.#ports;
  }

  get isClientRejected(): boolean {
    return this.#isClientRejected;
  }

  rejectClient(): void {
    this.#isClientRejected = true;
  }

  issuer(): string {
    return this.#settings().issuer;
  }

  async identity(request: IdentityRequest): Promise<Identity> {
    const settings = this.#settings();
    const stored = await this.#store.find(settings);
    if (stored && this.#isUsable(stored, request)) {
      return stored;
    }
    const before = this.#last;
    const work = this.#turn(before, request).then(() => this.#obtain(settings, request));
    this.#last = Promise.allSettled([before, work]);
    return await work;
  }

  /**
   * Ends the sign-in: revokes it where the identity provider offers that, then forgets it. Sessions at servers last
   * until their access tokens expire.
   *
   * @returns whether there was one
   * @throws AuthError `invalid_setting`, `storage`
   */
  async signOut(signal: AbortSignal): Promise<boolean> {
    const settings = this.#settings();
    const stored = await this.#store.find(settings);
    if (!stored) {
      return false;
    }
    const { authority, refreshToken } = stored;
    try {
      await revokeTokens(authority, { refreshToken }, createOAuthFetch(this.#ports, signal));
    } catch (error) {
      throwIfAborted(signal);
      this.#ports.log.warn('The sign-in at the identity provider could not be revoked', { reason: error });
    }
    await this.#store.delete(settings);
    this.#signOuts++;
    return true;
  }

  /** Whoever renews a session does not wait for a person at a page as long as that person may take. */
  async #turn(before: Promise<unknown>, { interaction, signal }: IdentityRequest): Promise<void> {
    if (interaction) {
      await awaitTurn(before, signal);
      return;
    }
    const deadline = createDeadline(this.#ports.clock, longestTurn, {
      signal,
      sentence: 'Your identity provider waits for you to finish signing in.',
    });
    try {
      await awaitTurn(before, deadline.signal);
    } finally {
      deadline.dispose();
    }
  }

  async #obtain(settings: IdentityProviderSettings, request: IdentityRequest): Promise<Identity> {
    // Whoever had the turn before may have obtained one.
    const stored = await this.#store.find(settings);
    if (stored && this.#isUsable(stored, request)) {
      return stored;
    }
    const { interaction } = request;
    const renewed =
      stored && !this.#mustAskForSecret(request)
        ? await this.#renew(settings, { stored, request })
        : undefined;
    if (renewed && !(renewed instanceof AuthError)) {
      return renewed;
    }
    if (!interaction) {
      throw whyNotRenewed(settings, renewed);
    }
    const askForSecret = this.#mustAskForSecret(request);
    const identity = await signInAtIdentityProvider(
      settings,
      { ...interaction, askForSecret },
      this.#ports,
    ).catch((error) => this.#refused(error));
    this.#isClientRejected = false;
    await this.#store.keep(settings, identity);
    return identity;
  }

  #isUsable({ idToken, expiresAt }: StoredIdentity, request: IdentityRequest): boolean {
    const isFresh = expiresAt - margin > this.#ports.clock.now();
    return isFresh && idToken !== request.rejected && !this.#mustAskForSecret(request);
  }

  #mustAskForSecret({ interaction }: IdentityRequest): boolean {
    return interaction?.askForSecret === true && this.#isClientRejected;
  }

  #refused(error: unknown): never {
    if (error instanceof AuthError && error.code === 'client_rejected') {
      this.rejectClient();
    }
    throw error;
  }

  /** @returns as `refreshIdentity` does */
  async #renew(
    settings: IdentityProviderSettings,
    { stored, request }: { readonly stored: StoredIdentity; readonly request: IdentityRequest },
  ): Promise<AuthError | StoredIdentity> {
    const signOuts = this.#signOuts;
    const refreshed = await refreshIdentity(stored, createOAuthFetch(this.#ports, request.signal));
    if (refreshed instanceof AuthError) {
      this.#ports.log.info('The sign-in at the identity provider is not refreshed', { reason: refreshed });
      // Another window may have been faster with the same refresh token.
      const newer = await this.#store.find(settings);
      return newer && this.#isUsable(newer, request) ? newer : refreshed;
    }
    if (signOuts !== this.#signOuts) {
      throw new AuthError('session_expired', 'You signed out of your identity provider meanwhile.');
    }
    await this.#store.keep(settings, refreshed);
    return refreshed;
  }

  #settings(): IdentityProviderSettings {
    const settings = this.#ports.settings();
    if (!settings) {
      throw new AuthError(
        'invalid_setting',
        'Your settings name no identity provider: enter "mcpAuth.identityProvider.issuer" and "mcpAuth.identityProvider.clientId".',
      );
    }
    assertIssuerSetting(settings.issuer);
    return settings;
  }
}

/** An answer that cannot be read does not end the sign-in, nor the session that was to be renewed. */
function whyNotRenewed({ issuer }: IdentityProviderSettings, reason: AuthError | undefined): AuthError {
  if (reason?.code === 'invalid_response') {
    return reason;
  }
  const sentence = `Your sign-in at ${new URL(issuer).host} has expired. Authenticate again.`;
  return new AuthError('session_expired', sentence, { cause: reason });
}

function assertIssuerSetting(issuer: string): void {
  const what = 'The setting "mcpAuth.identityProvider.issuer"';
  if (!URL.canParse(issuer)) {
    throw new AuthError('invalid_setting', `${what} is not a URL.`);
  }
  try {
    assertSecureUrl(new URL(issuer), what);
  } catch (error) {
    throw new AuthError('invalid_setting', error instanceof AuthError ? error.message : `${what} is wrong.`);
  }
}
