/** Longer, in milliseconds, is a mistake, or as good as forever. */
const longestWait = 24 * 60 * 60_000;

/** The three forms of RFC 9110, section 5.6.7. `Date.parse` alone takes much else for a date, `-5` included. */
const httpDate = /^[A-Z][a-z]+,? [\w -]+ \d\d:\d\d:\d\d (?:GMT|\d{4})$/;

/**
 * How long a response asks to wait, in milliseconds: 0 to a day; `undefined` where it does not say, or not in a form
 * that there is. A point in time counts from the response's own `Date`, since its server's clock may be wrong.
 *
 * @see RFC 9110, section 10.2.3
 */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const wait = /^\d+$/.test(text)
    ? Number(text) * 1000
    : parseHttpDate(text) - parseHttpDate(headers.get('date')?.trim() ?? '');
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWait);
}

function parseHttpDate(text: string): number {
  if (!httpDate.test(text)) {
    return Number.NaN;
  }
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
