import { workspace } from 'vscode';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { AccountWish } from '../core/session/account.ts';
import type { AuthenticationTarget } from '../core/session/authenticator.ts';
import type { RunningAuthentication } from '../core/session/runningAuthentication.ts';
import { stepUpScope } from '../core/session/session.ts';
import type { CommandPorts } from './commands.ts';
import { toOAuthTarget } from './oauthTarget.ts';

/** What may be wanted of an authentication beyond its server. */
export type AuthenticationOptions = Pick<
  AuthenticationTarget,
  'account' | 'askForScopes' | 'askForSecret' | 'grant' | 'redirectKind'
>;

/**
 * Starts an authentication at a server, or joins the one that is under way there.
 *
 * @throws AuthError as {@link toOAuthTarget} does
 */
export function startAuthentication(
  server: ServerSnapshot,
  options: AuthenticationOptions,
  ports: CommandPorts,
): RunningAuthentication {
  const target = toOAuthTarget(server);
  const additionalScope = demandedScope(target.canonicalUrl, options.account, ports);
  const askForScopes = options.askForScopes ?? isAskingForScopes();
  return ports.authenticator.start({ ...target, ...options, additionalScope, askForScopes });
}

/** What a session asked for and what its server then wanted, where it does: signing in again asks for both. */
function demandedScope(
  canonicalUrl: string,
  account: AccountWish | undefined,
  { sessions, demands }: CommandPorts,
): string | undefined {
  if (account?.kind === 'another') {
    return undefined;
  }
  const session = sessions.get(canonicalUrl, account?.id);
  const demand = session && demands.of(session);
  return demand && stepUpScope(session, demand.scope);
}

function isAskingForScopes(): boolean {
  return workspace.getConfiguration('mcpAuth').get('askForScopes') === true;
}
