import { quote } from '../quote.ts';

/** Code points of a name that are kept: enough for an address, too few to fill a notification. */
const lengthLimit = 64;

/** What cannot be seen, or changes how the rest reads: controls, formats, lone surrogates, private use. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** What needs no quotes among words and separators of ours. */
const plain = /^[\p{L}\p{M}\p{N}@._+'-]+(?: [\p{L}\p{M}\p{N}@._+'-]+)*$/u;

/**
 * What an account may be called, made of what a server or a person calls it: printable, on one line, and short.
 *
 * @returns `undefined` where nothing is left
 */
export function cleanAccountName(name: unknown): string | undefined {
  if (typeof name !== 'string') {
    return undefined;
  }
  // Cut first, so that a name of a megabyte costs nothing; what is dropped below is rarely there at all.
  const start = name.slice(0, 20 * lengthLimit);
  const text = start.replace(/\s/g, ' ').replace(unprintable, '').replace(/ +/g, ' ').trim();
  const characters = [...text];
  const short =
    characters.length > lengthLimit
      ? `${characters
          .slice(0, lengthLimit - 1)
          .join('')
          .trimEnd()}…`
      : text;
  return short === '' ? undefined : short;
}

/** A name as it is shown: in quotes where it could be taken for something that we say, or for an icon. */
export function shownAccountName(name: string): string {
  return plain.test(name) ? name : quote(name).replaceAll('$(', '$ (');
}

/** The name of an account that has none: its place among those of its server, from 0. */
export function ordinalName(index: number): string {
  return `Account ${index + 1}`;
}

/** What a further account is called unless somebody knows better, beside the names that are there. */
export function nextOrdinalName(others: readonly string[]): string {
  let index = others.length;
  while (others.includes(ordinalName(index))) {
    index++;
  }
  return ordinalName(index);
}
