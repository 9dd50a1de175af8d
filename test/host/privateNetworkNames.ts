/** Names of variables by which tests in the extension host find the network. */
export const privateNetwork = {
  /** An MCP server, by a name that only the proxy can resolve. `/connects` there tells whom the proxy has connected. */
  mcpUrl: 'MCP_AUTH_TEST_PRIVATE_MCP',
  /** The same with a certificate of an authority that nobody trusts. */
  untrustedUrl: 'MCP_AUTH_TEST_UNTRUSTED_MCP',
  proxy: 'MCP_AUTH_TEST_PROXY',
} as const;
