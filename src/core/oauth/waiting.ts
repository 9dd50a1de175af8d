import type { AuthenticationStep } from './authentication.ts';
import type { RedirectKind } from './redirect.ts';

/** What an authentication waits for, when it is the person's turn. */
export type Waiting = WaitingForResponse | WaitingForDevice;

/** The person is at the authorization page, wherever their browser is. */
export interface WaitingForResponse {
  readonly kind: 'response';
  readonly redirectKind: RedirectKind;
  /** Whether the person was asked before a reload already, and is not to be interrupted now. */
  readonly isResumed: boolean;
  /** The page. Holds the `state`, so that it is shown to the person and never logged. */
  readonly url: URL;
  /** Shows the page in the browser. @returns `false` when the person decided not to open it */
  open(): Promise<boolean>;
  /** What is wrong with a pasted text, as a sentence for the person; `undefined` if it can be used. */
  check(text: string): string | undefined;
  /** Continues with what the person pasted, if {@link check} finds nothing wrong with it. */
  paste(text: string): string | undefined;
}

/** The person enters a code on a page, on any device (RFC 8628, section 3.3). */
export interface WaitingForDevice {
  readonly kind: 'device';
  /** Attacker-controlled, but printable and short. */
  readonly userCode: string;
  /** Https, or http on this machine. */
  readonly verificationUri: URL;
  /** The same page with the code in it already. */
  readonly verificationUriComplete: URL | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Shows the page in the browser. @returns `false` when the person decided not to open it */
  open(): Promise<boolean>;
}

/** What is waited for in a step; `undefined` unless it is the person's turn. */
export function awaitedIn(step: AuthenticationStep): Waiting['kind'] | undefined {
  switch (step) {
    case 'waitingForBrowser':
    case 'waitingForPaste':
      return 'response';
    case 'waitingForDevice':
      return 'device';
    default:
      return undefined;
  }
}
