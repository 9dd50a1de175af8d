/**
 * Whether a list of patterns means a name. `*` stands for any characters; a pattern behind `!` takes names out again,
 * and the last one that matches decides.
 */
export function matchesPatterns(name: string, patterns: readonly string[]): boolean {
  const last = patterns.findLast((pattern) => isMatch(name, pattern.replace(/^!/, '')));
  return last !== undefined && !last.startsWith('!');
}

function isMatch(name: string, pattern: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) {
    return name === first;
  }
  if (!name.startsWith(first) || !name.endsWith(last)) {
    return false;
  }
  // Each part as far to the left as it goes: what a regular expression might try for hours is looked at once.
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) {
      return false;
    }
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/**
 * The same patterns, except that they mean this name, or no longer do. Every other name is meant as before.
 *
 * @returns nothing where no pattern stands for the name alone
 */
export function changePatterns(
  name: string,
  patterns: readonly string[],
  wish: 'unwanted' | 'wanted',
): readonly string[] | undefined {
  if (name === '' || name.startsWith('!') || name.includes('*')) {
    return undefined;
  }
  const isWanted = wish === 'wanted';
  const others = patterns.filter((pattern) => pattern !== name && pattern !== `!${name}`);
  return matchesPatterns(name, others) === isWanted ? others : [...others, isWanted ? name : `!${name}`];
}
