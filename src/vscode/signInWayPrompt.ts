import { type QuickPickItem, ThemeIcon, window } from 'vscode';
import type { BrowserlessWay, SignInWayPrompt } from '../core/oauth/signInWay.ts';
import { withCancellation } from './withCancellation.ts';

const ways = (): readonly (QuickPickItem & { readonly way: BrowserlessWay })[] => [
  {
    way: 'deviceCode',
    label: 'Enter a code on another device',
    detail: 'Shows a short code and a QR code. Nothing has to come back by hand.',
    iconPath: new ThemeIcon('device-mobile'),
  },
  {
    way: 'paste',
    label: 'Open an address and paste the answer',
    detail: 'For any browser whose address you can copy.',
    iconPath: new ThemeIcon('clippy'),
  },
];

/** Asks in a list how to sign in without a browser on this machine. */
export const signInWayPrompt: SignInWayPrompt = {
  async askBrowserlessWay(issuer, signal) {
    const options = {
      title: `Authenticate at ${new URL(issuer).host} without a browser here`,
      ignoreFocusOut: true,
    };
    const chosen = await withCancellation(signal, (token) => window.showQuickPick(ways(), options, token));
    return chosen?.way;
  },
};
