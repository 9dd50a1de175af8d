import type { Clock } from '../clock.ts';
import { AuthError, InsufficientScopeError, isCancelled, throwIfAborted } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import { isBusy, mayBeElsewhere, maySpoilAnswer } from './answerKind.ts';
import type { AppliedCredential } from './appliedCredential.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { AuthorizedFetchPorts } from './authorizedFetch.ts';
import { createCredentialFetch } from './credentialFetch.ts';
import { explainAnswer, refusedVersion } from './explainAnswer.ts';
import { explainFailure } from './explainFailure.ts';
import { explainForbidden, explainStale, explainUnauthorized } from './explainRejection.ts';
import { byOtherTransport, findElsewhere, wrongTransport } from './findElsewhere.ts';
import type { ConnectionTarget, Greeting } from './greeting.ts';
import { insecureServerError } from './insecureServer.ts';
import { McpRequestError } from './mcpAnswer.ts';
import { type RecordedAnswer, recordAnswers } from './recordAnswers.ts';
import { type PlainAnswer, withoutCredential } from './withoutCredential.ts';

/** A connection that works. */
export interface ConnectionReport extends Greeting {
  /** The kind of credential that the server accepted. */
  readonly credential: AppliedCredential['kind'];
  /** How long the server took for its last answer. */
  readonly milliseconds: number;
}

/** What finding out takes. */
export interface DiagnosePorts extends AuthorizedFetchPorts {
  readonly clock: Clock;
  /** The proxy that VS Code is told to use, where there is one. */
  proxy?(): URL | undefined;
}

type Failed = Extract<Attempt, { readonly kind: 'failed' }>;

interface Case {
  readonly target: ConnectionTarget;
  readonly credential: AppliedCredential;
  readonly ports: DiagnosePorts;
  readonly signal: AbortSignal;
}

const timeLimit = 30_000;

/**
 * Greets a server with the credential that applies. Where that fails, finds out why, and ends in one error that says
 * what happened and offers the one remedy.
 *
 * @throws AuthError of any code
 */
export async function diagnose(
  target: ConnectionTarget,
  credential: AppliedCredential,
  { signal, ...ports }: DiagnosePorts & { readonly signal: AbortSignal },
): Promise<ConnectionReport> {
  const what: Case = { target, credential, ports, signal };
  const insecure = insecureServerError(target.serverUrl);
  if (insecure) {
    throw insecure;
  }
  const first = await tryOnce(what);
  if (first.kind === 'connected') {
    return report(first, credential);
  }
  return await explain(what, first);
}

async function tryOnce({ target, credential, ports, signal }: Case): Promise<Attempt> {
  const { clock } = ports;
  const recorder = recordAnswers(ports.fetch, clock);
  const send = createCredentialFetch(target.serverUrl, credential, { ...ports, fetch: recorder.fetch });
  return await attempt(target, { send, recorder, clock, timeLimit, signal });
}

function report(
  { greeting, milliseconds }: Extract<Attempt, { readonly kind: 'connected' }>,
  { kind }: AppliedCredential,
): ConnectionReport {
  return { ...greeting, credential: kind, milliseconds };
}

async function explain(what: Case, failed: Failed): Promise<ConnectionReport> {
  const { credential, ports } = what;
  const { error, answer } = failed;
  if (error instanceof InsufficientScopeError) {
    throw error;
  }
  if (answer?.status === 401 && credential.kind !== 'session') {
    return (await withRenewed(what)) ?? throwError(explainUnauthorized(credential, answer));
  }
  // Without an answer the network has failed, and after a 401 the refresh: neither is for the server to answer for.
  if (answer === undefined || answer.status === 401 || error.code === 'network' || error.code === 'timeout') {
    throw explainFailure(error, ports.proxy?.());
  }
  if (isBusy(answer)) {
    throw explainAnswer(answer) ?? error;
  }
  return await explainRefused(what, error, answer);
}

/** The server answers, but not as it should: is that the credential's fault, the definition's, or its own? */
async function explainRefused(
  what: Case,
  error: AuthError,
  answer: RecordedAnswer,
): Promise<ConnectionReport> {
  const { target, credential, ports, signal } = what;
  const isElsewhere = mayBeElsewhere(answer, target);
  const isSpoilt = maySpoilAnswer(answer, error);
  const isToTell = credential.kind !== 'none' && (isSpoilt || isElsewhere);
  const plain: PlainAnswer = isToTell ? await withoutCredential(target, ports, signal) : 'failed';
  if (answer.status === 403) {
    throw (await explainForbidden(credential, answer, plain)) ?? explainAnswer(answer) ?? error;
  }
  if (isElsewhere && credential.kind !== 'none') {
    await assertTransport(what);
  }
  if (plain !== 'failed' && isSpoilt) {
    return (await withRenewed(what)) ?? throwError(explainStale(credential, answer, plain));
  }
  if (error instanceof McpRequestError) {
    throw explainRequestError(error, answer);
  }
  const isUnchallenged = isElsewhere && plain === 'failed';
  const elsewhere = isUnchallenged ? await findElsewhere(target, ports, signal) : undefined;
  throw elsewhere ?? explainAnswer(answer) ?? error;
}

/** Where everything is challenged, only the credential can tell that it is the other transport. */
async function assertTransport(what: Case): Promise<void> {
  const other = byOtherTransport(what.target);
  if ((await tryOnce({ ...what, target: other })).kind === 'connected') {
    throw wrongTransport(other);
  }
}

/** Once more with a renewed credential; `undefined` where there is none, or it does not help either. */
async function withRenewed(what: Case): Promise<ConnectionReport | undefined> {
  try {
    const renewed = await renew(what);
    const again = renewed && (await tryOnce({ ...what, credential: renewed }));
    return again?.kind === 'connected' ? report(again, renewed ?? what.credential) : undefined;
  } catch (error) {
    throwIfAborted(what.signal);
    if (isCancelled(error) || !(error instanceof AuthError)) {
      throw error;
    }
    return undefined;
  }
}

async function renew({ target, credential, ports }: Case): Promise<AppliedCredential | undefined> {
  switch (credential.kind) {
    case 'session':
      await ports.refresher.refresh(canonicalServerUrl(target.serverUrl), credential.accountId);
      return credential;
    case 'helper':
      return credential.renew && { ...credential, headers: await credential.renew() };
    case 'header':
    case 'none':
    case 'savedToken':
      return undefined;
  }
}

function explainRequestError(error: McpRequestError, { url }: RecordedAnswer): AuthError {
  const { message, data } = error.answer;
  if (!/protocol.?version/i.test(message)) {
    return error;
  }
  const supported =
    typeof data === 'object' && data !== null && 'supported' in data && Array.isArray(data.supported)
      ? data.supported.filter((version) => typeof version === 'string')
      : [];
  return refusedVersion(url, supported);
}

function throwError(error: AuthError): never {
  throw error;
}
