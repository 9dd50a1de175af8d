import { createHash, randomUUID } from 'node:crypto';

/** A refusal in the words of RFC 6749, section 5.2, or RFC 7591, section 3.2.2. */
export class Refusal extends Error {
  readonly error: string;
  readonly status: number;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}

/** What a person has allowed a client. */
export interface Grant {
  readonly id: string;
  readonly clientId: string;
  /** Space-separated; empty where nothing was asked for. */
  readonly scope: string;
  readonly resource: string | undefined;
}

interface Code extends Grant {
  readonly redirectUri: string;
  readonly challenge: string;
}

/**
 * What every authorization server has: clients, codes that are good for one use, tokens. And what it was asked,
 * in order, for tests to look at.
 */
export class Ledger {
  readonly registrations: Readonly<Record<string, unknown>>[] = [];
  readonly authorizations: URLSearchParams[] = [];
  readonly tokenRequests: URLSearchParams[] = [];
  readonly revocations: URLSearchParams[] = [];
  /** Redirect URIs by client ID. */
  readonly clients = new Map<string, readonly string[]>();
  readonly accessTokens = new Map<string, Grant>();
  readonly refreshTokens = new Map<string, Grant>();
  readonly #codes = new Map<string, Code>();

  /** The refreshes among the token requests. */
  get refreshes(): readonly URLSearchParams[] {
    return this.tokenRequests.filter((form) => form.get('grant_type') === 'refresh_token');
  }

  /** Registers a client for the redirect URIs that it asks for. */
  register(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const clientId = `client-${randomUUID()}`;
    this.clients.set(clientId, redirectUrisOf(metadata));
    return { ...metadata, client_id: clientId };
  }

  /** The redirect URI of a request, if its client may use it: else there is nobody to redirect to. */
  redirectUriOf(query: URLSearchParams): string | undefined {
    const redirectUri = query.get('redirect_uri') ?? '';
    return this.clients.get(query.get('client_id') ?? '')?.includes(redirectUri) ? redirectUri : undefined;
  }

  /** A code for what was asked for. */
  issueCode(query: URLSearchParams, code: string = randomUUID()): string {
    this.#codes.set(code, {
      id: randomUUID(),
      clientId: query.get('client_id') ?? '',
      scope: query.get('scope') ?? '',
      resource: query.get('resource') ?? undefined,
      redirectUri: query.get('redirect_uri') ?? '',
      challenge: query.get('code_challenge') ?? '',
    });
    return code;
  }

  /** @throws Refusal unless code, client, redirect URI and verifier belong together */
  redeem(form: URLSearchParams): Grant {
    const code = form.get('code') ?? '';
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (found?.clientId !== form.get('client_id') || found?.redirectUri !== form.get('redirect_uri')) {
      throw new Refusal('invalid_grant', 'The code is unknown, used, or of another client.');
    }
    if (found.challenge !== challenge) {
      throw new Refusal('invalid_grant', 'PKCE verification failed.');
    }
    return found;
  }

  /** Makes every access token worthless, as if its time had come. */
  expireAccessTokens(): void {
    this.accessTokens.clear();
  }

  /** Forgets all tokens of a grant. */
  forget(grantId: string): void {
    for (const tokens of [this.accessTokens, this.refreshTokens]) {
      for (const [token, { id }] of tokens) {
        if (id === grantId) {
          tokens.delete(token);
        }
      }
    }
  }
}

/** The redirect URIs in RFC 7591 metadata. */
export function redirectUrisOf({ redirect_uris: uris }: Readonly<Record<string, unknown>>): string[] {
  return Array.isArray(uris) ? uris.map(String) : [];
}
