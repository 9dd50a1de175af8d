import { durationText } from '../durationText.ts';
import type { AuthErrorCode } from '../errors.ts';
import { quote } from '../quote.ts';
import type { ServerState } from './serverState.ts';
import { stepTexts } from './stepTexts.ts';

/** A state in words. */
export interface StateText {
  /** For the muted column of a row: a few words in lower case. */
  readonly short: string;
  /** What holds, and what to do next. */
  readonly sentence: string;
}

/** Why a server is unreachable, where a few words can tell. */
const unreachableReasons: Readonly<Partial<Record<AuthErrorCode, string>>> = {
  certificate_untrusted: 'certificate not trusted',
  insecure_url: 'not https',
  proxy_failed: 'proxy failed',
  server_error: 'server error',
  timeout: 'no answer',
};

const invitation = 'Authenticate once; every client can then use this server.';

/** Words for a state. `now` in milliseconds since the epoch. Total, and free of secrets. */
export function stateText(state: ServerState, now: number): StateText {
  switch (state.kind) {
    case 'invalid':
      return { short: lowerFirst(state.reason.replace(/(?:: .*|\.)$/s, '')), sentence: state.reason };
    case 'shadowed':
      return {
        short: `replaced by ${state.by}`,
        sentence: `The entry of the same name in ${state.by} is used in its place.`,
      };
    case 'stdio':
      return stdioText(state);
    case 'missingVariable': {
      const what = `${state.names.join(', ')} ${state.names.length === 1 ? 'is' : 'are'} not set`;
      return {
        short: what,
        sentence: `${what} in this window's environment. Set it where VS Code is started, or in the setting terminal.integrated.env${state.tokenHelps === true ? '; or set a token here' : ''}.`,
      };
    }
    case 'asksInput':
      return {
        short: 'VS Code asks for its credential',
        sentence: `Only VS Code knows what ${state.inputs.map(quote).join(', ')} was answered with. Set a token here, so that other clients can use this server.`,
      };
    case 'staticHeader':
      return state.isRejected
        ? {
            short: `header rejected · ${state.fileName}`,
            sentence: `The server rejects the ${state.headerName} header in ${state.fileName}. Correct it there.`,
          }
        : {
            short: `header from ${state.fileName}`,
            sentence: `The ${state.headerName} header in ${state.fileName} is sent as it is.${state.headerName === 'Authorization' ? ' OAuth is off.' : ''}`,
          };
    case 'headersHelper':
      return helperText(state);
    case 'helperFailed':
      return { short: 'helper failed', sentence: state.error.message };
    case 'headersOnly':
      return {
        short: 'WebSocket · headers only',
        sentence: 'A WebSocket server takes credentials from "headers" only.',
      };
    case 'savedToken':
      return state.isRejected
        ? {
            short: 'saved token rejected',
            sentence: 'The server rejects the token that you have saved. Set another one.',
          }
        : {
            short: 'saved token',
            sentence: `The token that you have saved is sent as ${quote(state.headerName)}.`,
          };
    case 'authenticating':
      return stepTexts[state.step];
    case 'refreshing':
      return { short: 'refreshing…', sentence: 'Getting a new access token.' };
    case 'authenticated':
      return authenticatedText(state, now);
    case 'needsScopes':
      return {
        short: 'extra scopes needed',
        sentence: `The server wants more permissions than this session has${state.scope === undefined ? '' : ` (${quote(state.scope.slice(0, 200))})`}. Authenticate again to grant them.`,
      };
    case 'expired':
      return { short: 'session expired', sentence: 'The session has expired. Authenticate again.' };
    case 'needsAuthentication':
      return {
        short: 'needs authentication',
        sentence: `Needs authentication. ${state.failure?.message ?? invitation}`,
      };
    case 'noAuthenticationNeeded':
      return { short: 'no authentication needed', sentence: 'The server answers without authentication.' };
    case 'unreachable':
      return {
        short: ['unreachable', unreachableReasons[state.error.code] ?? []].flat().join(': '),
        sentence: state.error.message,
      };
    case 'unknown':
      return state.isAsking
        ? { short: 'asking…', sentence: 'Asking the server whether it needs authentication.' }
        : {
            short: 'not asked yet',
            sentence: `The server has not been asked yet whether it needs authentication. ${invitation}`,
          };
  }
}

function stdioText({ bridgesTo }: ServerState & { kind: 'stdio' }): StateText {
  return bridgesTo === undefined
    ? {
        short: 'stdio · credentials from its environment',
        sentence:
          'A stdio server takes its credentials from its environment: there is nothing to sign in to.',
      }
    : {
        short: `stdio · bridge to ${bridgesTo}`,
        sentence: `This process only passes on what ${bridgesTo} says, and keeps a sign-in of its own in plain files. Replace it with a direct entry, and authenticate here.`,
      };
}

function helperText({ run, isRejected }: ServerState & { kind: 'headersHelper' }): StateText {
  if (isRejected) {
    return {
      short: 'header rejected · helper',
      sentence: 'The server rejects what the command in "headersHelper" provides.',
    };
  }
  switch (run) {
    case 'notAllowed':
      return {
        short: 'helper is not allowed yet',
        sentence: 'The command in "headersHelper" provides the headers, once you have allowed it to run.',
      };
    case 'running':
      return { short: 'helper is running…', sentence: 'The command in "headersHelper" is running.' };
    case 'notRun':
    case 'succeeded':
      return {
        short: 'header from helper',
        sentence: 'The command in "headersHelper" provides the headers.',
      };
  }
}

function authenticatedText(state: ServerState & { kind: 'authenticated' }, now: number): StateText {
  if (state.expiresAt === undefined) {
    return { short: 'authenticated', sentence: 'Authenticated. The server did not say until when.' };
  }
  const left = state.expiresAt - now;
  const renewal = renewalText(state);
  if (left <= 0 && !state.refreshable) {
    return stateText({ kind: 'expired' }, now);
  }
  if (left <= 0 && state.grant !== undefined) {
    return {
      short: 'authenticated · renews by itself',
      sentence: 'Authenticated. A new access token is obtained by itself on next use.',
    };
  }
  if (left <= 0) {
    return {
      short: 'authenticated · refreshes on next use',
      sentence: 'Authenticated. The access token is refreshed on next use.',
    };
  }
  return {
    short: `authenticated · ${durationText(left)}`,
    sentence: `Authenticated · expires in ${durationText(left)}.${renewal}`,
  };
}

function renewalText({ refreshable, grant }: ServerState & { kind: 'authenticated' }): string {
  if (!refreshable) {
    return ' Then you authenticate again.';
  }
  return grant === undefined ? ' It is refreshed by itself.' : ' It renews by itself.';
}

/** The short text of a session's state with the name of its account, where several have to be told apart. */
export function accountStateText(state: ServerState, now: number, accountName: string): string {
  const { short } = stateText(state, now);
  switch (state.kind) {
    case 'authenticated':
    case 'expired':
    case 'needsScopes':
    case 'refreshing': {
      const [what, ...rest] = short.split(' · ');
      return [what, accountName, ...rest].join(' · ');
    }
    default:
      return short;
  }
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
