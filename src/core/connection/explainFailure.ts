import { AuthError } from '../errors.ts';
import { type SystemError, systemError } from '../oauth/oauthFetch.ts';
import { quote } from '../quote.ts';

const untrusted = new Set([
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const notTls = new Set(['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_WRONG_VERSION_NUMBER']);

/**
 * A connection that failed, with what a person can do about it: the same error where that is nothing special.
 *
 * @param proxy the proxy that VS Code is told to use, where there is one
 */
export function explainFailure(error: AuthError, proxy: URL | undefined): AuthError {
  const cause = error.code === 'network' ? error.cause : undefined;
  const refusal = proxyRefusal(cause);
  if (refusal) {
    return refusal;
  }
  const system = systemError(cause);
  if (system === undefined) {
    return error;
  }
  if (proxy && isAbout(system, proxy)) {
    return new AuthError(
      'proxy_failed',
      `The proxy ${proxy.host}, which VS Code is told to use, cannot be reached. Check the setting "http.proxy".`,
      { cause, setting: 'http.proxy' },
    );
  }
  return explained(error, system);
}

function explained(error: AuthError, { code, error: cause }: SystemError): AuthError {
  const { message } = error;
  if (untrusted.has(code)) {
    // VS Code 1.139 has `fetch` trust its own roots and the system's, and nothing else, while the setting is on.
    return new AuthError(
      'certificate_untrusted',
      `${message} VS Code has to know who issued it: while its setting "http.systemCertificates" is on, by the certificates of this machine, else by NODE_EXTRA_CA_CERTS in the environment that it is started in.`,
      { cause, setting: 'http.systemCertificates' },
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = /.*altnames: (.+)$/.exec(cause.message)?.[1];
    const isFor = names === undefined ? '' : ` It is for ${quote(names.slice(0, 200))}.`;
    return new AuthError('invalid_definition', `${message}${isFor} Check the URL.`, { cause });
  }
  if (notTls.has(code) || (code === 'EPROTO' && cause.message.includes('wrong version number'))) {
    return new AuthError('invalid_definition', `${message} Should the URL begin with http://?`, { cause });
  }
  if (code === 'ENOTFOUND') {
    return new AuthError('network', `${message} Check the URL, and whether it needs a VPN.`, { cause });
  }
  return error;
}

/** A proxy that refuses to connect, for which `fetch` and VS Code's agents have a message and no code. */
function proxyRefusal(cause: unknown): AuthError | undefined {
  const messages = messagesOf(cause);
  const status = /Proxy response \((\d+)\)/.exec(messages)?.[1];
  if (status !== undefined) {
    return status === '407'
      ? proxyWantsPassword(cause)
      : proxyFailed(`The proxy refuses the connection (HTTP ${status}).`, cause);
  }
  // Without its cause, which names the proxy, in older versions with its password.
  return messages.includes('Failed to establish a socket connection to proxies')
    ? proxyFailed('The proxy that VS Code is told to use cannot be reached.')
    : undefined;
}

/** What a person can do about a 407, whichever way it has come. */
export function proxyWantsPassword(cause?: unknown): AuthError {
  return proxyFailed('The proxy wants a user name and a password (HTTP 407).', cause);
}

function proxyFailed(sentence: string, cause?: unknown): AuthError {
  return new AuthError('proxy_failed', `${sentence} Check the setting "http.proxy".`, {
    cause,
    setting: 'http.proxy',
  });
}

/** Whether it was a proxy, and no server, that could not be reached. */
function isAbout({ error }: SystemError, proxy: URL): boolean {
  const port = Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80));
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.some((one) => {
    if (!(one instanceof Error)) {
      return false;
    }
    const isSamePort = 'port' in one && one.port === port;
    const isSameName = 'hostname' in one && one.hostname === proxy.hostname;
    return isSamePort || isSameName;
  });
}

function messagesOf(error: unknown): string {
  const messages: string[] = [];
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth++) {
    messages.push(current.message);
    current = current.cause;
  }
  return messages.join('\n');
}
