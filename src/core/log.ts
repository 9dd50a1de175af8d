import type { Redactor } from './redaction.ts';

/** Severities, as in VS Code's `LogOutputChannel`. */
export type LogLevel = 'debug' | 'error' | 'info' | 'trace' | 'warn';

/** Where finished lines go. They are redacted already. */
export type LogSink = (level: LogLevel, line: string) => void;

/** Values that go with a message. Each passes through the {@link Redactor} under its name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The only way to the log: whatever is written here was redacted first (G4). */
export class Log {
  readonly #sink: LogSink;
  readonly #redactor: Redactor;

  constructor(sink: LogSink, redactor: Redactor) {
    this.#sink = sink;
    this.#redactor = redactor;
  }

  trace(message: string, fields?: LogFields): void {
    this.#write('trace', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  #write(level: LogLevel, message: string, fields: LogFields = {}): void {
    const values = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}=${this.#redactor.field(name, value)}`);
    this.#sink(level, this.#redactor.text(message) + values.join(''));
  }
}
