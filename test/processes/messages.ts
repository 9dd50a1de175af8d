/** Where a process stops for good, to be killed there. */
export type StopPoint = 'beforeRequest' | 'afterAnswer' | 'afterTold' | 'afterWrite';

/** How a process is set up: what all windows of a machine have in common. */
export interface ProcessOptions {
  /** Below it lies whatever they share. */
  readonly folder: string;
  /**
   * `desktop`: one keyring, and windows that do not know of each other, as on machines of their own. `browser`: copies
   * of one storage, and windows that do.
   */
  readonly kind: 'browser' | 'desktop';
  /** Milliseconds after which a lock that nobody keeps alive counts as abandoned. */
  readonly staleLock?: number;
  readonly stopAt?: StopPoint;
}

/** What a process is told to do: with a session it stores it, without it uses what is there. */
export interface UseRequest {
  readonly id: number;
  readonly serverUrl: string;
  /** What its clock shows, in milliseconds since the epoch. */
  readonly now: number;
  /** As `serializeSession` writes it. */
  readonly session?: string;
}

/** What it says. */
export type ProcessMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'stopped'; readonly at: StopPoint }
  | { readonly type: 'used'; readonly id: number; readonly accessToken: string }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string };
