import type { Readable } from 'node:stream';

/** What comes over stdio. */
export interface StdioMessage {
  readonly id?: number;
  readonly result?: unknown;
}

/** Reads messages, one per line. Long ones are notifications of the stream: they are counted, and not parsed. */
export function readMessages(
  output: Readable,
  on: { readonly message: (message: StdioMessage) => void; readonly long: () => void },
): void {
  const longest = 10_000;
  let parts: Buffer[] = [];
  const take = (line: Buffer) => {
    if (line.byteLength > longest) {
      on.long();
    } else if (line.byteLength > 0) {
      on.message(JSON.parse(line.toString()));
    }
  };
  output.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      take(Buffer.concat([...parts, chunk.subarray(from, end)]));
      parts = [];
      from = end + 1;
    }
    parts.push(chunk.subarray(from));
  });
}
