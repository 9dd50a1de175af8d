import { Log } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redaction.ts';

/** A log whose lines are kept. */
export interface RecordedLog {
  readonly log: Log;
  readonly redactor: Redactor;
  /** As they were written, each behind its level. */
  readonly lines: readonly string[];
}

/** A log of its own, with a redactor that knows no secret yet. */
export function recordLog(): RecordedLog {
  const lines: string[] = [];
  const redactor = new Redactor();
  return { log: new Log((level, line) => lines.push(`${level} ${line}`), redactor), redactor, lines };
}
