/**
 * Names of variables by which tests in the extension host find the network. Its MCP servers have a name that only the
 * proxy can resolve; at `/connects` they tell whom the proxy has connected.
 */
export const privateNetwork = {
  /** Its certificate is of an authority that the system knows (SSL_CERT_FILE, so on Linux only). */
  systemUrl: 'MCP_AUTH_TEST_SYSTEM_MCP',
  /** Of one that the environment names (NODE_EXTRA_CA_CERTS). */
  extraUrl: 'MCP_AUTH_TEST_EXTRA_MCP',
  /** Of one that nobody knows. */
  untrustedUrl: 'MCP_AUTH_TEST_UNTRUSTED_MCP',
  proxy: 'MCP_AUTH_TEST_PROXY',
} as const;
