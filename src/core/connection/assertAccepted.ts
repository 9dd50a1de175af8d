import { AuthError, InsufficientScopeError } from '../errors.ts';
import { parseChallenge } from '../oauth/challenge.ts';
import { quote } from '../quote.ts';

/** How the sentences of a refusal speak of what was refused. */
export interface RefusedCredential {
  /** The subject of what lacks permissions, for example "this session". */
  readonly subject: string;
  /** What the server does not accept, and what to do, for example "the token. Enter another one." */
  readonly rejection: string;
}

/**
 * The response as it is, unless it says that the server refuses the credential. Does not read the body, and drops
 * that of a refusal.
 *
 * @throws AuthError `token_rejected` for any 401; InsufficientScopeError for a 403 that says so
 * @see RFC 6750, section 3.1
 */
export async function assertAccepted(
  response: Response,
  { host }: URL,
  { subject, rejection }: RefusedCredential,
): Promise<Response> {
  const { status } = response;
  const challenge = status === 401 || status === 403 ? await parseChallenge(response) : undefined;
  if (status === 403 && challenge?.error === 'insufficient_scope') {
    drop(response);
    const scopes = challenge.scope === undefined ? '' : ` (${quote(challenge.scope)})`;
    throw new InsufficientScopeError(
      `${host} wants more permissions than ${subject} has${scopes}.`,
      challenge.scope,
    );
  }
  if (status === 401) {
    drop(response);
    throw new AuthError('token_rejected', `${host} does not accept ${rejection}`);
  }
  return response;
}

function drop(response: Response): void {
  void response.body?.cancel().catch(() => undefined);
}
