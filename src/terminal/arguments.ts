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
  /** Its first word is a command, which takes all that stands behind it, also without `--` in front. */
  readonly endsAtWord?: true;
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

/** What was given, with `--` where its options end. Never throws. */
export function endOptions(
  given: readonly string[],
  { options, endsAtWord }: ArgumentSpec,
): readonly string[] {
  if (!endsAtWord) {
    return given;
  }
  const lenient = { strict: false, tokens: true, allowPositionals: true } as const;
  const { tokens } = parseArgs({ args: [...given], options: parsed(options), ...lenient });
  const end = tokens.find(({ kind }) => kind !== 'option');
  return end?.kind === 'positional' ? [...given.slice(0, end.index), '--', ...given.slice(end.index)] : given;
}

function parse(given: readonly string[], specs: ArgumentSpec['options']) {
  try {
    return parseArgs({ args: [...given], options: parsed(specs), allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError('usage', message);
  }
}

/** As `parseArgs` wants them. */
function parsed(specs: ArgumentSpec['options']) {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { short, value, multiple = false }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}
