import { type CancellationToken, CancellationTokenSource } from 'vscode';

/** Runs what VS Code cancels by a token under an `AbortSignal`. */
export async function withCancellation<T>(
  signal: AbortSignal,
  run: (token: CancellationToken) => PromiseLike<T>,
): Promise<T> {
  const cancellation = new CancellationTokenSource();
  const cancel = () => cancellation.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) {
    cancel();
  }
  try {
    return await run(cancellation.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}
