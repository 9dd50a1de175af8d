import { exec } from 'node:child_process';

/** How a client runs the command that prints headers. */
export interface HelperRun {
  readonly command: string;
  readonly cwd: string;
  /** The whole of it. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly maxBuffer: number;
}

/** Headers of a helper; none where the client would go on without it, whatever the reason. */
export async function runHelper({
  command,
  ...options
}: HelperRun): Promise<Readonly<Record<string, string>>> {
  const stdout = await new Promise<string>((resolve) => {
    // `exec` always uses a shell. Both clients wait for 10 seconds (mcp-json-facts §1.4, §2).
    exec(command, { ...options, timeout: 10_000, windowsHide: true }, (error, printed) =>
      resolve(error ? '' : printed),
    );
  });
  try {
    const value: unknown = JSON.parse(stdout.trim());
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const entries = isObject ? Object.entries(value) : [];
    return entries.every(([, one]) => typeof one === 'string') ? Object.fromEntries(entries) : {};
  } catch {
    return {};
  }
}
