import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { npm } from '../test/support/npm.ts';
import { inProject } from '../test/support/paths.ts';

/** What is measured side by side with MCP Auth, in exactly these versions. */
export const peerVersions = { '@modelcontextprotocol/client': '2.4.0', 'mcp-remote': '0.15.1' } as const;

/** Where the peers are. */
export interface Peers {
  /** To be imported. */
  readonly sdkUrl: string;
  /** To be run. */
  readonly mcpRemoteScript: string;
  /** To be bundled from. */
  readonly folder: string;
}

/**
 * Installs the peers into `bench/.peers`, unless they are there. They are no development dependencies: with all
 * that they bring along they would cost everyone who runs the tests, and only the bench needs them.
 */
export async function installPeers(): Promise<Peers> {
  const folder = inProject('bench', '.peers');
  const manifestFile = inProject('bench', '.peers', 'package.json');
  const manifest = JSON.stringify({ private: true, dependencies: peerVersions });
  const isInstalled =
    existsSync(inProject('bench', '.peers', 'node_modules', '.package-lock.json')) &&
    (await readFile(manifestFile, 'utf8')) === manifest;
  if (!isInstalled) {
    console.log('Installing the peers …');
    await mkdir(folder, { recursive: true });
    await writeFile(manifestFile, manifest);
    await npm(folder, ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock']);
  }
  const installed = (...path: readonly string[]) => inProject('bench', '.peers', 'node_modules', ...path);
  return {
    sdkUrl: pathToFileURL(installed('@modelcontextprotocol', 'client', 'dist', 'index.mjs')).href,
    mcpRemoteScript: installed('mcp-remote', 'dist', 'proxy.js'),
    folder,
  };
}
