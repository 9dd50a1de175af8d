import { workspace } from 'vscode';
import type { IdentityProviderSettings } from '../core/oauth/openIdSignIn.ts';

/** The user's identity provider, from their own settings: a workspace has no say in them. */
export function configuredIdentityProvider(): IdentityProviderSettings | undefined {
  const section = workspace.getConfiguration('mcpAuth.identityProvider');
  const issuer = section.get<unknown>('issuer');
  const clientId = section.get<unknown>('clientId');
  const callbackPort = section.get<unknown>('callbackPort');
  if (typeof issuer !== 'string' || typeof clientId !== 'string' || issuer === '' || clientId === '') {
    return undefined;
  }
  return {
    issuer,
    clientId,
    callbackPort: typeof callbackPort === 'number' && callbackPort > 0 ? callbackPort : undefined,
  };
}

/** The setting, unchecked: core reads it. */
export function configuredWorkloadIdentities(): unknown {
  return workspace.getConfiguration('mcpAuth').get<unknown>('workloadIdentities');
}
