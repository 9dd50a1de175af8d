import type { AuthenticationStep } from '../oauth/authentication.ts';
import type { StateText } from './stateText.ts';

/** What a step tells the person who waits for it. */
export const stepTexts: Readonly<Record<AuthenticationStep, StateText>> = {
  discovering: {
    short: 'asking the server…',
    sentence: 'Asking the server where to sign in.',
  },
  resuming: {
    short: 'taking up your sign-in…',
    sentence: 'Taking up the sign-in that you began before.',
  },
  choosingScopes: {
    short: 'waiting for your choice of scopes…',
    sentence: 'Choose the scopes to ask for.',
  },
  registering: {
    short: 'introducing this editor…',
    sentence: 'Introducing this editor to the authorization server.',
  },
  openingBrowser: {
    short: 'opening your browser…',
    sentence: 'Opening the sign-in page in your browser.',
  },
  waitingForBrowser: {
    short: 'waiting for your browser…',
    sentence: 'Go to your browser to finish signing in.',
  },
  waitingForPaste: {
    short: 'waiting for the redirect URL…',
    sentence: 'Sign in with any browser, and paste the address that it ends at.',
  },
  waitingForDevice: {
    short: 'waiting for the code…',
    sentence: 'Enter the code on the page of the authorization server, on any device.',
  },
  exchangingCode: {
    short: 'completing the sign-in…',
    sentence: 'Completing the sign-in.',
  },
  exchangingIdentity: {
    short: 'asking your identity provider…',
    sentence: 'Asking your identity provider to vouch for you.',
  },
  requestingToken: {
    short: 'requesting a token…',
    sentence: 'Asking the authorization server for an access token.',
  },
};
