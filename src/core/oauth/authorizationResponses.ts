import type { Log } from '../log.ts';
import type { PendingStore } from '../session/pendingStore.ts';
import type { WindowGroup } from '../windows/windowGroup.ts';
import { parseRedirectQuery } from './parseRedirectQuery.ts';
import { type PendingAuthorizations, stateOf } from './pendingAuthorizations.ts';
import type { PendingRecord } from './pendingSignIn.ts';

/** Takes an authorization response, from wherever. Never throws. @returns whether somebody waited for it */
export type DeliverResponse = (response: URLSearchParams) => Promise<boolean>;

/** What it takes to find out whose a response is. */
export interface AuthorizationResponsePorts {
  readonly pending: PendingAuthorizations;
  readonly windows: Pick<WindowGroup, 'deliver' | 'joined'>;
  readonly records: Pick<PendingStore, 'claim'>;
  readonly log: Log;
  /** Finishes a sign-in whose window is gone, and tells how that went. */
  readonly finish: (record: PendingRecord, response: URLSearchParams) => void;
}

/**
 * Where every authorization response goes that reaches this window: to whoever waits for its `state` here, else in
 * another window, else to the record of a sign-in whose window is gone. Each is consumed once; unknown, late, repeated
 * and forged ones are only logged.
 */
export class AuthorizationResponses {
  readonly #ports: AuthorizationResponsePorts;

  constructor(ports: AuthorizationResponsePorts) {
    this.#ports = ports;
  }

  /** @see DeliverResponse */
  readonly deliver: DeliverResponse = async (response) => {
    const { pending, log } = this.#ports;
    const state = stateOf(response);
    if (state !== undefined && (pending.deliver(response) || (await this.#passOn(response, state)))) {
      return true;
    }
    log.warn('Ignored an authorization response that nobody waits for', {
      parameters: [...new Set(response.keys())].slice(0, 10).join(','),
    });
    return false;
  };

  /** What another window offers, form-encoded. @returns whether this one waited for it, and has it now */
  accept(query: string): boolean {
    return this.#ports.pending.deliver(parseRedirectQuery(query, 'encoded'));
  }

  async #passOn(response: URLSearchParams, state: string): Promise<boolean> {
    const { pending, windows, records, log, finish } = this.#ports;
    try {
      await windows.joined;
      if (await windows.deliver(response.toString())) {
        log.info('An authorization response went on to the window that waits for it');
        return true;
      }
    } catch (reason) {
      log.warn('An authorization response could not be offered to the other windows', { reason });
    }
    try {
      const record = await records.claim(state);
      if (record) {
        log.info('Finishing a sign-in that another window began');
        finish(record, response);
        return true;
      }
    } catch (reason) {
      log.error('A sign-in that another window began cannot be finished', { reason });
    }
    // This window may have begun to wait for it in between, after a reload.
    return pending.deliver(response);
  }
}
