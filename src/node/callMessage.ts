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

function callId() {
  return v.pipe(v.string(), v.maxLength(64));
}
