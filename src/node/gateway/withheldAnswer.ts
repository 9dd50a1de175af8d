import type { IncomingMessage } from 'node:http';
import { answerReason } from '../../core/connection/answerReason.ts';
import { proxyWantsPassword } from '../../core/connection/explainFailure.ts';
import { AuthError } from '../../core/errors.ts';

/** How much of an answer is read for its reason, in bytes. */
const sizeLimit = 65_536;

/** Whether an answer with that status is passed on, once the credential can do nothing about it. */
export function isForClient(status: number): boolean {
  return status !== 401 && status !== 403 && status !== 407 && !isRedirect(status);
}

/**
 * Why an answer is not passed on: a redirect, because a client would follow it with nothing, or a 401 or 403, because
 * VS Code's client would begin an OAuth of its own: these come with the reason that the server gives. A 407 is not of the
 * server: to whoever asks for a tunnel, VS Code's agent gives what a proxy says as if the server had said it.
 */
export async function withheldAnswer(answer: IncomingMessage, url: URL): Promise<AuthError> {
  const status = answer.statusCode ?? 0;
  if (isRedirect(status)) {
    return new AuthError(
      'invalid_response',
      `${url.host} redirects to another address, which MCP Auth does not follow with a credential. Configure the address itself.`,
    );
  }
  if (status === 407) {
    return proxyWantsPassword();
  }
  const headers = new Headers({ 'content-type': answer.headers['content-type'] ?? '' });
  const reason = answerReason({ headers, text: await beginning(answer) });
  const says = reason === undefined ? '' : `: ${reason}`;
  return new AuthError('authorization_refused', `${url.host} refuses this request (HTTP ${status}${says}).`);
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
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
