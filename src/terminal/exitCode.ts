/** What the command ends with. The help says it, too. */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  noWindow: 3,
  needsAuthentication: 4,
  refused: 5,
  unknownServer: 6,
  cancelled: 130,
} as const;

/** One of the numbers above. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const byErrorCode: Readonly<Record<string, ExitCode>> = {
  access_refused: exitCode.refused,
  access_unanswered: exitCode.refused,
  cancelled: exitCode.cancelled,
  credential_bound: exitCode.refused,
  helper_not_allowed: exitCode.refused,
  insufficient_scope: exitCode.needsAuthentication,
  no_window: exitCode.noWindow,
  not_authenticated: exitCode.needsAuthentication,
  saved_token_rejected: exitCode.needsAuthentication,
  session_expired: exitCode.needsAuthentication,
  token_rejected: exitCode.needsAuthentication,
  unknown_server: exitCode.unknownServer,
  untrusted_workspace: exitCode.refused,
  usage: exitCode.usage,
};

/** The exit code for an error, by its code: that of an `AuthError`, or of the command itself. */
export function exitCodeFor(code: string): ExitCode {
  return Object.hasOwn(byErrorCode, code) ? (byErrorCode[code] ?? exitCode.failed) : exitCode.failed;
}
