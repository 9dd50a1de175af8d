import type { Case } from './participant.ts';
import type { Results } from './results.ts';

/** Requests in series that precede the browser, at most. */
export const promisedBeforeBrowser: Readonly<Record<Case, number>> = {
  first: 3,
  document: 2,
  known: 2,
  again: 0,
};

/** Requests in series that follow the callback, at most. */
export const promisedAfterCallback = 1;

/** In sentences, what was counted that is more than promised. Times are no promise: they are the machine's. */
export function brokenPromises(results: Pick<Results, 'counts'>): readonly string[] {
  return Object.entries(promisedBeforeBrowser).flatMap(([name, promised]) => {
    const which = name as Case;
    const most = (part: 'afterCallback' | 'beforeBrowser') =>
      Math.max(...results.counts(part, { name: 'ours', which }).map(({ inSeries }) => inSeries));
    const [before, after] = [most('beforeBrowser'), most('afterCallback')];
    return [
      ...(before > promised
        ? [`${which}: ${before} requests in series before the browser, not ${promised}`]
        : []),
      ...(after > promisedAfterCallback
        ? [`${which}: ${after} requests in series after the callback, not ${promisedAfterCallback}`]
        : []),
    ];
  });
}
