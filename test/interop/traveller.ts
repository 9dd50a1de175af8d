import assert from 'node:assert/strict';
import { createAuthorizedFetch } from '../../src/core/connection/authorizedFetch.ts';
import { type ConnectionReport, diagnose } from '../../src/core/connection/diagnose.ts';
import { openConversation } from '../../src/core/connection/mcpConversation.ts';
import { withStepUp } from '../../src/core/connection/stepUp.ts';
import type { RevocationOutcome } from '../../src/core/session/revokeSession.ts';
import { type Session, stepUpScope } from '../../src/core/session/session.ts';
import { signOut } from '../../src/core/session/signOut.ts';
import type { Assembly, SignInOptions } from '../support/authenticationPorts.ts';
import { writingTool } from './mcpEndpoint.ts';

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
    const target = { serverUrl: new URL(this.#mcpUrl), transport: this.#options.transport ?? 'http' };
    return diagnose(
      target,
      { kind: 'session' },
      {
        ...this.#assembly.ports,
        refresher: this.#assembly.refresher,
        signal: new AbortController().signal,
      },
    );
  }

  /** Calls a tool, as often as it takes to obtain the scopes that the server wants for it. */
  async callTool(name: string): Promise<unknown> {
    const { ports, refresher } = this.#assembly;
    const serverUrl = new URL(this.#mcpUrl);
    const call = async () => {
      const conversation = await openConversation(
        serverUrl,
        createAuthorizedFetch(serverUrl, { ...ports, refresher }),
      );
      return await conversation.request('tools/call', { name, arguments: {} });
    };
    return await withStepUp(call, async ({ scope }) => {
      const additionalScope = stepUpScope(this.session, scope);
      await this.#assembly.signIn(this.#mcpUrl, { ...this.#options, additionalScope });
    });
  }

  /**
   * Signs in, and calls the tool that takes more than the scopes of before. Asserts that this took one more
   * visit to the browser, which asked for all scopes of both, and takes none the second time.
   */
  async stepUp(before: string, after: string): Promise<Session> {
    const { opened } = this.#assembly;
    await this.signIn();
    const written = { content: [{ type: 'text', text: 'written' }] };
    assert.deepEqual(await this.callTool(writingTool), written);
    assert.deepEqual(
      opened.map(({ searchParams }) => searchParams.get('scope')),
      [before, after],
    );
    assert.deepEqual(await this.callTool(writingTool), written);
    assert.equal(opened.length, 2);
    return this.session;
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
    return signOut({ serverUrl: this.#mcpUrl }, { ...ports, sessions }, new AbortController().signal);
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
