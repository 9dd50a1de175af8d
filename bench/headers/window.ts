import { ok, openFakeWindow } from '../../test/support/terminal/fakeWindow.ts';

/** A window that has a fresh credential at hand, in a process of its own. */
async function main(): Promise<void> {
  process.once('disconnect', () => process.exit());
  const headers = { Authorization: `Bearer ${'a'.repeat(800)}` };
  const { handle } = await openFakeWindow({
    folder: process.argv[2] ?? '',
    calls: () => ({ headers: async () => ok({ headers }) }),
  });
  process.send?.({ kind: 'listening', url: handle });
}

void main();
