import type { Memory, ProcessCommand, ProcessEvent } from './messages.ts';

/** Tells the bench where this process listens, and what memory it has when the bench asks. Ends with the bench. */
export function serveProcess(start: () => Promise<URL>): void {
  const tell = (event: ProcessEvent) => process.send?.(event);
  process.on('message', (_command: ProcessCommand) => void tell({ kind: 'measured', ...memory() }));
  process.once('disconnect', () => process.exit());
  start().then(
    (url) => tell({ kind: 'listening', url: url.href }),
    (error: unknown) => tell({ kind: 'failed', reason: String(error) }),
  );
}

function memory(): Memory {
  // Twice: what is finalized by the first is freed by the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, resident: rss };
}
