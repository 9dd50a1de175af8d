/**
 * How the extension is bundled, wherever it is: for users, for the tests, and to be weighed.
 *
 * @satisfies {import('esbuild').BuildOptions}
 */
export const bundling = /** @type {const} */ ({
  bundle: true,
  format: 'cjs',
  platform: 'node',
  // The Node of the oldest VS Code that engines.vscode promises.
  target: 'node22',
  // jsonc-parser's CommonJS build is UMD, whose require calls esbuild cannot follow.
  mainFields: ['module', 'main'],
  // proper-lockfile asks for graceful-fs, which would replace fs.close for all extensions of the extension host. It
  // only queues when there are too many open files; a lock is a folder, and opens none.
  alias: { 'graceful-fs': 'node:fs' },
  external: ['vscode'],
  legalComments: 'none',
});

/**
 * How the terminal command is bundled: its first file is small, since Node reads all of a file before it runs any of
 * it, and clients wait for `mcp-auth headers`; the second one is loaded for everything else.
 *
 * @satisfies {import('esbuild').BuildOptions}
 */
export const terminalBundling = /** @type {const} */ ({
  ...bundling,
  entryPoints: { terminal: 'src/terminal/main.ts', terminalCommands: 'src/terminal/commandLine.ts' },
  external: ['./terminalCommands.js'],
});
