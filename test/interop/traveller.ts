import assert from 'node:assert/strict';
import { type ConnectionReport, testConnection } from '../../src/core/connection/testConnection.ts';
import type { Session } from '../../src/core/session/session.ts';
import { type RevocationOutcome, signOut } from '../../src/core/session/signOut.ts';
import type { Assembly, SignInOptions } from '../support/authenticationPorts.ts';

/** Somebody who uses the product at one MCP server. */
export class Traveller {
  readonly #assembly: Assembly;
  readonly #mcpUrl: string;
  readonly #options: SignInOptions;

  constructor(assembly: Assembly, mcpUrl: string, options: SignInOptions = {}) {
    this.#assembly = assembly;
    this.#mcpUrl = mcpUrl;
    this.#options = options;
  }

  get session(): Session {
    const session = this.#assembly.sessions.get(this.#mcpUrl);
    assert.ok(session, 'there is no session');
    return session;
  }

  /** Signs in, with a session that is then the stored one. */
  async signIn(): Promise<Session> {
    const session = await this.#assembly.signIn(this.#mcpUrl, this.#options);
    assert.deepEqual(this.session, session);
    return session;
  }

  connect(): Promise<ConnectionReport> {
    const target = { serverUrl: new URL(this.#mcpUrl), transport: 'http' as const };
    return testConnection(
      target,
      { ...this.#assembly.ports, refresher: this.#assembly.refresher },
      new AbortController().signal,
    );
  }

  /** Lets the access token expire by the clock of the product, which then has to refresh to connect. */
  async connectAfterExpiry(): Promise<Session> {
    const { accessToken, expiresAt } = this.session.tokens;
    assert.ok(expiresAt !== undefined, 'the access token does not expire');
    this.#assembly.clock.advance(expiresAt - this.#assembly.clock.now());
    await this.connect();
    assert.notEqual(this.session.tokens.accessToken, accessToken);
    return this.session;
  }

  /** Three times {@link connectAfterExpiry}. Every refresh token that there was, the first one's included. */
  async refreshThreeTimes(): Promise<readonly string[]> {
    const refreshTokens = [refreshTokenOf(this.session)];
    for (let refreshes = 0; refreshes < 3; refreshes++) {
      refreshTokens.push(refreshTokenOf(await this.connectAfterExpiry()));
    }
    return refreshTokens;
  }

  /** Ends the session. */
  signOut(): Promise<RevocationOutcome> {
    const { ports, sessions } = this.#assembly;
    return signOut(this.#mcpUrl, { ...ports, sessions }, new AbortController().signal);
  }

  /** Asserts that neither token of a session that has ended is good for anything. */
  async assertRevoked(ended: Session): Promise<void> {
    assert.equal(this.#assembly.sessions.get(this.#mcpUrl), undefined);
    const { accessToken } = ended.tokens;
    const response = await fetch(this.#mcpUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
    });
    await response.body?.cancel();
    assert.equal(response.status, 401);
    await this.#assembly.sessions.put(ended);
    await assert.rejects(this.#assembly.refresher.refresh(this.#mcpUrl), { code: 'session_expired' });
  }

  /** Signs in, out and in again, as the same client. Asserts that it was registered once, if at a path. */
  async signInTwice(registrationPath?: string): Promise<void> {
    const { sent, opened } = this.#assembly;
    const first = await this.signIn();
    await this.signOut();
    const second = await this.signIn();
    assert.notEqual(second.tokens.accessToken, first.tokens.accessToken);
    assert.equal(second.client.clientId, first.client.clientId);
    assert.equal(opened.length, 2);
    if (registrationPath !== undefined) {
      const registrations = sent.filter((url) => new URL(url).pathname === registrationPath);
      assert.equal(registrations.length, 1);
    }
    await this.connect();
  }
}

function refreshTokenOf({ tokens }: Session): string {
  assert.ok(tokens.refreshToken !== undefined, 'there is no refresh token');
  return tokens.refreshToken;
}
