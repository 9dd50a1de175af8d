import { context } from 'esbuild';
import { bundling } from './bundling.mjs';

const production = process.argv.includes('--production');

const bundle = await context({
  ...bundling,
  entryPoints: { extension: 'src/extension.ts', terminal: 'src/terminal/main.ts' },
  outdir: 'dist',
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'info',
});

if (process.argv.includes('--watch')) {
  await bundle.watch();
} else {
  await bundle.rebuild();
  await bundle.dispose();
}
