import type { AccessControl, AccessOptions } from '../access/accessControl.ts';
import type { Program } from '../access/program.ts';
import { learnHeaders } from '../credential/learnHeaders.ts';
import { tokenHeader } from '../credential/savedToken.ts';
import { AuthError } from '../errors.ts';
import type { Inventory } from '../inventory.ts';
import type { Redactor } from '../redaction.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import type { SessionRefresher } from '../session/refresh.ts';
import { untilAborted } from '../untilAborted.ts';
import type { CredentialHandover, HandedOver, ServerQuery } from './credentialHandover.ts';
import { boundError, type HandoverOffer, handoverOffer, isBound } from './handoverOffer.ts';
import { type MatchedServer, matchServers } from './matchServers.ts';

/** What handing over takes. */
export interface MatchedHandoverPorts {
  readonly inventory: Pick<Inventory, 'contactOf' | 'servers'>;
  readonly refresher: Pick<SessionRefresher, 'fresh'>;
  readonly access: Pick<AccessControl, 'assertAllowed'>;
  /** Taught what is handed over. */
  readonly redactor: Redactor;
  /** Whether the person trusts the workspace. */
  isTrusted(): boolean;
}

/** A server, and what can be handed over for it. */
interface Match extends MatchedServer {
  readonly offer: Exclude<HandoverOffer, { readonly kind: 'nothing' }>;
}

/** Hands over what applies to a server that fits by name and canonical URL, once the person has agreed. */
export class MatchedHandover implements CredentialHandover {
  readonly #ports: MatchedHandoverPorts;

  constructor(ports: MatchedHandoverPorts) {
    this.#ports = ports;
  }

  async headers(query: ServerQuery, program: Program, options: AccessOptions): Promise<HandedOver> {
    const asked = this.#match(query);
    const { canonicalUrl: serverUrl, server } = asked;
    const request = { program, serverUrl, serverName: server.definition.name };
    await this.#ports.access.assertAllowed(request, options);
    // The person may have taken a while, and the files and sessions are others now.
    const match = this.#match(query);
    if (match.canonicalUrl !== serverUrl) {
      throw new AuthError('unknown_server', 'The definition of this server has changed meanwhile.');
    }
    const handedOver = await this.#handOver(match, options.signal);
    learnHeaders(handedOver.headers, this.#ports.redactor);
    return handedOver;
  }

  /** The first of the servers that are meant for which there is anything. Nothing is told where there is no trust. */
  #match(query: ServerQuery): Match {
    const { inventory } = this.#ports;
    if (!this.#ports.isTrusted()) {
      throw new AuthError(
        'untrusted_workspace',
        'This workspace is not trusted: no credential is handed over.',
      );
    }
    let failure: AuthError | undefined;
    for (const found of matchServers(inventory.servers, query)) {
      const contact = inventory.contactOf(found.server);
      const offer = contact && handoverOffer(contact);
      if (offer && offer.kind !== 'nothing') {
        assertSafe(found);
        return { ...found, offer };
      }
      failure ??= offer?.error;
    }
    throw failure ?? new AuthError('not_authenticated', 'There is no credential for this server.');
  }

  async #handOver({ server, canonicalUrl, offer }: Match, signal: AbortSignal): Promise<HandedOver> {
    if (offer.kind === 'savedToken') {
      return { server, headers: Object.fromEntries([tokenHeader(offer.token)]) };
    }
    const fresh = this.#ports.refresher.fresh(canonicalUrl, offer.session.account.id);
    const session = await untilAborted(fresh, signal);
    if (isBound(session)) {
      throw boundError();
    }
    const { accessToken, expiresAt } = session.tokens;
    return { server, headers: { Authorization: `Bearer ${accessToken}` }, expiresAt };
  }
}

/** Whoever gets the headers sends them where the definition leads. */
function assertSafe({ server: { endpoint } }: MatchedServer): void {
  if (endpoint?.kind === 'url') {
    // A WebSocket is as safe as the request that it begins with.
    assertSecureUrl(new URL(endpoint.url.href.replace(/^ws/, 'http')), 'The URL of this server');
  }
}
