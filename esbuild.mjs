import { context } from 'esbuild';

const production = process.argv.includes('--production');

const bundle = await context({
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  // The Node of the oldest VS Code that engines.vscode promises.
  target: 'node22',
  // jsonc-parser's CommonJS build is UMD, whose require calls esbuild cannot follow.
  mainFields: ['module', 'main'],
  external: ['vscode'],
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'info',
});

if (process.argv.includes('--watch')) {
  await bundle.watch();
} else {
  await bundle.rebuild();
  await bundle.dispose();
}
