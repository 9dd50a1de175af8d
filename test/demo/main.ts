import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Cleanup, createCleanup } from '../support/cleanup.ts';
import { startDemo } from '../support/demo/demo.ts';
import { packageExtension } from '../support/packageExtension.ts';
import { runMain } from '../support/runMain.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { installCodeServer } from '../support/vscode/install.ts';
import { startCodeServer } from '../support/vscode/server.ts';
import { openBrowser } from './openBrowser.ts';
import { createSampleWorkspace } from './sampleWorkspace.ts';

/** The browser keeps VS Code's secrets by origin: on the same port, a next run finds what the last one stored. */
const PREFERRED_PORT = 8443;
/** Short, so that an automatic refresh can be watched. */
const ACCESS_TOKEN_TTL_SECONDS = 300;

/** `npm start`: the extension in a VS Code in the browser, with an MCP server to sign in to, until Ctrl-C. */
async function main(): Promise<number> {
  const cleanup = createCleanup();
  const interrupted = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => interrupted.resolve());
  }
  try {
    await Promise.race([start(cleanup), interrupted.promise]);
    return 0;
  } finally {
    await cleanup.run();
  }
}

/** Rejects if VS Code ends by itself; otherwise never settles once it runs. */
async function start({ defer }: Cleanup): Promise<never> {
  const codeServer = await installCodeServer();
  console.log('Packaging the extension …');
  const vsix = await packageExtension();
  const temporary = await createTemporaryFolder('mcp-auth-demo-');
  defer(temporary.remove);
  const demo = await startDemo({ host: '127.0.0.1', accessTokenTtlSeconds: ACCESS_TOKEN_TTL_SECONDS });
  defer(demo.close);
  const folder = join(temporary.path, 'shop-frontend');
  await createSampleWorkspace(folder, demo.mcpUrl);
  const home = join(temporary.path, 'home');
  await mkdir(home);
  const server = await startCodeServer({
    codeServer,
    home,
    vsix,
    logFile: join(temporary.path, 'code-server.log'),
    port: await freePort(PREFERRED_PORT),
    env: { DEMO_MCP_URL: demo.mcpUrl },
  });
  defer(server.close);
  const address = `${server.origin}/?folder=${encodeURIComponent(folder)}`;
  console.log(`Open ${address}`);
  openBrowser(address);
  throw new Error(`${await server.process.ended}:\n${server.process.tail()}`);
}

/** The port if nobody listens there, else 0: any free one. */
function freePort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}

runMain(main, 'script');
