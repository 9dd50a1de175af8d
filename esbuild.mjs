import { context } from 'esbuild';
import { bundling, terminalBundling } from './bundling.mjs';

const production = process.argv.includes('--production');

const options = /** @type {const} */ ({
  outdir: 'dist',
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'info',
});

const bundles = await Promise.all([
  context({ ...bundling, ...options, entryPoints: { extension: 'src/extension.ts' } }),
  context({ ...terminalBundling, ...options }),
]);

for (const bundle of bundles) {
  if (process.argv.includes('--watch')) {
    await bundle.watch();
  } else {
    await bundle.rebuild();
    await bundle.dispose();
  }
}
