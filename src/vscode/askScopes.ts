import { type QuickPickItem, window } from 'vscode';
import type { ScopeChoice, ScopePrompt, ScopeReason } from '../core/oauth/scopeChoices.ts';
import { withCancellation } from './withCancellation.ts';

const reasons: Readonly<Record<ScopeReason, string>> = {
  configured: 'from "oauth.scopes" in .mcp.json',
  challenged: 'the server asks for it',
  previous: 'asked for before, or wanted since',
  offline: 'needed to stay signed in',
  listed: "listed in the server's metadata",
  offered: 'offered by the authorization server',
};

/** Asks in a list which scopes to ask for, each with why it is there. */
export const askScopes: ScopePrompt['askScopes'] = async ({ issuer, choices }, signal) => {
  const options = {
    title: `Scopes to Request from ${new URL(issuer).host}`,
    placeHolder: 'Select the scopes to request, if any.',
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
  } as const;
  const picked = await withCancellation(signal, (token) =>
    window.showQuickPick(choices.map(toItem), options, token),
  );
  return picked?.map(({ scope }) => scope);
};

/** That the authorization server knows a scope says something where nothing else does. */
function telling(all: readonly ScopeReason[]): readonly ScopeReason[] {
  return all.length > 1 ? all.filter((reason) => reason !== 'offered') : all;
}

function toItem(choice: ScopeChoice): QuickPickItem & { readonly scope: string } {
  return {
    // A server's text: "$(name)" would be drawn as an icon.
    label: choice.scope.replaceAll('$(', '\\$('),
    description: telling(choice.reasons)
      .map((reason) => reasons[reason])
      .join(' · '),
    picked: choice.isSelected,
    scope: choice.scope,
  };
}
