import { AuthError } from '../errors.ts';

/** Why a sign-in ends here that nobody gave up. */
export type Interruption = 'finishedElsewhere' | 'serverMoved' | 'windowClosed';

const sentences: Readonly<Record<Interruption, string>> = {
  finishedElsewhere: 'The sign-in is finished in another window.',
  serverMoved: 'The server has moved.',
  windowClosed: 'The window closes. The sign-in can be finished in another one, or after a reload.',
};

/**
 * Ends a sign-in for a reason that says nothing about the person, nor about the client. Silent as a cancellation;
 * nothing that was found out in it is doubted.
 */
export class SignInInterruptedError extends AuthError {
  readonly interruption: Interruption;

  constructor(interruption: Interruption) {
    super('cancelled', sentences[interruption]);
    this.interruption = interruption;
  }
}

/** Whether it was for this reason. */
export function isInterrupted(error: unknown, interruption?: Interruption): boolean {
  return (
    error instanceof SignInInterruptedError &&
    (interruption === undefined || error.interruption === interruption)
  );
}
