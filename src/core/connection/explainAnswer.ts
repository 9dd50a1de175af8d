import { AuthError } from '../errors.ts';
import { isUnavailable, serverError } from '../oauth/serverError.ts';
import { quote } from '../quote.ts';
import { answerReason, isHtml, pageTitle, supportedVersions } from './answerReason.ts';
import type { RecordedAnswer } from './recordAnswers.ts';
import { shownPath } from './shownPath.ts';

/** What sign-in pages are called: whole words of a path, or the first label of a host. */
const signInPath = /(?:^|[/._-])(?:log-?in|sign-?in|sso|saml2?|cas|auth|oauth2?|authorize)(?:$|[/._?-])/i;
const signInHost = /^(?:accounts?|auth|id|idp|login|signin|sso)\./i;
const signInTitle = /\b(?:log ?in|log ?on|sign ?in|single sign-on|sso|captive portal|wi-?fi)\b/i;

/**
 * What an answer means that no MCP server gives, whoever asked; `undefined` where its status and type say nothing.
 *
 * @param answer not a 401
 */
export function explainAnswer(answer: RecordedAnswer): AuthError | undefined {
  const { status, url } = answer;
  if (status >= 300 && status < 400) {
    return explainRedirect(answer);
  }
  if (isUnavailable(status)) {
    return serverError(url.host, answer);
  }
  if (isHtml(answer) && status !== 404 && status !== 405 && status !== 410) {
    return explainPage(answer);
  }
  return status >= 400 ? explainRefusal(answer) : undefined;
}

function explainRedirect({ status, url, headers }: RecordedAnswer): AuthError | undefined {
  const location = headers.get('location');
  if (location === null || !URL.canParse(location, url)) {
    return undefined;
  }
  const target = new URL(location, url);
  if (signInPath.test(target.pathname) || signInHost.test(target.host)) {
    return portal(url, `leads to a sign-in page at ${target.host}`);
  }
  const to = quote(`${target.origin}${shownPath(target)}`);
  return new AuthError(
    'invalid_definition',
    `${url.host} redirects to ${to} (HTTP ${status}), where no credential is sent. Change the URL to that, if you know it.`,
  );
}

function explainPage({ status, url, text = '' }: RecordedAnswer): AuthError {
  const title = pageTitle(text);
  const page = title === undefined ? '' : ` (${quote(title.slice(0, 100))})`;
  if (/<input[^>]{1,200}type=["']?password/i.test(text) || signInTitle.test(title ?? '')) {
    return portal(url, `answers with a sign-in page${page}`);
  }
  return status < 400
    ? new AuthError(
        'invalid_definition',
        `${url.host} answers with a web page${page}, not as an MCP server. Check the URL.`,
      )
    : new AuthError(
        'server_error',
        `${url.host} answers HTTP ${status} with a web page${page}, as a firewall does, not as an MCP server.`,
      );
}

/** Somebody stands between this machine and the server, and asks for a person. */
function portal({ host }: URL, does: string): AuthError {
  return new AuthError(
    'server_error',
    `${host} ${does}, not as an MCP server: your network, or a single sign-on in front of it, wants you to sign in by a browser first.`,
  );
}

function explainRefusal(answer: RecordedAnswer): AuthError {
  const { status, url } = answer;
  if (status === 404 || status === 405 || status === 410) {
    return new AuthError(
      'invalid_definition',
      `${url.host} has no MCP server at ${quote(shownPath(url))} (HTTP ${status}). Check the URL.`,
    );
  }
  const reason = answerReason(answer);
  const isVersion = reason !== undefined && /protocol.?version/i.test(reason);
  if (status === 400 && isVersion) {
    return refusedVersion(url, supportedVersions(answer));
  }
  return new AuthError(
    'server_error',
    `${url.host} refuses the request (HTTP ${status}${reason === undefined ? '' : `: ${reason}`}).`,
  );
}

/** A server that speaks none of the revisions that are known here. */
export function refusedVersion({ host }: URL, supported: readonly string[]): AuthError {
  const list = supported.slice(0, 8).map((version) => quote(version.slice(0, 40)));
  const says = list.length === 0 ? '' : ` It speaks ${list.join(', ')}.`;
  return new AuthError(
    'invalid_response',
    `${host} speaks no revision of MCP that is known here.${says} Look for an update of either.`,
  );
}
