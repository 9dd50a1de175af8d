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
  missingVariable: setToken,
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

/** The next action in a state. */
export function nextAction({ kind }: ServerState): NextAction {
  return actions[kind];
}
