import { window } from 'vscode';
import type { GrantPrompt, GrantQuestion } from '../core/oauth/grantApproval.ts';

/** Asks in a dialog whether a server may have tokens for which no sign-in page will ask. */
export const askApproveGrant: GrantPrompt['askApproveGrant'] = async (question) => {
  const confirm = 'Allow';
  const detail = `MCP Auth gets access tokens by itself, now and whenever they expire, and sends them to ${question.serverUrl.origin}. No sign-in page asks you. Allow it only if you know this server and have set this up for it. Your answer is remembered for this server.`;
  return (await window.showWarningMessage(sentence(question), { modal: true, detail }, confirm)) === confirm;
};

function sentence({ grant, serverUrl, issuer, identity }: GrantQuestion): string {
  const server = JSON.stringify(serverUrl.host);
  const authority = JSON.stringify(issuer);
  const request = `Let ${server} have access tokens from ${authority}`;
  switch (grant) {
    case 'clientCredentials':
      return `${request}, in the name of client ${JSON.stringify(identity)}?`;
    case 'enterprise':
      return `${request}, in your name, by way of your identity provider ${JSON.stringify(identity)}?`;
    case 'workload':
      return `${request}, in the name of this machine's workload identity?`;
  }
}
