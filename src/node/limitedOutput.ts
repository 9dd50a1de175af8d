import type { Readable } from 'node:stream';

/** What a process has written so far. */
export interface LimitedOutput {
  /** As UTF-8; no more than the limit. */
  text(): string;
  /** Reads no further, whoever still holds the other end. */
  close(): void;
}

/**
 * Reads a stream to its end, so that nobody who writes to it waits, and keeps its beginning.
 *
 * @param limit in bytes
 * @param onExceeded called once, when there is more
 */
export function limitedOutput(stream: Readable, limit: number, onExceeded?: () => void): LimitedOutput {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    const wasExceeded = size > limit;
    if (size < limit) {
      chunks.push(chunk.subarray(0, limit - size));
    }
    size += chunk.length;
    if (size > limit && !wasExceeded) {
      onExceeded?.();
    }
  });
  // A stream that breaks has ended: the exit of the process says how.
  stream.on('error', () => undefined);
  return {
    text: () => Buffer.concat(chunks).toString('utf8'),
    close: () => void stream.destroy(),
  };
}
