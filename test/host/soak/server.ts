/** The variable with the URL of the MCP server for the soak. */
export const soakServer = 'MCP_AUTH_SOAK_SERVER';

/** Seconds that its access tokens live. */
export const soakLifetime = 10;
