/** Writes a call or an answer. That something failed is all that the other end has to know: an error may carry anything. */
export function writeCallMessage(message: { readonly t: string; readonly e?: unknown }): string {
  const isFailure = message.t === 's' && message.e !== undefined;
  return JSON.stringify(isFailure ? { ...message, e: true } : message);
}
