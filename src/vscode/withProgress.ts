import { ProgressLocation, window } from 'vscode';
import { AuthError } from '../core/errors.ts';

/** Shows the step that work is at. */
export type ReportProgress = (message: string) => void;

/**
 * Runs work under a notification that the user can cancel, which aborts the signal with an AuthError
 * `cancelled`.
 */
export async function withCancellableProgress<T>(
  title: string,
  work: (report: ReportProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const options = { location: ProgressLocation.Notification, cancellable: true, title };
  return await window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    const cancel = () => controller.abort(new AuthError('cancelled', 'Cancelled.'));
    const subscription = token.onCancellationRequested(cancel);
    try {
      return await work((message) => progress.report({ message }), controller.signal);
    } finally {
      subscription.dispose();
    }
  });
}
