import { isUsualHeader } from '../credential/knownServices.ts';
import type { TokenStore } from '../credential/tokenStore.ts';
import type { WindowGroup } from '../windows/windowGroup.ts';
import { isRefreshable } from './freshness.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './sessionStore.ts';

/** What is stored, as far as somebody who helps the user may see it: no secret, no name, no path of a server. */
export interface SupportReport {
  readonly version: 1;
  /** When it was made. Times are ISO 8601. */
  readonly at: string;
  readonly sessions: readonly SupportSession[];
  /** Tokens that were entered by hand: how many go in which header. What the person has named is `other`. */
  readonly tokens: readonly { readonly headerName: string; readonly count: number }[];
  /** Records that cannot be read; they are kept. */
  readonly unreadable: readonly { readonly key: string; readonly reason: string }[];
  readonly windows: { readonly others: number; readonly isHolder: boolean; readonly since: string };
}

/** One session in a {@link SupportReport}. */
export interface SupportSession {
  /** Paths and queries may hold secrets. */
  readonly serverHost: string;
  readonly issuer: string;
  /** Which of the server's accounts, counted from 1. */
  readonly account: number;
  readonly clientOrigin: Session['client']['origin'];
  readonly tokenEndpointAuthMethod: string;
  readonly grant: string;
  readonly scopes: string | undefined;
  readonly isBound: boolean;
  readonly isRefreshable: boolean;
  /** Whether it could not be written yet. */
  readonly isUnsaved: boolean;
  readonly createdAt: string;
  readonly receivedAt: string;
  readonly expiresAt: string | undefined;
  readonly refreshRejectedAt: string | undefined;
}

/** What the report is made from. */
export interface SupportPorts {
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly windows: WindowGroup;
}

/** Says what is stored, at a time in milliseconds. @see SupportReport */
export function createSupportReport({ sessions, tokens, windows }: SupportPorts, now: number): SupportReport {
  const { unsaved } = sessions;
  const isUnsaved = ({ serverUrl, account }: Session) =>
    unsaved.some((ref) => ref.serverUrl === serverUrl && ref.accountId === account.id);
  return {
    version: 1,
    at: time(now),
    sessions: sessions.all.map((session) => ({
      ...described(session),
      account: sessions.accounts(session.serverUrl).indexOf(session) + 1,
      isUnsaved: isUnsaved(session),
    })),
    tokens: counted(tokens),
    unreadable: [...sessions.unreadable, ...tokens.unreadable],
    windows: {
      others: windows.others.length,
      isHolder: windows.isHolder,
      since: time(windows.self.startedAt),
    },
  };
}

function described(session: Session): Omit<SupportSession, 'account' | 'isUnsaved'> {
  const { client, tokens, refreshRejectedAt } = session;
  return {
    serverHost: new URL(session.serverUrl).host,
    issuer: session.authorizationServer.issuer,
    clientOrigin: client.origin,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
    grant: session.grant ?? 'authorizationCode',
    scopes: tokens.scope ?? session.requestedScope,
    isBound: session.dpop !== undefined,
    isRefreshable: isRefreshable(session),
    createdAt: time(session.createdAt),
    receivedAt: time(tokens.receivedAt),
    expiresAt: tokens.expiresAt === undefined ? undefined : time(tokens.expiresAt),
    refreshRejectedAt: refreshRejectedAt === undefined ? undefined : time(refreshRejectedAt),
  };
}

function counted({ all }: TokenStore): SupportReport['tokens'] {
  const counts = new Map<string, number>();
  for (const { headerName } of all) {
    const name = isUsualHeader(headerName) ? headerName : 'other';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([headerName, count]) => ({ headerName, count }));
}

/** Of milliseconds since the epoch, which a stored record may have any number as. */
function time(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
