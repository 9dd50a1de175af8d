/** Headers by name, as definitions write them: names do not tell cases apart. Values may be secrets. */
export type HeaderRecord = Readonly<Record<string, string>>;

/** The headers but one, however its name is written. */
export function withoutHeader(headers: HeaderRecord, name: string): HeaderRecord {
  const left = Object.entries(headers).filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return Object.fromEntries(left);
}

/** The headers with others, which take the place of those of the same name. */
export function mergeHeaders(first: HeaderRecord, second: HeaderRecord): HeaderRecord {
  const rest = Object.keys(second).reduce(withoutHeader, first);
  return { ...rest, ...second };
}
