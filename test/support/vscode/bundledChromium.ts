import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject } from '../paths.ts';

/** A Chromium that brings its own libraries and fonts. */
export interface BundledChromium {
  readonly executablePath: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Unpacks the Chromium of the npm package `@sparticuz/chromium` (Linux x64) into `.vscode-test/`, once. The package
 * leaves its libraries packed outside of Amazon's machines; a bare machine or container lacks some of them too.
 */
export async function bundledChromium(): Promise<BundledChromium> {
  const home = inProject('.vscode-test', 'chromium');
  if (!existsSync(home)) {
    await mkdir(inProject('.vscode-test'), { recursive: true });
    const staging = await mkdtemp(`${home}-`);
    await unpackInto(staging);
    await rename(staging, home).catch(async (error: unknown) => {
      await rm(staging, { recursive: true, force: true });
      // Another process may have been faster.
      if (!existsSync(home)) {
        throw error;
      }
    });
  }
  await writeFile(
    join(home, 'fonts', 'fonts.conf'),
    `<fontconfig><dir>${join(home, 'fonts')}</dir><cachedir>${join(tmpdir(), 'mcp-auth-fonts')}</cachedir></fontconfig>`,
  );
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(home, 'fonts') };
  return {
    executablePath: join(home, 'chromium'),
    env: { ...process.env, LD_LIBRARY_PATH: join(home, 'al2023', 'lib'), ...fonts },
  };
}

/** The package unpacks to the folder for temporary files and nowhere else. */
async function unpackInto(folder: string): Promise<void> {
  const { default: chromium, inflate } = await import('@sparticuz/chromium');
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await chromium.executablePath();
    await inflate(inProject('node_modules', '@sparticuz', 'chromium', 'bin', 'al2023.tar.br'));
  } finally {
    if (before === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = before;
    }
  }
}
