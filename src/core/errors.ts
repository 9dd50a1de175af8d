/**
 * Every way in which an operation of MCP Auth ends other than well. The set is closed: adding a code means
 * deciding its remedy below, and the compiler asks for it.
 */
export type AuthErrorCode =
  | 'access_denied'
  | 'access_refused'
  | 'access_unanswered'
  | 'authorization_refused'
  | 'cancelled'
  | 'certificate_untrusted'
  | 'client_rejected'
  | 'client_required'
  | 'credential_bound'
  | 'device_unavailable'
  | 'discovery_failed'
  | 'dpop_not_supported'
  | 'forbidden_address'
  | 'header_rejected'
  | 'helper_failed'
  | 'helper_not_allowed'
  | 'insecure_url'
  | 'insufficient_scope'
  | 'invalid_definition'
  | 'invalid_response'
  | 'invalid_setting'
  | 'issuer_changed'
  | 'issuer_mismatch'
  | 'network'
  | 'no_authentication_needed'
  | 'not_authenticated'
  | 'pkce_not_supported'
  | 'proxy_failed'
  | 'redirect_unavailable'
  | 'registration_refused'
  | 'resource_mismatch'
  | 'saved_token_rejected'
  | 'server_error'
  | 'session_expired'
  | 'storage'
  | 'timeout'
  | 'token_rejected'
  | 'unknown_server'
  | 'untrusted_workspace';

/** The one thing a person can do next; `vscode/` turns it into a button. */
export type Remedy =
  | 'allowHelper'
  | 'authenticate'
  | 'clearRegistration'
  | 'enterClient'
  | 'manageAccess'
  | 'manageTrust'
  | 'none'
  | 'openDefinition'
  | 'openSettings'
  | 'retry'
  | 'setToken'
  | 'showLog';

const remedies: Readonly<Record<AuthErrorCode, Remedy>> = {
  access_denied: 'retry',
  access_refused: 'manageAccess',
  access_unanswered: 'retry',
  authorization_refused: 'authenticate',
  cancelled: 'none',
  certificate_untrusted: 'openSettings',
  client_rejected: 'enterClient',
  client_required: 'enterClient',
  credential_bound: 'none',
  device_unavailable: 'authenticate',
  discovery_failed: 'showLog',
  dpop_not_supported: 'showLog',
  forbidden_address: 'showLog',
  header_rejected: 'openDefinition',
  helper_failed: 'retry',
  helper_not_allowed: 'allowHelper',
  insecure_url: 'openDefinition',
  insufficient_scope: 'authenticate',
  invalid_definition: 'openDefinition',
  invalid_response: 'showLog',
  invalid_setting: 'openSettings',
  issuer_changed: 'clearRegistration',
  issuer_mismatch: 'showLog',
  network: 'retry',
  no_authentication_needed: 'none',
  not_authenticated: 'authenticate',
  pkce_not_supported: 'retry',
  proxy_failed: 'openSettings',
  redirect_unavailable: 'retry',
  registration_refused: 'showLog',
  resource_mismatch: 'showLog',
  saved_token_rejected: 'setToken',
  server_error: 'retry',
  session_expired: 'authenticate',
  storage: 'retry',
  timeout: 'retry',
  token_rejected: 'authenticate',
  unknown_server: 'none',
  untrusted_workspace: 'manageTrust',
};

/**
 * The only error that crosses layers on purpose. `message` is a sentence for the user and never holds a
 * secret; `cause` may, so it is only ever logged through {@link Log}.
 */
export class AuthError extends Error {
  readonly code: AuthErrorCode;
  readonly remedy: Remedy;
  /** The setting to open, where the remedy is `openSettings`; all of ours where none is named. */
  readonly setting: string | undefined;

  constructor(
    code: AuthErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly setting?: string },
  ) {
    super(message, options);
    this.name = 'AuthError';
    this.code = code;
    this.remedy = remedies[code];
    this.setting = options?.setting;
  }
}

/** A server refused a request because the session lacks scopes (RFC 6750, section 3.1). */
export class InsufficientScopeError extends AuthError {
  /** What the server asks for, space-separated, where it says so. Attacker-controlled. */
  readonly scope: string | undefined;

  constructor(message: string, scope: string | undefined) {
    super('insufficient_scope', message);
    this.scope = scope;
  }
}

/** A server cannot answer right now, and may have said for how long (RFC 9110, section 10.2.3). */
export class ServerBusyError extends AuthError {
  /** How long it asks to wait, in milliseconds from when it answered; a day at most. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter: number | undefined, options?: { readonly cause?: unknown }) {
    super('server_error', message, options);
    this.retryAfter = retryAfter;
  }
}

/** Whether an operation ended because somebody asked it to: such an end is silent. */
export function isCancelled(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'cancelled';
}

/** Throws what aborted the signal, as an {@link AuthError}: `cancelled` unless the reason is one already. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw abortError(signal);
  }
}

/** The {@link AuthError} that an aborted signal stands for. */
export function abortError(signal: AbortSignal): AuthError {
  return signal.reason instanceof AuthError
    ? signal.reason
    : new AuthError('cancelled', 'Cancelled.', { cause: signal.reason });
}
