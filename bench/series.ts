/** When a request was with its server: from its headers until the answer was handed over. Milliseconds. */
export interface RequestSpan {
  /** Method and path, for example `POST /token`. */
  readonly route: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * How many requests stand in series: the longest chain in which each begins after the one before has been
 * answered. Requests that are under way at the same time count once.
 *
 * A chain that takes the earliest end each time is a longest one.
 */
export function requestsInSeries(spans: readonly RequestSpan[]): number {
  let length = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (const { startedAt, endedAt } of spans.toSorted((one, other) => one.endedAt - other.endedAt)) {
    if (startedAt >= lastEnd) {
      length++;
      lastEnd = endedAt;
    }
  }
  return length;
}
