import type { IncomingMessage } from 'node:http';
import type { GatewayLimits } from './gatewayLimits.ts';

/** The body of a request, as far as it is kept. */
export interface KeptBody {
  readonly bytes: Buffer;
  /** The part that is too long to keep, to be passed on once; nothing where the body is complete. */
  readonly rest: IncomingMessage | undefined;
  /** Forgets what is kept. */
  release(): void;
}

/** Keeps the bodies of requests until these are answered, within limits. */
export class BodyKeeper {
  readonly #limits: GatewayLimits;
  /** Bytes. */
  #kept = 0;

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
  }

  /**
   * Reads a body to its end, or to where it gets too long.
   *
   * @throws the system's error where the client gives up
   */
  async keep(request: IncomingMessage): Promise<KeptBody> {
    const { headers } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
      request.resume();
      return { bytes: Buffer.alloc(0), rest: undefined, release: () => undefined };
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const isComplete = await new Promise<boolean>((resolve, reject) => {
      const onData = (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.byteLength;
        this.#kept += chunk.byteLength;
        if (size > this.#limits.keptBody || this.#kept > this.#limits.keptBodies) {
          request.off('data', onData).pause();
          resolve(false);
        }
      };
      request.on('data', onData).once('end', () => resolve(true));
      request.once('error', reject);
    }).catch((error: unknown) => {
      this.#kept -= size;
      throw error;
    });
    return {
      bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size),
      rest: isComplete ? undefined : request,
      release: () => {
        this.#kept -= size;
        size = 0;
      },
    };
  }
}
