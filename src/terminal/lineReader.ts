import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { exitCode } from './exitCode.ts';

/** Reads lines that are typed, or come through a pipe. */
export interface LineReader {
  /** @returns nothing where there is no line any more */
  ask(question: { readonly text: string; readonly isSecret: boolean }): Promise<string | undefined>;
  close(): void;
}

/** Reads from stdin, and asks on stderr. What is secret is not shown while it is typed. Ctrl+C ends the process. */
export function openLineReader(): LineReader {
  const { stdin, stderr } = process;
  const isTerminal = stdin.isTTY === true;
  let isMuted = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted) {
        stderr.write(chunk);
      }
      done();
    },
  });
  const lines = createInterface({ input: stdin, output, terminal: isTerminal, historySize: 0 });
  const incoming = lines[Symbol.asyncIterator]();
  lines.on('SIGINT', () => {
    stderr.write('\n');
    process.exit(exitCode.cancelled);
  });
  return {
    async ask({ text, isSecret }) {
      if (isTerminal) {
        // Written anew by readline whenever the line is edited: only its last line can be.
        const start = text.lastIndexOf('\n') + 1;
        stderr.write(text.slice(0, start));
        lines.setPrompt(text.slice(start));
        lines.prompt();
      } else {
        stderr.write(text);
      }
      isMuted = isSecret;
      const { value, done } = await incoming.next();
      isMuted = false;
      if (isSecret && isTerminal) {
        stderr.write('\n');
      }
      return done ? undefined : value;
    },
    close: () => lines.close(),
  };
}
