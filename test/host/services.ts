import { startDemo } from '../support/demo/demo.ts';
import { startPrivateNetwork } from './privateNetwork.ts';
import { soakLifetime, soakServer } from './soak/server.ts';

/** What the host suite needs outside of the extension host, and how its tests find it. */
export interface HostServices {
  /** Added to the environment of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the server for the soak, which would grow in the process whose growth is measured. */
export async function startSoakServices(): Promise<HostServices> {
  const demo = await startDemo({ accessTokenTtlSeconds: soakLifetime });
  return { env: { [soakServer]: demo.mcpUrl }, close: demo.close };
}

/** Starts what the tests of the host suite cannot start in the process that they run in. */
export async function startHostServices(): Promise<HostServices> {
  return await startPrivateNetwork();
}
