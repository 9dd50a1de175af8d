import { table } from './table.ts';

/** A ratio that is to be held. */
export interface Target {
  readonly what: string;
  readonly measured: number;
  /** The limit, from above or from below. */
  readonly limit: { readonly most: number } | { readonly least: number };
}

/** Whether the ratio is within the limit. */
export function isHeld({ measured, limit }: Target): boolean {
  return 'most' in limit ? measured <= limit.most : measured >= limit.least;
}

/** The targets and what came of them, as Markdown. */
export function targetTable(targets: readonly Target[]): string {
  return table(
    ['target', 'limit', 'measured', ''],
    targets.map((target) => [
      target.what,
      limitText(target),
      target.measured.toFixed(2),
      isHeld(target) ? 'held' : '**missed**',
    ]),
  );
}

/** Those that were missed, in sentences. */
export function missed(targets: readonly Target[]): readonly string[] {
  return targets
    .filter((target) => !isHeld(target))
    .map((target) => `${target.what}: ${target.measured.toFixed(2)}, not ${limitText(target)}`);
}

function limitText({ limit }: Target): string {
  return 'most' in limit ? `≤ ${limit.most}` : `≥ ${limit.least}`;
}
