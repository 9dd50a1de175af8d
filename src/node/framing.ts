import type { Socket } from 'node:net';

/** Somebody sent what does not belong here: the connection is of no use any more. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Text in lines, over a socket. What arrives is read only when it is asked for, so a sender has to wait. */
export class Lines {
  readonly #socket: Socket;
  readonly #incoming: AsyncGenerator<string, undefined>;
  /** The greatest number of characters in a line that arrives. */
  limit: number;

  constructor(socket: Socket, limit: number) {
    this.#socket = socket;
    this.limit = limit;
    this.#incoming = this.#read();
    // Whoever reads learns of the end; without a listener the process would end, too.
    socket.on('error', () => undefined);
  }

  /** Nothing happens if the other end is gone. A line must not have a line feed in it. */
  send(line: string): void {
    if (this.#socket.writable) {
      this.#socket.write(`${line}\n`);
    }
  }

  /** How many bytes the other end has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** @returns the next line, or nothing when the connection has ended @throws ProtocolError for one over the limit */
  async receive(): Promise<string | undefined> {
    return (await this.#incoming.next()).value;
  }

  /** Ends the connection when the other end has taken everything that was sent. */
  end(): void {
    this.#socket.end();
  }

  /** Ends the connection now. */
  close(): void {
    this.#socket.destroy();
  }

  async *#read(): AsyncGenerator<string, undefined> {
    let line = '';
    for await (const chunk of chunks(this.#socket)) {
      const [first = '', ...others] = chunk.split('\n');
      line = this.#checked(line + first);
      for (const other of others) {
        yield line;
        line = this.#checked(other);
      }
    }
    return undefined;
  }

  #checked(line: string): string {
    if (line.length > this.limit) {
      throw new ProtocolError(`A message is longer than ${this.limit} characters.`);
    }
    return line;
  }
}

/** What arrives, until the connection ends in whatever way. */
async function* chunks(socket: Socket): AsyncGenerator<string> {
  try {
    yield* socket.setEncoding('utf8');
  } catch {
    // Reset, or destroyed at this end.
  }
}
