/** What a sign-in begins with. */
export interface SignInTask {
  readonly kind: 'signIn';
  readonly mcpUrl: string;
  readonly clientMetadataUrl?: string | undefined;
  /** What an earlier sign-in of the same client left, as far as the case to measure has it. */
  readonly state?: unknown;
}

/** What the bench tells a client in a process of its own. */
export type ClientCommand =
  | { readonly kind: 'warmUp'; readonly url: string }
  | SignInTask
  /** The redirect to the client, with the authorization response. */
  | { readonly kind: 'callback'; readonly url: string };

/** What a client tells the bench: when it did what, by `now()`. */
export type ClientEvent =
  | { readonly kind: 'ready' }
  | { readonly kind: 'clicked'; readonly at: number }
  /** Of a client that is called back over HTTP. */
  | { readonly kind: 'listening' }
  | { readonly kind: 'opened'; readonly at: number; readonly url: string }
  | { readonly kind: 'calledBack'; readonly at: number }
  | { readonly kind: 'stored'; readonly at: number; readonly state?: unknown }
  | { readonly kind: 'failed'; readonly reason: string };
