/** Why the command ends other than well: what a window has answered, or what the command has found itself. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** That of the window's `AuthError`, or `no_window`, `usage`, `window_gone`, `timeout`. */
  readonly code: string;

  /** @param message a sentence for the person */
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
