import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LaunchOptions } from 'playwright-core';
import { bundledChromium } from './bundledChromium.ts';

const INSTALLED: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/opt/google/chrome/chrome',
    '/usr/bin/microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    join(process.env.PROGRAMFILES ?? 'C:\\Program Files', 'Google\\Chrome\\Application\\chrome.exe'),
    join(
      process.env['PROGRAMFILES(X86)'] ?? 'C:\\Program Files (x86)',
      'Google\\Chrome\\Application\\chrome.exe',
    ),
    join(
      process.env['PROGRAMFILES(X86)'] ?? 'C:\\Program Files (x86)',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ),
  ],
};

const PLAYWRIGHT_CACHE: Partial<Record<NodeJS.Platform, string>> = {
  linux: join(homedir(), '.cache', 'ms-playwright'),
  darwin: join(homedir(), 'Library', 'Caches', 'ms-playwright'),
  win32: join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright'),
};

const IN_PLAYWRIGHT_CACHE = [
  'chrome-linux/chrome',
  'chrome-linux64/chrome',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-win/chrome.exe',
  'chrome-win64/chrome.exe',
];

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-popup-blocking',
];

/**
 * How Playwright starts a Chromium on this machine: `CHROMIUM_PATH`, an installed browser, one of Playwright's, or
 * on Linux x64 the npm package `@sparticuz/chromium`. `CHROMIUM_PATH=bundled` asks for the last of these.
 * @throws with one sentence on what to do when there is none
 */
export async function chromiumLaunchOptions(): Promise<LaunchOptions> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== '' && chosen !== 'bundled') {
    return options(chosen);
  }
  const installed = chosen === 'bundled' ? undefined : await findInstalled();
  if (installed !== undefined) {
    return options(installed);
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    return bundled();
  }
  throw new Error(
    'No Chromium was found. Install Chrome or Chromium, or set CHROMIUM_PATH to its executable.',
  );
}

function options(executablePath: string): LaunchOptions {
  // Chromium refuses to sandbox itself as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { executablePath, args: [...FLAGS, ...asRoot] };
}

async function findInstalled(): Promise<string | undefined> {
  const installed = INSTALLED[process.platform]?.find((path) => existsSync(path));
  return installed ?? (await findInPlaywrightCache());
}

async function findInPlaywrightCache(): Promise<string | undefined> {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? PLAYWRIGHT_CACHE[process.platform];
  if (cache === undefined || !existsSync(cache)) {
    return undefined;
  }
  const versions = (await readdir(cache)).filter((name) => /^chromium-\d+$/.test(name));
  return versions
    .flatMap((version) => IN_PLAYWRIGHT_CACHE.map((path) => join(cache, version, path)))
    .find((path) => existsSync(path));
}

async function bundled(): Promise<LaunchOptions> {
  const { executablePath, env } = await bundledChromium();
  return { executablePath, env, args: [...FLAGS, '--no-sandbox', '--no-zygote', '--headless=shell'] };
}
