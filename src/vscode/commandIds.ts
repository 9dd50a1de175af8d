/** The commands, as package.json contributes them. */
export const commandIds = {
  authenticate: 'mcpAuth.authenticate',
  authenticateAll: 'mcpAuth.authenticateAll',
  authenticateThroughLocalhost: 'mcpAuth.authenticateThroughLocalhost',
  authenticateNoBrowser: 'mcpAuth.authenticateNoBrowser',
  authenticateDevice: 'mcpAuth.authenticateDevice',
  pasteRedirectUrl: 'mcpAuth.pasteRedirectUrl',
  copyUserCode: 'mcpAuth.copyUserCode',
  openVerificationPage: 'mcpAuth.openVerificationPage',
  authenticateWithScopes: 'mcpAuth.authenticateWithScopes',
  addAccount: 'mcpAuth.addAccount',
  switchAccount: 'mcpAuth.switchAccount',
  useAccount: 'mcpAuth.useAccount',
  renameAccount: 'mcpAuth.renameAccount',
  refreshToken: 'mcpAuth.refreshToken',
  cancelAuthentication: 'mcpAuth.cancelAuthentication',
  clearClientRegistration: 'mcpAuth.clearClientRegistration',
  createClientMetadataDocument: 'mcpAuth.createClientMetadataDocument',
  signOut: 'mcpAuth.signOut',
  signOutAll: 'mcpAuth.signOutAll',
  signOutOfIdentityProvider: 'mcpAuth.signOutOfIdentityProvider',
  setToken: 'mcpAuth.setToken',
  removeToken: 'mcpAuth.removeToken',
  testConnection: 'mcpAuth.testConnection',
  openDefinition: 'mcpAuth.openDefinition',
  copyServerUrl: 'mcpAuth.copyServerUrl',
  showMenu: 'mcpAuth.showMenu',
  showStatus: 'mcpAuth.showStatus',
  copyStatusAsJson: 'mcpAuth.copyStatusAsJson',
  manageAccess: 'mcpAuth.manageAccess',
  replaceBridge: 'mcpAuth.replaceBridge',
  useInClaudeCode: 'mcpAuth.useInClaudeCode',
  useInCodex: 'mcpAuth.useInCodex',
  stopUsingInClaudeCode: 'mcpAuth.stopUsingInClaudeCode',
  stopUsingInCodex: 'mcpAuth.stopUsingInCodex',
  reload: 'mcpAuth.reload',
  copySupportInformation: 'mcpAuth.copySupportInformation',
  showLog: 'mcpAuth.showLog',
} as const;

/** One of {@link commandIds}. */
export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** The view of the servers, as package.json contributes it. */
export const serversViewId = 'mcpAuth.servers';

/** What provides servers to the agent mode of VS Code. */
export const serversProviderId = 'mcpAuth.servers';
