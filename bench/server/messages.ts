import type { RequestSpan } from '../series.ts';

/** What the bench tells its server. */
export type ServerCommand =
  /** Answer `latency` milliseconds late from now on, forget the requests so far, and the tokens if so wanted. */
  | { readonly kind: 'prepare'; readonly latency: number; readonly revoke: boolean }
  | { readonly kind: 'report' };

/** What the server tells the bench: on its own that it listens, then one answer for each command. */
export type ServerAnswer =
  | { readonly kind: 'listening'; readonly mcpUrl: string; readonly warmUpUrl: string }
  | { readonly kind: 'prepared' }
  | { readonly kind: 'reported'; readonly spans: readonly RequestSpan[] };
