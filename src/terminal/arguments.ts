import { parseArgs } from 'node:util';
import { CommandError } from '../node/ipc/commandError.ts';

/** An option of a command. */
export interface OptionSpec {
  readonly short?: string;
  /** What its value is called in the help; an option without one is a switch. */
  readonly value?: string;
  readonly multiple?: true;
  readonly about: string;
}

/** What a command takes. */
export interface ArgumentSpec {
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** How many words it takes beside its options, and how many it needs. */
  readonly words: readonly [least: number, most: number];
}

/** What was given to a command. */
export interface Arguments {
  readonly words: readonly string[];
  has(option: string): boolean;
  /** Its value; the last one where it was given more than once. */
  value(option: string): string | undefined;
  values(option: string): readonly string[];
}

/** Reads the arguments of a command. @throws CommandError `usage` */
export function parseArguments(given: readonly string[], { options, words }: ArgumentSpec): Arguments {
  const { values, positionals } = parse(given, options);
  const [least, most] = words;
  if (positionals.length < least) {
    throw new CommandError('usage', 'An argument is missing.');
  }
  if (positionals.length > most) {
    throw new CommandError('usage', `Unexpected argument ${JSON.stringify(positionals[most])}.`);
  }
  const texts = (option: string) =>
    [values[option] ?? []].flat().filter((value) => typeof value === 'string');
  return {
    words: positionals,
    has: (option) => values[option] !== undefined,
    value: (option) => texts(option).at(-1),
    values: texts,
  };
}

function parse(given: readonly string[], specs: ArgumentSpec['options']) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { short, value, multiple = false }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...given], options, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError('usage', message);
  }
}
