import { AuthError, throwIfAborted } from '../errors.ts';
import type { AuthenticationRequest } from './authentication.ts';
import type { Discovered } from './discovery.ts';
import { selectScope, unionScopes } from './scope.ts';
import { type ScopePrompt, scopeChoices } from './scopeChoices.ts';

/** The scopes of one sign-in, space-separated; `undefined` for none. */
export interface ChosenScopes {
  /** What to ask for now. */
  readonly requested: string | undefined;
  /** What to register a client for: whoever chooses less today may choose more with the same client. */
  readonly registered: string | undefined;
}

/**
 * The scopes to ask for (B7): those that the definition and the servers lead to, or the person's choice among
 * all that there are, if it was asked for. Where nobody names a scope, there is nothing to ask.
 *
 * @throws AuthError `cancelled`
 */
export async function chooseScope(
  discovered: Discovered,
  { oauth, additionalScope, askForScopes, signal, onStep }: AuthenticationRequest,
  { prompt }: { readonly prompt: ScopePrompt },
): Promise<ChosenScopes> {
  const context = { configured: oauth?.scopes, additional: additionalScope };
  const usual = unionScopes(selectScope(context.configured, discovered), context.additional);
  const choices = askForScopes ? scopeChoices(discovered, context) : [];
  if (choices.length === 0) {
    return { requested: usual, registered: usual };
  }
  onStep('choosingScopes');
  const { issuer } = discovered.authorizationServer;
  const chosen = await prompt.askScopes({ issuer, choices }, signal);
  throwIfAborted(signal);
  if (chosen === undefined) {
    throw new AuthError('cancelled', 'No scopes were chosen.');
  }
  const requested = unionScopes(chosen.join(' '), undefined);
  return { requested, registered: unionScopes(usual, requested) };
}
