/** Where a process stops for good, to be killed there. */
export type StopPoint = 'beforeRequest' | 'afterAnswer' | 'afterTold' | 'afterWrite';

/** How a process is set up: what all windows of a machine have in common. */
export interface ProcessOptions {
  readonly storage: string;
  readonly locks: string;
  /** Milliseconds after which a lock that nobody keeps alive counts as abandoned. */
  readonly staleLock?: number;
  readonly stopAt?: StopPoint;
}

/** What a process is told to do. */
export interface UseRequest {
  readonly id: number;
  readonly serverUrl: string;
  /** What its clock shows, in milliseconds since the epoch. */
  readonly now: number;
}

/** What it says. */
export type ProcessMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'stopped'; readonly at: StopPoint }
  | { readonly type: 'used'; readonly id: number; readonly accessToken: string }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string };
