import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { npmEnvironment } from './vscode/environment.ts';

/** How to start npm: it is a .cmd file on Windows, which only a shell can start. */
export const npmCommand =
  process.platform === 'win32' ? { command: 'npm.cmd', shell: true } : { command: 'npm', shell: false };

/**
 * Runs npm in a folder to its end, without showing what it prints.
 * @throws with the end of its output when it fails
 */
export async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const child = spawn(npmCommand.command, args, {
    cwd,
    env: npmEnvironment(),
    shell: npmCommand.shell,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const kill = () => child.kill('SIGKILL');
  // Before those who would remove the folder that npm is writing to.
  process.prependOnceListener('exit', kill);
  const [code] = await once(child, 'close');
  process.off('exit', kill);
  if (code !== 0) {
    throw new Error(`npm ${args.join(' ')} failed (${String(code)}) in ${cwd}:\n${output.slice(-3000)}`);
  }
}
