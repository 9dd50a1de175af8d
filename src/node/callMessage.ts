import * as v from 'valibot';

/** A call as birpc writes it: without an id it is an event, and nobody answers. */
export function callMessage<const Name extends string, const Parameters extends v.TupleItems>(
  method: Name,
  parameters: Parameters,
) {
  return v.object({
    t: v.literal('q'),
    i: v.optional(callId()),
    m: v.literal(method),
    a: v.strictTuple(parameters),
  });
}

/** The answer to a call as birpc writes it. What it answers with is for the caller to judge. */
export function answerMessage() {
  return v.object({
    t: v.literal('s'),
    i: callId(),
    r: v.optional(v.unknown()),
    e: v.optional(v.unknown()),
  });
}

/** Writes a call or an answer. That something failed is all that the other end has to know: an error may carry anything. */
export function writeCallMessage(message: { readonly t: string; readonly e?: unknown }): string {
  const isFailure = message.t === 's' && message.e !== undefined;
  return JSON.stringify(isFailure ? { ...message, e: true } : message);
}

function callId() {
  return v.pipe(v.string(), v.maxLength(64));
}
