import type { Awaitable } from '../../core/awaitable.ts';
import type { Disposable } from '../../core/disposable.ts';
import type { RequestCredential, Waiting } from '../../core/handover/requestCredential.ts';

/** Where an endpoint of the gateway leads. */
export interface GatewayRoute {
  /** For sentences. Attacker-controlled. */
  readonly serverName: string;
  /** The definition's own URL, expanded: the only one that is ever asked. */
  readonly url: URL;
  /** Which transport the definition names; `sse` is that of 2024-11-05. */
  readonly transport: 'http' | 'sse';
  /** The credential of one request, whose client waits. @throws AuthError */
  credential(client: Waiting): Awaitable<RequestCredential>;
}

/** Endpoints on this machine's loopback address that forward MCP traffic, each to one server, with its credential (D1). */
export interface Gateway extends Disposable {
  /**
   * The endpoint's URL, which nobody can guess. It listens from the first call on, and the URL stays the same until
   * the route is closed; calling again replaces the route.
   *
   * @throws the system's error
   */
  open(id: string, route: GatewayRoute): Promise<URL>;
  /** Ends an endpoint and all that goes on through it. */
  close(id: string): void;
}
