import type { Clock } from '../../../src/core/clock.ts';

/** How long access tokens are good for, in milliseconds. */
export const accessTokenLife = 3_600_000;

/** One grant: all tokens that came from one sign-in. */
export interface Family {
  readonly accountId: string;
  /** Why no token of it is good any more. */
  end: 'reuse' | 'revocation' | undefined;
}

/** A pair of tokens. Each refresh token is good for one use. */
export interface IssuedTokens {
  readonly family: Family;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly uses: Use[];
  /** Whether the MCP server does not accept the access token, whatever its age. */
  isRejected: boolean;
}

/** What came of one use of a refresh token. */
export interface Use {
  /** `lost` when its answer, or who had it, has gone before the answer was written. */
  outcome: 'kept' | 'lost' | 'open';
}

/** What the token endpoint says to a refresh token. */
export type Presented =
  | { readonly tokens: IssuedTokens; readonly use: Use }
  | { readonly error: 'invalid_grant' };

/**
 * An authorization server's memory: refresh tokens rotate, and one that is used again ends the whole grant. With
 * `grace` it may be used once more, as many servers allow, since an answer may have been lost.
 */
export class RotatingTokens {
  readonly #clock: Clock;
  readonly #grace: boolean;
  readonly #issued: IssuedTokens[] = [];
  /** Whatever no client should ever do. */
  readonly violations: string[] = [];

  constructor(clock: Clock, grace: 'grace' | 'strict') {
    this.#clock = clock;
    this.#grace = grace === 'grace';
  }

  /** A sign-in by the browser. */
  signIn(accountId: string): IssuedTokens {
    return this.#issue({ accountId, end: undefined });
  }

  byRefreshToken(refreshToken: string | undefined): IssuedTokens | undefined {
    return this.#issued.find((tokens) => tokens.refreshToken === refreshToken);
  }

  byAccessToken(accessToken: string): IssuedTokens | undefined {
    return this.#issued.find((tokens) => tokens.accessToken === accessToken);
  }

  /** Whether the MCP server accepts an access token now. */
  accepts(accessToken: string): boolean {
    const tokens = this.byAccessToken(accessToken);
    return (
      tokens !== undefined &&
      tokens.family.end === undefined &&
      !tokens.isRejected &&
      tokens.expiresAt > this.#clock.now()
    );
  }

  /** A refresh. */
  present(refreshToken: string): Presented {
    const tokens = this.byRefreshToken(refreshToken);
    if (tokens === undefined) {
      this.violations.push('a refresh token that nobody issued');
      return { error: 'invalid_grant' };
    }
    const { family, uses } = tokens;
    if (family.end !== undefined) {
      return { error: 'invalid_grant' };
    }
    if (uses.some(({ outcome }) => outcome !== 'lost')) {
      this.violations.push(`${refreshToken} was used again, although its answer had arrived`);
    }
    if (uses.length > (this.#grace ? 1 : 0)) {
      family.end = 'reuse';
      return { error: 'invalid_grant' };
    }
    const use: Use = { outcome: 'open' };
    uses.push(use);
    return { tokens: this.#issue(family), use };
  }

  /** A revocation: it ends the grant. */
  revoke(token: string): void {
    const tokens = this.byRefreshToken(token) ?? this.byAccessToken(token);
    if (tokens === undefined) {
      this.violations.push('the revocation of a token that nobody issued');
      return;
    }
    if (tokens.uses.some(({ outcome }) => outcome !== 'lost')) {
      this.violations.push(`${token} was revoked, although there were newer tokens`);
    }
    tokens.family.end ??= 'revocation';
  }

  #issue(family: Family): IssuedTokens {
    const number = this.#issued.length + 1;
    const tokens: IssuedTokens = {
      family,
      accessToken: `access-token-${number}`,
      refreshToken: `refresh-token-${number}`,
      expiresAt: this.#clock.now() + accessTokenLife,
      uses: [],
      isRejected: false,
    };
    this.#issued.push(tokens);
    return tokens;
  }
}
