import type { AuthError } from '../errors.ts';

/** One `headersHelper`: a command that is run only after the person has allowed exactly this. */
export interface HelperCall {
  /** A shell command, as written: variables in it are expanded by the shell. */
  readonly command: string;
  readonly serverName: string;
  /** Expanded. Nothing that the command prints is sent anywhere else. */
  readonly serverUrl: string;
  /** The URI of the file that names the command. */
  readonly file: string;
  /** Absolute path of the folder that it runs in. */
  readonly workingDirectory: string;
  /** Whether the file comes with a repository: then the command does not get the secrets of the environment. */
  readonly isShared: boolean;
}

/** What is known of a helper right now. */
export type HelperOutcome =
  | { readonly kind: 'notAllowed' }
  | { readonly kind: 'notRun' }
  | { readonly kind: 'running' }
  /** Header names are as printed; the values are secrets. */
  | { readonly kind: 'succeeded'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly error: AuthError };
