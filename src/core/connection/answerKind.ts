import type { AuthError } from '../errors.ts';
import { retryAfter } from '../oauth/retryAfter.ts';
import { isHtml } from './answerReason.ts';
import type { ConnectionTarget } from './greeting.ts';
import { McpRequestError } from './mcpAnswer.ts';
import type { RecordedAnswer } from './recordAnswers.ts';

/** Whether a server might be somewhere else, or speak the other transport. */
export function mayBeElsewhere(
  { status, headers }: RecordedAnswer,
  { transport }: ConnectionTarget,
): boolean {
  if (status === 200) {
    return transport === 'sse' || !/json/i.test(headers.get('content-type') ?? '');
  }
  return status === 400 || status === 404 || status === 405 || status === 406 || status === 410;
}

/** Whether a credential that a server takes amiss could lead to this answer. */
export function maySpoilAnswer(answer: RecordedAnswer, error: AuthError): boolean {
  const isMcp = answer.status < 300 && !isHtml(answer) && !(error instanceof McpRequestError);
  return !isMcp && answer.status !== 405;
}

/** A server that says when it can be asked again has judged no credential. */
export function isBusy({ status, headers }: RecordedAnswer): boolean {
  return status === 429 || (status === 503 && retryAfter(headers) !== undefined);
}
