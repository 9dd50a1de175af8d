/** What the bench asks of a process that it has started. */
export interface ProcessCommand {
  readonly kind: 'measure';
}

/** Memory in bytes, after the garbage has been collected. */
export interface Memory {
  readonly heap: number;
  /** Outside the heap, but of JavaScript: buffers. */
  readonly buffers: number;
  readonly resident: number;
}

/** What such a process says. */
export type ProcessEvent =
  | { readonly kind: 'listening'; readonly url: string }
  | ({ readonly kind: 'measured' } & Memory)
  | { readonly kind: 'failed'; readonly reason: string };
