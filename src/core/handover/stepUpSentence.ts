import { quote, quoteUnlessPlain } from '../quote.ts';

const shownScopes = 5;
const scopeLimit = 60;

/**
 * The question for more scopes, which a server may write anything into.
 *
 * @param scope space-separated, where the server says what it wants
 */
export function stepUpSentence(serverName: string, scope: string | undefined): string {
  const question = `${quote(serverName)} wants more permissions for what an agent is doing`;
  const scopes = (scope ?? '').split(' ').filter((one) => one !== '');
  if (scopes.length === 0) {
    return `${question}.`;
  }
  const shown = scopes.slice(0, shownScopes).map(shownScope).join(', ');
  const others = scopes.length - shownScopes;
  return `${question}: ${shown}${others > 0 ? `, and ${others} more` : ''}.`;
}

function shownScope(scope: string): string {
  return quoteUnlessPlain(scope.length > scopeLimit ? `${scope.slice(0, scopeLimit)}…` : scope);
}
