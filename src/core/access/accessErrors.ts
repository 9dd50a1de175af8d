import { AuthError } from '../errors.ts';
import type { AccessRequest } from './accessControl.ts';
import { programText, serverText } from './accessText.ts';

/** The person has said "never". */
export function refusedError(request: AccessRequest): AuthError {
  return new AuthError(
    'access_refused',
    `You have said that ${programText(request.program)} may never use your session at ${serverText(request)}. "MCP Auth: Manage Access" changes that.`,
  );
}

/** The person has not said anything yet. */
export function unansweredError(request: AccessRequest): AuthError {
  return new AuthError(
    'access_unanswered',
    `Whether ${programText(request.program)} may use your session at ${serverText(request)} is not answered yet. VS Code asks.`,
  );
}
