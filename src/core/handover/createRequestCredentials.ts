import { type AppliedCredential, credentialText } from '../connection/appliedCredential.ts';
import { assertAccepted } from '../connection/assertAccepted.ts';
import type { AuthorizedFetchPorts } from '../connection/authorizedFetch.ts';
import { createCredentialFetch } from '../connection/credentialFetch.ts';
import { explainUnauthorized } from '../connection/explainRejection.ts';
import { withStepUp } from '../connection/stepUp.ts';
import type { CredentialVerdicts } from '../credential/credentialVerdicts.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';
import type { RememberedProofs } from '../oauth/rememberedProofs.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import { bearerFirst } from './bearerFirst.ts';
import type { OutgoingRequest, RequestCredential, Waiting } from './requestCredential.ts';
import { sentElsewhere } from './sentElsewhere.ts';

/** What the credential of a request needs. */
export interface RequestCredentialPorts extends Pick<AuthorizedFetchPorts, 'demands' | 'refresher'> {
  /** Those of all requests to this server, so that each nonce has to be asked for once only. */
  readonly proofs: RememberedProofs;
  /** Told what the server makes of a credential that is no session. */
  readonly verdicts?: CredentialVerdicts | undefined;
  /**
   * Asks the person for a session with more scopes, one question for all requests that need it, and says whether there
   * is one now. Without it, a request that lacks scopes fails.
   *
   * @param scope what the server asks for, space-separated, where it says so; attacker-controlled
   */
  readonly stepUp?: ((scope: string | undefined, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/**
 * The credentials of requests to a server, each of one request, by the rules of `createCredentialFetch`: a session is
 * refreshed before its token expires and once after a 401, a bound token goes with a proof for every try, a helper runs
 * once more after a 401. It is sent to the server's own origin only, and never in the clear.
 *
 * @see RFC 6750, sections 2.1 and 3.1; RFC 9449, section 7
 */
export function createRequestCredentials(
  serverUrl: URL,
  credential: AppliedCredential,
  ports: RequestCredentialPorts,
): (waiting: Waiting) => RequestCredential {
  const thorough = thoroughCredentials(serverUrl, credential, ports);
  return credential.kind === 'session' && Object.keys(credential.headers ?? {}).length === 0
    ? bearerFirst(thorough, serverUrl, { refresher: ports.refresher, accountId: credential.accountId })
    : thorough;
}

function thoroughCredentials(
  serverUrl: URL,
  credential: AppliedCredential,
  ports: RequestCredentialPorts,
): (waiting: Waiting) => RequestCredential {
  return (waiting) =>
    sentElsewhere(async (request, fetch) => {
      const sendWith = (applied: AppliedCredential) =>
        createCredentialFetch(serverUrl, applied, { ...ports, fetch })(request.url.href, {
          method: request.method,
        });
      if (credential.kind !== 'session') {
        await sendHeaders(request, credential, { sendWith, serverUrl, verdicts: ports.verdicts });
        return;
      }
      await withStepUp(
        () => sendWith(credential),
        async (error) => {
          if (!(await ports.stepUp?.(error.scope, waiting.signal))) {
            throw error;
          }
        },
      );
    });
}

type FixedCredential = Exclude<AppliedCredential, { readonly kind: 'session' }>;

interface HeaderSending {
  readonly sendWith: (credential: AppliedCredential) => ReturnType<Fetch>;
  readonly serverUrl: URL;
  readonly verdicts: CredentialVerdicts | undefined;
}

async function sendHeaders(
  { url }: OutgoingRequest,
  given: FixedCredential,
  { sendWith, serverUrl, verdicts }: HeaderSending,
): Promise<void> {
  let credential = given;
  let response = await sendWith(credential);
  if (response.status === 401 && credential.kind === 'helper' && credential.renew) {
    credential = { ...credential, headers: await credential.renew() };
    response = await sendWith(credential);
  }
  const isRejected = response.status === 401;
  if (credential.kind !== 'none' && (isRejected || response.ok)) {
    verdicts?.note(canonicalServerUrl(serverUrl), credential, isRejected ? 'rejected' : 'accepted');
  }
  if (isRejected) {
    throw explainUnauthorized(credential, { url });
  }
  const subject = credentialText(credential);
  await assertAccepted(response, url, { subject, rejection: subject });
}
