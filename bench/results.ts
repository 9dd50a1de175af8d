import type { Measurement, Requests } from './measure.ts';
import { median } from './median.ts';
import type { Case, Participant } from './participant.ts';

/** The times of a sign-in that are compared. */
export type TimeName = 'timeToBrowser' | 'timeToBrowserFromFirstRequest' | 'timeToToken';

/** Which sign-ins. */
export interface Selection {
  readonly name: Participant['name'];
  readonly which: Case;
  readonly latency: number;
}

/** Everything that one run of the bench has measured. */
export class Results {
  readonly #measurements: (Selection & Measurement)[] = [];
  readonly #oneRequest: { readonly latency: number; readonly time: number }[] = [];

  add(selection: Selection, measurement: Measurement): void {
    this.#measurements.push({ ...selection, ...measurement });
  }

  addOneRequest(latency: number, time: number): void {
    this.#oneRequest.push({ latency, time });
  }

  /** The median of a time, in milliseconds. */
  time(timeName: TimeName, { name, which, latency }: Selection): number {
    const selected = this.#measurements.filter(
      (one) => one.name === name && one.which === which && one.latency === latency,
    );
    return median(selected.map((one) => one[timeName]));
  }

  /** The median of what one request took, in milliseconds. */
  oneRequest(latency: number): number {
    return median(this.#oneRequest.filter((one) => one.latency === latency).map(({ time }) => time));
  }

  /** How many sign-ins there were of each kind at a latency. */
  runs(latency: number): number {
    return this.#oneRequest.filter((one) => one.latency === latency).length;
  }

  /**
   * What was counted, each different count once. Without latency requests that go out side by side may be
   * answered one after the other, so that only slow answers show what waits for what.
   */
  counts(part: 'afterCallback' | 'beforeBrowser', { name, which }: Omit<Selection, 'latency'>): Requests[] {
    const counted = this.#measurements
      .filter((one) => one.name === name && one.which === which && one.latency > 0)
      .map((one) => one[part]);
    return [...new Map(counted.map((one) => [JSON.stringify(one), one])).values()].toSorted(
      (one, other) => one.inSeries - other.inSeries || one.total - other.total,
    );
  }
}
