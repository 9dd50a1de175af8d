import type { Environment } from '../config/expansion.ts';
import type { HelperCall } from './helperCall.ts';
import { scrubEnvironment, withoutValues } from './scrubEnvironment.ts';

/**
 * The whole environment of a helper (mcp-json-facts §1.4): that of the window, without its secrets where the
 * command comes with a repository, and the server that headers are wanted for.
 */
export function helperEnvironment(call: HelperCall, environment: Environment): Environment {
  const { variables, removedValues } = call.isShared
    ? scrubEnvironment(environment)
    : { variables: environment, removedValues: [] };
  return {
    ...variables,
    CLAUDE_CODE_MCP_SERVER_NAME: withoutValues(call.serverName, removedValues),
    CLAUDE_CODE_MCP_SERVER_URL: withoutValues(call.serverUrl, removedValues),
  };
}
