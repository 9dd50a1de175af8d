import type { McpAuthError } from '../../api/mcp-auth.d.ts';
import { AuthError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/**
 * What another extension gets of an error: a sentence and a code. Its cause may hold secrets, and stays here, as does
 * everything that nobody has thought of.
 */
export function apiError(error: unknown, log: Log): McpAuthError {
  if (error instanceof AuthError) {
    log.debug('Told to another extension', { reason: error });
    return plainError(error.code, error.message);
  }
  log.error('Unexpected error in a call of another extension', { reason: error });
  return plainError('unexpected', 'An unexpected error occurred. The log of MCP Auth says more.');
}

/** Nobody knows whom the person would have to be asked about. */
export function unknownCallerError(): McpAuthError {
  return plainError(
    'unknown_caller',
    'MCP Auth could not find out which extension calls. Call from a function in a file of your extension.',
  );
}

function plainError(code: string, sentence: string): McpAuthError {
  return Object.assign(new Error(sentence), { name: 'McpAuthError', code } as const);
}
