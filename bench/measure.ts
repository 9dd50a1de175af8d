import { setTimeout } from 'node:timers/promises';
import type { Case, Participant } from './participant.ts';
import { type RequestSpan, requestsInSeries } from './series.ts';
import type { ServerProcess } from './serverProcess.ts';

/** Requests in one part of a sign-in. */
export interface Requests {
  readonly inSeries: number;
  readonly total: number;
}

/** What one sign-in took. Times in milliseconds. */
export interface Measurement {
  readonly beforeBrowser: Requests;
  readonly afterCallback: Requests;
  readonly timeToBrowser: number;
  /** The same without what was before the first request; the same where there was none. */
  readonly timeToBrowserFromFirstRequest: number;
  readonly timeToToken: number;
  /** What it left, for later sign-ins to begin with. */
  readonly left: unknown;
}

/**
 * How long the person looks at the page when signing in again, in milliseconds. Who checks the server meanwhile
 * would be charged for a haste that no person has; for all other sign-ins it would only take the bench longer.
 */
const thinkingTime = 1_000;

/** Signs in once. */
export async function measure(
  participant: Participant,
  { which, left, latency, server }: { which: Case; left: unknown; latency: number; server: ServerProcess },
): Promise<Measurement> {
  await server.prepare({ latency, revoke: which === 'again' });
  const { events, clickedAt, callBack, end } = await participant.begin(which, left);
  try {
    const opened = await events.next('opened');
    await (which === 'again' && setTimeout(thinkingTime));
    const answer = await fetch(opened.url, { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) {
      throw new Error(`${participant.name}: the sign-in page says ${answer.status}: ${await answer.text()}`);
    }
    const [{ at: calledBackAt }, stored] = await Promise.all([
      events.next('calledBack'),
      events.next('stored'),
      callBack(location),
    ]);
    const spans = await server.spans();
    const before = spans.filter(({ startedAt }) => startedAt < opened.at);
    const after = spans.filter(({ startedAt }) => startedAt >= calledBackAt && startedAt < stored.at);
    const firstRequestAt = Math.min(...before.map(({ startedAt }) => startedAt));
    const beganAt = Number.isFinite(firstRequestAt) ? firstRequestAt : clickedAt;
    return {
      beforeBrowser: countOf(before),
      afterCallback: countOf(after),
      timeToBrowser: opened.at - clickedAt,
      timeToBrowserFromFirstRequest: opened.at - beganAt,
      timeToToken: stored.at - calledBackAt,
      left: stored.state ?? true,
    };
  } finally {
    await end();
  }
}

/** How long one request takes in a process that has sent one before, elsewhere. */
export async function measureOneRequest(
  one: Participant,
  { latency, server }: { readonly latency: number; readonly server: ServerProcess },
): Promise<number> {
  await server.prepare({ latency, revoke: false });
  const { events, clickedAt, end } = await one.begin('first', undefined);
  try {
    return (await events.next('opened')).at - clickedAt;
  } finally {
    await end();
  }
}

function countOf(spans: readonly RequestSpan[]): Requests {
  return { inSeries: requestsInSeries(spans), total: spans.length };
}
