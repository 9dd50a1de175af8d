import { InsufficientScopeError } from '../errors.ts';

/** How often one operation is tried in all: a server that is never content must not keep a person signing in. */
export const attemptLimit = 3;

/**
 * Runs an operation again after more scopes were obtained for it, until it was tried
 * {@link attemptLimit} times.
 *
 * @param stepUp obtains a session with the scopes asked for, and those it had
 * @throws InsufficientScopeError the last one, or whatever either function throws
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (step-up authorization flow)
 */
export async function withStepUp<T>(
  operation: () => Promise<T>,
  stepUp: (error: InsufficientScopeError) => Promise<void>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof InsufficientScopeError) || attempt === attemptLimit) {
        throw error;
      }
      await stepUp(error);
    }
  }
}
