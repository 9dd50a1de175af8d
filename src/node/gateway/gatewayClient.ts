import type { ServerResponse } from 'node:http';
import type { Waiting } from '../../core/handover/requestCredential.ts';

/** The client of a request, who may go before it is answered. */
export class GatewayClient implements Waiting {
  #isGone = false;
  #controller: AbortController | undefined;
  /** Called when it goes. Not by the signal, which costs more than all else that is made for a request. */
  onGone: (() => void) | undefined;

  constructor(response: ServerResponse) {
    response.on('close', () => {
      if (!response.writableFinished) {
        this.#go();
      }
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isGone) {
        this.#controller.abort();
      }
    }
    return this.#controller.signal;
  }

  /** @throws the signal's reason when it has gone */
  throwIfGone(): void {
    if (this.#isGone) {
      this.signal.throwIfAborted();
    }
  }

  #go(): void {
    this.#isGone = true;
    this.#controller?.abort();
    this.onGone?.();
  }
}
