/** What one part of the bench has found. */
export interface PartReport {
  /** As Markdown. */
  readonly tables: string;
  /** In sentences: what was promised, and is not so. */
  readonly broken: readonly string[];
}

/** A part of the bench, which can be run alone. */
export interface Part {
  /** As it is given to `npm run bench`, and stands at its place in `bench/README.md`. */
  readonly name: string;
  /** @param fewer how many rounds, where it is not to be as many as the committed tables are made of */
  measure(fewer: number | undefined): Promise<PartReport>;
}
