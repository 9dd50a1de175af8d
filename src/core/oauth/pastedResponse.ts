import { advertisesPkce } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { parseRedirectQuery } from './parseRedirectQuery.ts';

/** What a pasted text is read as. Everything in it is as trustworthy as the page that it was copied from. */
export type PastedText =
  | { readonly kind: 'response'; readonly parameters: URLSearchParams }
  /** Without the parameters of a redirect; `state` where it came as `code#state`. */
  | { readonly kind: 'code'; readonly code: string; readonly state: string | undefined }
  /** An address that holds no response. */
  | { readonly kind: 'address'; readonly url: URL }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknown' };

/** Reads what a person pastes: the whole redirect URL, its query or fragment, a bare code, or `code#state`. */
export function parsePastedText(text: string): PastedText {
  const pasted = decodedAsAWhole(withoutWrapping(text));
  if (pasted === '') {
    return { kind: 'empty' };
  }
  if (/\s/.test(pasted)) {
    return { kind: 'unknown' };
  }
  for (const part of parameterParts(pasted)) {
    const parameters = parseRedirectQuery(part, 'encoded');
    if (parameters.get('code') || parameters.get('error')) {
      return { kind: 'response', parameters };
    }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(pasted)) {
    return URL.canParse(pasted) ? { kind: 'address', url: new URL(pasted) } : { kind: 'unknown' };
  }
  const [code = '', state, ...more] = pasted.split('#');
  if (code === '' || state === '' || more.length > 0 || /[?&]/.test(pasted)) {
    return { kind: 'unknown' };
  }
  return { kind: 'code', code: percentDecoded(code), state: state && percentDecoded(state) };
}

/** Line breaks as terminals insert them, and the quotes and brackets that are easily copied along. */
function withoutWrapping(text: string): string {
  return text
    .trim()
    .replace(/\s*[\r\n]+\s*/g, '')
    .replace(/^["'`<(]+|["'`>),;]+$/g, '')
    .trim();
}

/** Some pages show the address percent-encoded as a whole; then nothing in it separates parameters. */
function decodedAsAWhole(text: string): string {
  const isEncoded = !/[=:?&]/.test(text) && /%(?:3A%2F%2F|3D)/i.test(text);
  return isEncoded ? percentDecoded(text) : text;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where the parameters of a response may stand: in the query, in the fragment, or alone. */
function parameterParts(text: string): readonly string[] {
  const [beforeFragment = '', fragment = ''] = split(text, '#');
  const [beforeQuery, query] = split(beforeFragment, '?');
  return [query ?? beforeQuery, fragment];
}

function split(text: string, separator: string): readonly [string, string?] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** The attempt that a text is pasted for. */
export interface PasteTarget {
  readonly server: AuthorizationServer;
  /** The authorization request as the browser got it. */
  readonly url: URL;
  readonly redirectUri: string;
  readonly state: string;
}

/** A response with the attempt's `state`, or what is wrong with the text, as a sentence for the person. */
export type JudgedPaste = { readonly response: URLSearchParams } | { readonly problem: string };

/** Judges a pasted text. Whoever gets the response judges it further, as any other: its `iss`, its error. */
export function judgePastedText(text: string, target: PasteTarget): JudgedPaste {
  const pasted = parsePastedText(text);
  const wanted = `Paste the address that the browser ends at after you have signed in. It begins with ${JSON.stringify(withoutQuery(target.redirectUri))}.`;
  switch (pasted.kind) {
    case 'empty':
      return { problem: wanted };
    case 'unknown':
      return { problem: `This is not an address. ${wanted}` };
    case 'address':
      return {
        problem: isSignInPage(pasted.url, target.url)
          ? `This is the address of the sign-in page. Open it in a browser. ${wanted}`
          : `This is an address at ${JSON.stringify(pasted.url.host)} without an answer in it. ${wanted}`,
      };
    case 'code':
      return judgeCode(pasted, target, wanted);
    case 'response':
      return judgeState(pasted.parameters, target, wanted);
  }
}

function judgeState(response: URLSearchParams, { state }: PasteTarget, wanted: string): JudgedPaste {
  const states = response.getAll('state');
  if (states.length !== 1) {
    return { problem: `Part of the address is missing: copy all of it. ${wanted}` };
  }
  return states[0] === state
    ? { response }
    : { problem: `This is the answer to another sign-in than the one that was just begun. ${wanted}` };
}

/**
 * A bare code brings no `state`. It is taken because the person copied it from the page that this attempt
 * opened, and safe because of PKCE: a code that somebody else foists on them was issued for another challenge,
 * so that the token endpoint refuses it together with this attempt's verifier. Where the server is not known to
 * check PKCE that does not hold; and where it promises `iss` (RFC 9207), a code alone hides who issued it.
 */
function judgeCode(
  { code, state }: PastedText & { kind: 'code' },
  target: PasteTarget,
  wanted: string,
): JudgedPaste {
  const { server } = target;
  if (server.authorization_response_iss_parameter_supported === true) {
    return { problem: `The code alone does not say who issued it. ${wanted}` };
  }
  if (state === undefined && !advertisesPkce(server)) {
    return { problem: `The code alone is not enough for this server. ${wanted}` };
  }
  return judgeState(new URLSearchParams({ code, state: state ?? target.state }), target, wanted);
}

function isSignInPage(url: URL, { origin, pathname }: URL): boolean {
  return (url.origin === origin && url.pathname === pathname) || url.searchParams.has('response_type');
}

function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/s, '');
}
