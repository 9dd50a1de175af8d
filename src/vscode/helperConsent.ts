import { Uri, window, workspace } from 'vscode';
import type { HeadersHelpers } from '../core/credential/headersHelpers.ts';
import type { HelperCall } from '../core/credential/helperCall.ts';
import { helperQuestion } from '../core/credential/helperQuestion.ts';
import { AuthError } from '../core/errors.ts';

/** What asking takes. */
export interface HelperConsentContext {
  readonly helpers: Pick<HeadersHelpers, 'allow' | 'isAllowed'>;
  /** Shows the command where it is written. */
  readonly openDefinition: () => Promise<unknown>;
}

const run = 'Run Helper';
const open = 'Open Definition';

/**
 * Asks in a dialog whether a helper may run, unless the person has allowed exactly this one before. Only for what a
 * person has just asked for: nothing opens a dialog by itself.
 *
 * @throws AuthError `untrusted_workspace`, or `cancelled` where it may not run, also while they read its definition
 */
export async function assertHelperAllowed(call: HelperCall, context: HelperConsentContext): Promise<void> {
  if (!workspace.isTrusted) {
    throw new AuthError('untrusted_workspace', 'This workspace is not trusted: its helpers are not run.');
  }
  if (context.helpers.isAllowed(call)) {
    return;
  }
  const { message, detail } = helperQuestion(call, workspace.asRelativePath(Uri.parse(call.file)));
  const answer = await window.showWarningMessage(message, { modal: true, detail }, run, open);
  if (answer === open) {
    await context.openDefinition();
  }
  if (answer !== run) {
    throw new AuthError('cancelled', 'The helper was not allowed to run.');
  }
  await context.helpers.allow(call);
}
