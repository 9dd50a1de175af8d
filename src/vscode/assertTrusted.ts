import { workspace } from 'vscode';
import { AuthError } from '../core/errors.ts';

/** Lets nothing be contacted on behalf of a folder that is not trusted (G2). @throws AuthError `untrusted_workspace` */
export function assertTrusted(): void {
  if (!workspace.isTrusted) {
    throw new AuthError(
      'untrusted_workspace',
      'This workspace is not trusted: its servers are listed, but not contacted.',
    );
  }
}
