import { AuthError } from '../errors.ts';
import { parseChallenge } from '../oauth/challenge.ts';
import { quote } from '../quote.ts';
import { answerReason } from './answerReason.ts';
import {
  type AppliedCredential,
  credentialText,
  rejectionAdvice,
  rejectionCode,
} from './appliedCredential.ts';
import type { RecordedAnswer } from './recordAnswers.ts';
import type { PlainAnswer } from './withoutCredential.ts';

/** A 401 to a credential that is no session: what it means, and for a request without one, what it asks for. */
export function explainUnauthorized(
  credential: AppliedCredential,
  { url }: Pick<RecordedAnswer, 'url'>,
): AuthError {
  const code = rejectionCode(credential);
  const sentence =
    credential.kind === 'none'
      ? `${url.host} asks for a credential.`
      : `${url.host} does not accept ${credentialText(credential)} (HTTP 401).`;
  return new AuthError(code, `${sentence} ${rejectionAdvice(credential)}`);
}

/**
 * A 403: the permissions that are missing, where the server names them, else that it knows the credential and refuses
 * it, else that it refuses everybody.
 *
 * @param plain what the server makes of a request without a credential
 */
export async function explainForbidden(
  credential: AppliedCredential,
  answer: RecordedAnswer,
  plain: PlainAnswer,
): Promise<AuthError | undefined> {
  const { url, status, headers } = answer;
  const challenge = await parseChallenge(new Response(null, { status, headers }));
  const who = credentialText(credential);
  const code = rejectionCode(credential);
  if (credential.kind === 'none') {
    return challenge
      ? new AuthError(code, `${url.host} asks for a credential. ${rejectionAdvice(credential)}`)
      : undefined;
  }
  if (challenge?.error === 'insufficient_scope') {
    const scopes = challenge.scope === undefined ? '' : `: ${quote(challenge.scope.slice(0, 300))}`;
    return new AuthError(code, `${url.host} wants more permissions than ${who} has${scopes}.`);
  }
  if (plain === 'failed') {
    return undefined;
  }
  const reason = answerReason(answer);
  const says = reason === undefined ? '' : `: ${reason}`;
  return new AuthError(
    credential.kind === 'session' ? 'authorization_refused' : code,
    `${url.host} knows ${who}, but refuses it (HTTP 403${says}).`,
  );
}

/** A request that fails with a credential, and does not without: that server is not down. */
export function explainStale(
  credential: AppliedCredential,
  { url, status }: RecordedAnswer,
  plain: PlainAnswer,
): AuthError {
  const otherwise = plain === 'welcomed' ? 'answers without it' : 'asks for a credential without it';
  const how = status < 300 ? 'does not answer as an MCP server' : `answers HTTP ${status}`;
  const also = status === 404 ? ' If that does not help, check the URL.' : '';
  return new AuthError(
    rejectionCode(credential),
    `${url.host} ${how} to ${credentialText(credential)}, but ${otherwise}: it does not accept it any more. ${rejectionAdvice(credential)}${also}`,
  );
}
