import * as v from 'valibot';
import { ProtocolError } from './framing.ts';

/** Makes a parser of a schema. It throws a {@link ProtocolError} that says where a value is wrong, never the value. */
export function messageParser<Schema extends v.GenericSchema>(schema: Schema) {
  return (value: unknown): v.InferOutput<Schema> => {
    const result = v.safeParse(schema, value);
    if (!result.success) {
      const paths = result.issues.map((issue) => v.getDotPath(issue) ?? '(all)');
      throw new ProtocolError(`A message is malformed at ${paths.join(', ')}.`);
    }
    return result.output;
  };
}

/** The same for a value that is written as JSON. */
export function messageTextParser<Schema extends v.GenericSchema>(schema: Schema) {
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
