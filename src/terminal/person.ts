import type { TerminalPrompts } from '../node/ipc/terminalCalls.ts';
import { type LineReader, openLineReader } from './lineReader.ts';
import { printable } from './printable.ts';

/** Who sits at the terminal, or reads what goes through a pipe. Results go to stdout, all else to stderr. */
export interface Person {
  readonly prompts: TerminalPrompts;
  /** Whether somebody can be asked. */
  readonly isThere: boolean;
  /** Prints a result. */
  print(text: string): void;
  /** Says how something went, with a mark in front. */
  report(isGood: boolean, sentence: string): void;
  /** Says something that is no result. */
  warn(sentence: string): void;
  /** Puts an end to what is waited for and asked. */
  dispose(): void;
}

/** What text is written to: a terminal, a pipe or a file. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Where a person is met. */
export interface Streams {
  readonly stdin: Pick<Screen, 'isTTY'>;
  readonly stdout: Screen;
  readonly stderr: Screen;
}

const colours = { bad: 31, good: 32 } as const;

/** The person at a terminal, by default at that of this process. One that is dumb, as in Emacs, is sent text alone. */
export function createPerson(
  { NO_COLOR: noColour = '', TERM: terminal }: NodeJS.ProcessEnv,
  { stdin, stdout, stderr }: Streams = process,
): Person {
  const isDumb = terminal === 'dumb';
  let hasProgress = false;
  let reader: LineReader | undefined;
  const clear = () => {
    if (hasProgress) {
      stderr.write('\r\x1b[K');
      hasProgress = false;
    }
  };
  const write = (stream: Screen, text: string) => {
    clear();
    stream.write(`${text}\n`);
  };
  const coloured = (stream: Screen, colour: number, text: string) =>
    stream.isTTY && !isDumb && noColour === '' ? `\x1b[${colour}m${text}\x1b[0m` : text;
  return {
    isThere: stdin.isTTY === true,
    prompts: {
      progress: (text) => {
        if (stderr.isTTY && !isDumb) {
          clear();
          stderr.write(oneLine(printable(text), stderr.columns));
          hasProgress = true;
        }
      },
      show: (text) => write(stderr, printable(text)),
      ask: async ({ text, isSecret }) => {
        clear();
        reader ??= openLineReader();
        return await reader.ask({ text: `${printable(text)} `, isSecret });
      },
    },
    print: (text) => write(stdout, text),
    report: (isGood, sentence) => {
      const mark = isGood ? coloured(stdout, colours.good, '✔') : coloured(stdout, colours.bad, '✘');
      write(stdout, `${mark} ${printable(sentence)}`);
    },
    warn: (sentence) => write(stderr, `${coloured(stderr, colours.bad, 'mcp-auth:')} ${printable(sentence)}`),
    dispose: () => {
      clear();
      reader?.close();
    },
  };
}

/** What can be taken back with one carriage return. */
function oneLine(text: string, columns: number | undefined): string {
  return text.replaceAll('\n', ' ').slice(0, Math.max(10, (columns || 80) - 1));
}
