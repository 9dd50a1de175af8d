import type { IncomingMessage } from 'node:http';
import { answerReason } from '../../core/connection/answerReason.ts';
import { proxyWantsPassword } from '../../core/connection/explainFailure.ts';
import { AuthError } from '../../core/errors.ts';

/** How much of an answer is read for its reason, in bytes. */
const sizeLimit = 65_536;

/**
 * A 401 or 403 that the credential can do nothing about, with the reason that the server gives: such an answer is not
 * passed on, because VS Code's client would begin an OAuth of its own. Neither is a 407, which is not of the server: to
 * whoever asks for a tunnel, VS Code's agent gives what a proxy says as if the server had said it.
 */
export async function forbiddenAnswer(answer: IncomingMessage, url: URL): Promise<AuthError> {
  const status = answer.statusCode ?? 0;
  if (status === 407) {
    return proxyWantsPassword();
  }
  const headers = new Headers({ 'content-type': answer.headers['content-type'] ?? '' });
  const reason = answerReason({ headers, text: await beginning(answer) });
  const says = reason === undefined ? '' : `: ${reason}`;
  return new AuthError('authorization_refused', `${url.host} refuses this request (HTTP ${status}${says}).`);
}

/** Never throws: what is missing is only the reason. */
async function beginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > sizeLimit) {
        break;
      }
    }
  } catch {
    // Cut off.
  }
  return Buffer.concat(chunks).toString('utf8');
}
