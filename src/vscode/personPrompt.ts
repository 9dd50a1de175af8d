import { type InputBoxOptions, window } from 'vscode';
import type { GrantPrompt } from '../core/oauth/grantApproval.ts';
import type { ClientPrompt } from '../core/oauth/obtainClient.ts';
import type { PkceWaiverPrompt } from '../core/oauth/pkceWaiver.ts';
import type { ScopePrompt } from '../core/oauth/scopeChoices.ts';
import { askScopes } from './askScopes.ts';
import { askApproveGrant } from './grantPrompt.ts';
import { askPrivateKey } from './privateKeyPrompt.ts';
import { withCancellation } from './withCancellation.ts';

/**
 * Asks what only the person can answer: for a pre-registered client in input boxes, masking what is typed as a
 * secret; in dialogs whether to do without PKCE, or without a sign-in page; in a list which scopes to ask for.
 */
export const personPrompt: ClientPrompt & GrantPrompt & PkceWaiverPrompt & ScopePrompt = {
  askApproveGrant,
  askPrivateKey,
  askScopes,
  async askWaivePkce(issuer) {
    const confirm = 'Sign In Anyway';
    const { host } = new URL(issuer);
    const detail =
      'PKCE keeps a stolen authorization code from being of use to a thief. MCP Auth sends what PKCE needs, but this server may not look at it. Go on only if you trust this server, and know of no program on this machine that could listen in. Your answer is remembered for this server.';
    const question = `${host} does not say that it supports PKCE. Sign in anyway?`;
    return (await window.showWarningMessage(question, { modal: true, detail }, confirm)) === confirm;
  },
  askClientId({ issuer, redirectUri, previous }, signal) {
    return ask(
      {
        title: `Client ID for ${new URL(issuer).host}`,
        prompt:
          redirectUri === undefined
            ? 'Register an application there that may sign in with device codes, and enter its client ID.'
            : `Register an application there with the redirect URI ${redirectUri} and enter its client ID.`,
        ...(previous === undefined ? {} : { value: previous }),
        ignoreFocusOut: true,
        validateInput: (value) => (value.trim() === '' ? 'Enter the client ID.' : undefined),
      },
      signal,
    );
  },
  askClientSecret({ issuer, clientId }, signal) {
    return ask(
      {
        title: `Client Secret for ${new URL(issuer).host}`,
        prompt: `The secret of client ${JSON.stringify(clientId)}. It goes to ${new URL(issuer).host} only, and is kept in secret storage. Leave it empty if there is none.`,
        password: true,
        ignoreFocusOut: true,
      },
      signal,
    );
  },
};

async function ask(options: InputBoxOptions, signal: AbortSignal): Promise<string | undefined> {
  return (await withCancellation(signal, (token) => window.showInputBox(options, token)))?.trim();
}
