const token = "[\\w!#$%&'*+.^`|~-]+";
const quotedString = '"(?:[^"\\\\]|\\\\.)*"';

/** One element of a list: everything up to a comma that is in no quoted string, of which the last may be open. */
const elements = /(?:"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[^",])+/g;
const parameter = new RegExp(`^${token}\\s*=\\s*(?:${token}|${quotedString})$`);
const bareScheme = new RegExp(`^${token}$`);

/**
 * Takes a `WWW-Authenticate` field apart into its challenges, each in the plain form that every parser reads: the
 * same comma separates challenges and their parameters, elements may be empty, and space is free around them.
 * oauth4webapi's parser takes some of that for an error, and then drops all challenges.
 *
 * @see RFC 9110, sections 5.6.1.2 and 11.6.1
 */
export function splitChallenges(field: string): readonly string[] {
  const challenges: { readonly first: string; readonly more: string[] }[] = [];
  for (const [text] of field.matchAll(elements)) {
    const element = text.trim();
    const last = challenges.at(-1);
    if (element === '') {
      continue;
    }
    if (last !== undefined && parameter.test(element)) {
      last.more.push(element);
    } else {
      challenges.push({ first: element, more: [] });
    }
  }
  return challenges.map(({ first, more }) => {
    const parameters = more.join(', ');
    return parameters === '' ? first : `${first}${bareScheme.test(first) ? ' ' : ', '}${parameters}`;
  });
}
