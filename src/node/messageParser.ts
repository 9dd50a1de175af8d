import * as v from 'valibot';
import { ProtocolError } from './framing.ts';

/**
 * Makes a parser of a schema. It throws a {@link ProtocolError} that says where a value is wrong, never the value.
 *
 * @param schema made when it is first needed: the terminal command needs few of them, and at once
 */
export function messageParser<Schema extends v.GenericSchema>(schema: () => Schema) {
  let made: Schema | undefined;
  return (value: unknown): v.InferOutput<Schema> => {
    made ??= schema();
    const result = v.safeParse(made, value);
    if (!result.success) {
      const paths = result.issues.map((issue) => v.getDotPath(issue) ?? '(all)');
      throw new ProtocolError(`A message is malformed at ${paths.join(', ')}.`);
    }
    return result.output;
  };
}

/** The same for a value that is written as JSON. */
export function messageTextParser<Schema extends v.GenericSchema>(schema: () => Schema) {
  const parse = messageParser(schema);
  return (text: string) => parse(parseJson(text));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('A message is no JSON.');
  }
}
