import { spawn } from 'node:child_process';
import type { Peers } from '../peers.ts';
import { readMessages, type StdioMessage } from './stdioMessages.ts';
import { credential, initialize } from './traffic.ts';

/** `mcp-remote` as a process, spoken to over stdio. */
export interface McpRemote {
  readonly pid: number | undefined;
  send(message: string): void;
  onMessage: (message: StdioMessage) => void;
  onLong: () => void;
  close(): void;
}

/**
 * Starts it with the credential as a header, so that it signs in nowhere, and waits until it has answered that it is
 * there.
 *
 * @param configFolder where it keeps what it keeps
 */
export async function startMcpRemote(peers: Peers, url: URL, configFolder: string): Promise<McpRemote> {
  const given = [url.href, '--transport', 'http-only', '--header', `Authorization:${credential}`];
  const child = spawn(process.execPath, [peers.mcpRemoteScript, ...given], {
    env: { ...process.env, MCP_REMOTE_CONFIG_DIR: configFolder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const closeWithUs = () => void child.kill('SIGKILL');
  process.once('exit', closeWithUs);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  return await new Promise((resolve, reject) => {
    const remote: McpRemote = {
      pid: child.pid,
      send: (message) => void child.stdin.write(`${message}\n`),
      onMessage: ({ result }) =>
        result ? resolve(remote) : reject(new Error(`mcp-remote refuses: ${said}`)),
      onLong: () => undefined,
      close: () => {
        process.off('exit', closeWithUs);
        child.kill('SIGKILL');
      },
    };
    readMessages(child.stdout, {
      message: (message) => remote.onMessage(message),
      long: () => remote.onLong(),
    });
    child.stdin.on('error', reject);
    child.once('exit', (code) => reject(new Error(`mcp-remote has ended (${code}): ${said}`)));
    remote.send(initialize);
  });
}
