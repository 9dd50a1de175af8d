/** A name of a header as HTTP allows it (RFC 9110, section 5.1). */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Headers that say something else about a request, so that a token in them would break it. */
const taken =
  /^(?:accept(?:-.*)?|connection|content-.*|cookie2?|date|expect|host|keep-alive|last-event-id|mcp-.*|origin|proxy-.*|sec-.*|te|trailer|transfer-encoding|upgrade|user-agent|via)$/i;

const scheme = /^[!-~](?:[ -~]*[!-~])?$/;

/** Why a header cannot carry a token, as a sentence; `undefined` if it can. */
export function headerNameProblem(text: string): string | undefined {
  const name = text.trim();
  if (name === '') {
    return 'Enter the name of the header, for example X-API-Key.';
  }
  if (!fieldName.test(name) || name.length > 64) {
    return 'A header name has letters, digits and hyphens only, and at most 64 of them.';
  }
  return taken.test(name) ? `MCP needs the header ${name} for something else.` : undefined;
}

/** Why a text cannot precede a token in its header, as a sentence; `undefined` if it can. Empty means nothing does. */
export function schemeProblem(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === '' || (scheme.test(trimmed) && trimmed.length <= 32)
    ? undefined
    : 'A scheme has at most 32 letters, digits and signs, such as Bearer.';
}
