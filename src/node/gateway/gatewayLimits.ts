/** What the gateway allows its clients, so that none of them can use up this machine. */
export interface GatewayLimits {
  /** Bytes of all headers of a request. */
  readonly headerSize: number;
  /** Headers of a request. */
  readonly headerCount: number;
  /** Milliseconds in which the headers of a request have to be there; a connection that sends none is closed. */
  readonly headersTimeout: number;
  /** Milliseconds in which a request has to be there with its body. There is no limit for an answer: streams are quiet. */
  readonly requestTimeout: number;
  /** Bytes of a body that are kept, so that it can be sent once more. A longer one is passed on as it comes, once. */
  readonly keptBody: number;
  /** Bytes of all bodies that are kept at one time; beyond that none is. */
  readonly keptBodies: number;
  /** Requests at one time, streams included, to one server: HTTP 503 beyond that. */
  readonly requestsPerRoute: number;
  /** The same for all servers. */
  readonly requests: number;
  /** Connections at one time. */
  readonly connections: number;
}

/** What holds unless a test wants something else. */
export const gatewayLimits: GatewayLimits = {
  headerSize: 16_384,
  headerCount: 100,
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  keptBody: 4 * 1024 * 1024,
  keptBodies: 64 * 1024 * 1024,
  requestsPerRoute: 256,
  requests: 1024,
  connections: 2048,
};
