import type { IncomingMessage } from 'node:http';
import type { Awaitable } from '../../core/awaitable.ts';
import type { GatewayLimits } from './gatewayLimits.ts';

/** The body of a request, as far as it is kept. */
export interface KeptBody {
  readonly bytes: Buffer;
  /** The part that is too long to keep, to be passed on once; nothing where the body is complete. */
  readonly rest: IncomingMessage | undefined;
  /** Forgets what is kept. */
  release(): void;
}

const noBody: KeptBody = { bytes: Buffer.alloc(0), rest: undefined, release: () => undefined };

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
  keep(request: IncomingMessage): Awaitable<KeptBody> {
    const { headers } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
      request.resume();
      return noBody;
    }
    return new Promise((resolve, reject) => {
      const body = new Body((size) => {
        this.#kept += size;
      });
      const onData = (chunk: Buffer) => {
        const size = body.add(chunk);
        if (size > this.#limits.keptBody || this.#kept > this.#limits.keptBodies) {
          request.off('data', onData).pause();
          body.rest = request;
          resolve(body);
        }
      };
      request.on('data', onData);
      request.on('end', () => resolve(body));
      request.on('error', (error) => {
        body.release();
        reject(error);
      });
    });
  }
}

class Body implements KeptBody {
  rest: IncomingMessage | undefined;
  readonly #count: (size: number) => void;
  #chunks: Buffer[] = [];
  #size = 0;

  /** @param count told how many bytes more or fewer are kept */
  constructor(count: (size: number) => void) {
    this.#count = count;
  }

  /** Keeps more; gives the bytes so far. */
  add(chunk: Buffer): number {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    this.#count(chunk.byteLength);
    return this.#size;
  }

  /** Joined once, however often it is asked for. */
  get bytes(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first) {
      return first;
    }
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  release(): void {
    this.#count(-this.#size);
    this.#size = 0;
  }
}
