import type { StatusReport } from '../../core/status/statusReport.ts';

/** Which program asks, by what it says of itself. */
export interface Caller {
  readonly program: 'claudeCode' | 'codex' | 'script' | 'terminal';
  /** The name of the process that has run `mcp-auth`, where it is known, for example "node". Shown to the person. */
  readonly parent?: string | undefined;
}

/** Which server, by the name of its entry, its URL, or both, which then have to fit each other. */
export interface ServerChoice {
  readonly server?: string | undefined;
  readonly url?: string | undefined;
}

/** What a call ends with: `error` is an `AuthError` in plain words, and never holds a secret. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };

/** Credential headers for a server: secrets. */
export interface HeadersAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
}

/** What came of something that was done to one server. */
export interface ServerOutcome {
  readonly server: string;
  readonly ok: boolean;
  /** For the person. */
  readonly sentence: string;
}

/** What the terminal command calls of a window. A window that does not have the server answers `unknown_server`. */
export interface TerminalCalls {
  status(choice: ServerChoice): Promise<Answer<{ readonly report: StatusReport; readonly text: string }>>;
  /** One server, or all that need it. */
  login(
    request: ServerChoice & { readonly all?: boolean | undefined; readonly noBrowser?: boolean | undefined },
  ): Promise<Answer<readonly ServerOutcome[]>>;
  logout(choice: ServerChoice): Promise<Answer<ServerOutcome>>;
  refresh(choice: ServerChoice): Promise<Answer<ServerOutcome>>;
  /** Everything there is to say of one server, without a secret. */
  get(choice: ServerChoice): Promise<Answer<{ readonly report: StatusReport; readonly text: string }>>;
  /** The real handshake: Test Connection. */
  test(choice: ServerChoice): Promise<Answer<ServerOutcome>>;
  headers(
    request: ServerChoice & {
      readonly caller: Caller;
      /** Milliseconds to wait for an answer of the person, at most. */
      readonly patience: number;
    },
  ): Promise<Answer<HeadersAnswer>>;
  /** The names of all servers that the window knows, for completion. */
  names(): Promise<Answer<readonly string[]>>;
}

/** What a window calls of the terminal command while one of its own calls runs. */
export interface TerminalPrompts {
  /** What is waited for; replaces what was said before. */
  progress(text: string): void;
  /** Something to read, such as a URL to open: stays. */
  show(text: string): void;
  /** Asks for one line. Nothing where the person gives up, or nobody is there. */
  ask(question: { readonly text: string; readonly isSecret: boolean }): Promise<string | undefined>;
}
