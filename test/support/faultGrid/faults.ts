import type { AuthErrorCode } from '../../../src/core/errors.ts';
import { bytes, page, type Reply, reset, silence, text } from '../reply.ts';

/** The ways in which a request fails. */
export const faultNames = [
  'refused',
  'reset',
  'timeout',
  'http500',
  'http429',
  'http429Date',
  'garbage',
  'truncated',
  'tooLarge',
] as const;

export type FaultName = (typeof faultNames)[number];

/** How one request fails, and what the person reads unless a step says otherwise. */
export interface Fault {
  readonly name: FaultName;
  /** Ends the title of a test. */
  readonly when: string;
  /** `'refused'` is an address where nobody listens. */
  readonly reply: Reply | 'refused';
  readonly code: AuthErrorCode;
  readonly says: RegExp;
  /** What the error says of the time to wait, in milliseconds. */
  readonly retryAfter?: number;
}

/** What the answers that cannot be read hold, and no log may: as short as the quotations in a parser's errors. */
export const unreadableSecret = 's3cr3t-txt';

const encode = (start: string) => new TextEncoder().encode(start);
const slowDown = (headers: Readonly<Record<string, string>>) =>
  text('<!doctype html><p>Slow down.</p>', 'text/html', { status: 429, headers });

export const faults: readonly Fault[] = [
  {
    name: 'refused',
    when: 'nobody listens there',
    reply: 'refused',
    code: 'network',
    says: / cannot be reached: nothing listens there \(connection refused\)\.$/,
  },
  {
    name: 'reset',
    when: 'the connection is reset before an answer',
    reply: reset,
    code: 'network',
    says: / cannot be reached: the connection was reset\.$/,
  },
  {
    name: 'timeout',
    when: 'it never answers',
    reply: silence,
    code: 'timeout',
    says: / did not answer within 30 seconds\.$/,
  },
  {
    name: 'http500',
    when: 'it answers HTTP 500 with a page',
    reply: page(500),
    code: 'server_error',
    says: / has a problem \(HTTP 500\)\. Try again in a moment\.$/,
  },
  {
    name: 'http429',
    when: 'it answers HTTP 429 and asks to wait for seconds',
    reply: slowDown({ 'retry-after': '7' }),
    code: 'server_error',
    says: / asks to wait 7 s \(HTTP 429\)\.$/,
    retryAfter: 7000,
  },
  {
    name: 'http429Date',
    when: 'it answers HTTP 429 and asks to wait until a point in time',
    reply: slowDown({
      date: 'Tue, 01 Jan 2030 00:00:00 GMT',
      'retry-after': 'Tue, 01 Jan 2030 00:02:00 GMT',
    }),
    code: 'server_error',
    says: / asks to wait 2 min \(HTTP 429\)\.$/,
    retryAfter: 120_000,
  },
  {
    name: 'garbage',
    when: 'it answers something else',
    reply: bytes(Uint8Array.of(...encode(`${unreadableSecret}, and some bytes: `), 0x00, 0xff, 0xfe)),
    code: 'invalid_response',
    says: / gave an answer that OAuth does not allow(?: \(HTTP 20[01]\))?\.$/,
  },
  {
    name: 'truncated',
    when: 'its answer breaks off',
    reply: bytes(encode(`{"access_token":"${unreadableSecret}","iss`), { 'content-length': '5000' }),
    code: 'network',
    says: / did not finish its answer: the connection was closed\.$/,
  },
  {
    name: 'tooLarge',
    when: 'its answer is too large',
    reply: text(`{"access_token":"${unreadableSecret}","x":"${'x'.repeat(6_000_000)}"}`, 'application/json'),
    code: 'invalid_response',
    says: /^The answer of .* is larger than 1 MB\.$/,
  },
];
