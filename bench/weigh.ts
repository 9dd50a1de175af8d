import { type BuildOptions, build } from 'esbuild';
import { bundling } from '../bundling.mjs';
import { inProject, projectRoot } from '../test/support/paths.ts';
import type { Peers } from './peers.ts';
import type { Weights } from './report.ts';

/** As for users; nothing is written. */
const options = {
  ...bundling,
  absWorkingDir: projectRoot,
  logLevel: 'silent',
  minify: true,
  write: false,
} as const satisfies BuildOptions;

/** Weighs what a sign-in needs, bundled as the extension is. */
export async function weigh(peers: Peers): Promise<Weights> {
  const [extension, sdk] = await Promise.all([
    build({ ...options, entryPoints: [inProject('src', 'extension.ts')] }),
    build({
      ...options,
      stdin: {
        contents: `export { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';`,
        resolveDir: peers.folder,
      },
    }),
  ]);
  const size = ({ outputFiles }: { readonly outputFiles: readonly { readonly contents: Uint8Array }[] }) =>
    outputFiles.reduce((sum, { contents }) => sum + contents.byteLength, 0);
  return { extension: size(extension), sdk: size(sdk) };
}
