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
