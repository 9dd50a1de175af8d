import { ProgressLocation, window } from 'vscode';
import { AuthError } from '../core/errors.ts';
import { withoutLinks } from './commandLink.ts';

/** Shows the step that work is at. */
export type ReportProgress = (message: string) => void;

/**
 * Milliseconds that work may take before it gets a notification. Most work is done by then, and VS Code drops
 * the fourth notification of a quick succession: one that only flashes by would cost the one that matters.
 */
const quietTime = 400;

/**
 * Shows work that takes longer than an instant in a notification that the user can cancel, which aborts the
 * signal with an AuthError `cancelled`.
 */
export async function withCancellableProgress<T>(
  title: string,
  work: (report: ReportProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let message: string | undefined;
  let show: ReportProgress | undefined;
  const running = work((next) => {
    message = next;
    show?.(next);
  }, controller.signal);

  const timer = setTimeout(() => {
    const options = {
      location: ProgressLocation.Notification,
      cancellable: true,
      title: withoutLinks(title),
    };
    void window.withProgress(options, async (progress, token) => {
      const cancel = () => controller.abort(new AuthError('cancelled', 'Cancelled.'));
      const subscription = token.onCancellationRequested(cancel);
      show = (next) => progress.report({ message: next });
      if (message !== undefined) {
        show(message);
      }
      await running.catch(() => undefined).finally(() => subscription.dispose());
    });
  }, quietTime);
  return await running.finally(() => clearTimeout(timer));
}
