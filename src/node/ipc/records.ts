import { ProtocolError } from '../framing.ts';

/**
 * Checks by hand, for what the terminal command reads: a library for schemas would cost it more time than the call of
 * the window does.
 */
export type UnknownRecord = Readonly<Record<string, unknown>>;

/** Whether a value is an object with names. */
export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads such an object from JSON. @throws ProtocolError */
export function parseRecord(text: string): UnknownRecord {
  const value = parseJson(text);
  if (!isRecord(value)) {
    throw new ProtocolError('A message is no object.');
  }
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('A message is no JSON.');
  }
}
