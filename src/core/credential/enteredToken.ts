import { decodeBasic, type SavedToken, type TokenWay } from './savedToken.ts';

/** What a person has entered as a token. */
export type EnteredToken =
  | ({ readonly kind: 'token' } & Pick<SavedToken, 'headerName' | 'scheme' | 'token'>)
  /** A sentence, without anything of what was entered. */
  | { readonly kind: 'problem'; readonly sentence: string };

const schemes = ['Bearer', 'Basic', 'Token', 'Sentry-Bearer'];
const headerPrefix = /^authorization\s*:\s*/i;
const schemePrefix = /^(Token token=|(?:Sentry-)?Bearer\s+|Basic\s+|Token\s+)"?([^"]*)"?$/i;
const printable = /^[\x20-\x7e]*$/;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;
const placeholders = [
  /^[<[{(].*[>\]})]$/,
  /\$\{.*\}/,
  /\.{3}|…/,
  /^(?:x+|\*+|•+|-+|_+)$/i,
  /^(?:your|insert|paste|enter|add|replace)[-_ ]?.*(?:token|key|here|secret|pat)\b/i,
  /^(?:token|api[-_ ]?key|key|secret|bearer|changeme|redacted|undefined|null|test|todo)$/i,
];

/**
 * Reads what was typed or pasted: the token itself, or with its scheme or the whole `Authorization` header, which
 * then say how it is sent. EMAIL:TOKEN is encoded where the scheme is Basic (RFC 7617).
 */
export function parseEnteredToken(text: string, way: TokenWay): EnteredToken {
  const trimmed = text.trim();
  if (trimmed === '') {
    return problem('Enter the token: it is empty.');
  }
  const { scheme, token } = split(trimmed, way);
  if (token === '') {
    return problem('There is no token behind the scheme.');
  }
  if (placeholders.some((one) => one.test(token))) {
    return problem('This looks like a placeholder: enter the token itself.');
  }
  if (!printable.test(token)) {
    return problem('There is a line break, or a character that no token has, in it: was it copied whole?');
  }
  if (token.includes(' ')) {
    return problem('There is a space in it: was it copied whole?');
  }
  return scheme?.toLowerCase() === 'basic'
    ? basic(token, way)
    : { kind: 'token', headerName: way.headerName, scheme, token };
}

/** A pasted scheme says more than what was chosen before; other headers than `Authorization` have none. */
function split(text: string, way: TokenWay): { readonly scheme: string | undefined; readonly token: string } {
  const bare = text.replace(headerPrefix, '').trim();
  const [, written, token] = schemePrefix.exec(bare) ?? [];
  if (written === undefined || token === undefined) {
    return schemes.some((one) => one.toLowerCase() === bare.toLowerCase())
      ? { scheme: way.scheme, token: '' }
      : { scheme: way.scheme, token: bare };
  }
  const name = written.trim().toLowerCase();
  const scheme = name === 'token token=' ? 'Token token=' : schemes.find((one) => one.toLowerCase() === name);
  return { scheme: isAuthorization(way) ? scheme : way.scheme, token: token.trim() };
}

/** @see RFC 7617, section 2 */
function basic(token: string, { headerName }: TokenWay): EnteredToken {
  const isPair = token.includes(':');
  if (!isPair && !(base64.test(token) && decodeBasic(token)?.includes(':'))) {
    return problem('Enter it as EMAIL:TOKEN: this way of sending needs both.');
  }
  return { kind: 'token', headerName, scheme: 'Basic', token: isPair ? btoa(token) : token };
}

function isAuthorization({ headerName }: TokenWay): boolean {
  return headerName.toLowerCase() === 'authorization';
}

function problem(sentence: string): EnteredToken {
  return { kind: 'problem', sentence };
}
