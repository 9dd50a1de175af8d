import { ThemeColor, ThemeIcon } from 'vscode';
import type { ServerState } from '../core/session/serverState.ts';

/** The codicon of a state, in a colour of the theme. */
export function stateIcon(state: ServerState): ThemeIcon {
  if ('isRejected' in state && state.isRejected) {
    return warning();
  }
  switch (state.kind) {
    case 'authenticated':
      return new ThemeIcon('pass-filled', new ThemeColor('testing.iconPassed'));
    case 'noAuthenticationNeeded':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'needsAuthentication':
      return new ThemeIcon('circle-large-outline');
    case 'unknown':
      return new ThemeIcon('question');
    case 'authenticating':
    case 'refreshing':
      return new ThemeIcon('loading~spin');
    case 'expired':
    case 'helperFailed':
    case 'missingVariable':
    case 'needsScopes':
      return warning();
    case 'unreachable':
      return new ThemeIcon('debug-disconnect', new ThemeColor('list.warningForeground'));
    case 'shadowed':
      return new ThemeIcon('eye-closed');
    case 'invalid':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'asksInput':
    case 'savedToken':
    case 'staticHeader':
    case 'headersOnly':
      return new ThemeIcon('key');
    case 'headersHelper':
      return new ThemeIcon('gear');
    case 'stdio':
      return new ThemeIcon('terminal');
  }
}

function warning(): ThemeIcon {
  return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
}
