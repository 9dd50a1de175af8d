import type { ServerState } from '../core/session/serverState.ts';
import { type CommandId, commandIds } from './commandIds.ts';

/** The one thing that helps in a state, as the menu offers it. */
export interface NextAction {
  readonly title: string;
  readonly command: CommandId;
}

const authenticate: NextAction = { title: 'Authenticate', command: commandIds.authenticate };
const openDefinition: NextAction = { title: 'Open Definition', command: commandIds.openDefinition };
const testConnection: NextAction = { title: 'Test Connection', command: commandIds.testConnection };
const setToken: NextAction = { title: 'Set Token', command: commandIds.setToken };
const cancel: NextAction = { title: 'Cancel', command: commandIds.cancelAuthentication };

const actions: Readonly<Record<ServerState['kind'], NextAction>> = {
  invalid: openDefinition,
  stdio: openDefinition,
  missingVariable: openDefinition,
  asksInput: setToken,
  shadowed: openDefinition,
  staticHeader: testConnection,
  headersHelper: testConnection,
  helperFailed: testConnection,
  savedToken: testConnection,
  unreachable: testConnection,
  unknown: authenticate,
  headersOnly: openDefinition,
  authenticating: cancel,
  refreshing: testConnection,
  authenticated: testConnection,
  needsScopes: authenticate,
  expired: authenticate,
  needsAuthentication: authenticate,
  noAuthenticationNeeded: testConnection,
};

/** The next action in a state; where a server has refused what was sent, what that comes from. */
export function nextAction(state: ServerState): NextAction {
  if (state.kind === 'missingVariable' && state.tokenHelps === true) {
    return setToken;
  }
  if (!('isRejected' in state) || !state.isRejected) {
    return actions[state.kind];
  }
  return state.kind === 'savedToken' ? setToken : openDefinition;
}
