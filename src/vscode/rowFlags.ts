import type { ServerSnapshot } from '../core/inventory.ts';
import { type PersonsWay, personsWays } from '../core/oauth/grant.ts';
import { awaitedIn, type Waiting } from '../core/oauth/waiting.ts';
import type { ServerState } from '../core/session/serverState.ts';

const awaited = { response: 'awaitsResponse', device: 'awaitsDevice' } as const satisfies Readonly<
  Record<Waiting['kind'], string>
>;

/** What the `when` clauses of package.json tell servers apart by. */
export type RowFlag =
  | ServerState['kind']
  | PersonsWay
  | (typeof awaited)[keyof typeof awaited]
  /** Has a session, whatever its state. */
  | 'session';

/** The flags of a server: its state first, `session` last. */
export function rowFlags({ definition, state, session }: ServerSnapshot): readonly RowFlag[] {
  const waiting = state.kind === 'authenticating' ? awaitedIn(state.step) : undefined;
  return [
    state.kind,
    ...(definition.kind === 'remote' ? personsWays(definition.oauth) : []),
    ...(waiting === undefined ? [] : [awaited[waiting]]),
    ...(session ? (['session'] as const) : []),
  ];
}

/** The flags as `viewItem`, for example `server:needsAuthentication:browser:deviceCode`. */
export function rowContext(server: ServerSnapshot): string {
  return ['server', ...rowFlags(server)].join(':');
}
