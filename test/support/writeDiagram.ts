import { readFile, writeFile } from 'node:fs/promises';
import { architecturePage, withDiagram } from './architectureDiagram.ts';
import { lifecycleDiagram } from './lifecycleDiagram.ts';
import { runMain } from './runMain.ts';

/** `npm run diagram`: brings the diagram in ARCHITECTURE.md up to what the code does. */
async function main(): Promise<number> {
  const page = await readFile(architecturePage, 'utf8');
  await writeFile(architecturePage, withDiagram(page, lifecycleDiagram()));
  return 0;
}

runMain(main);
