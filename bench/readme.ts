import { readFile, writeFile } from 'node:fs/promises';
import { inProject } from '../test/support/paths.ts';

/** Puts the tables of a part at its place in `bench/README.md`. @throws where it has none */
export async function writeTables(part: string, tables: string): Promise<void> {
  const file = inProject('bench', 'README.md');
  const begin = `<!-- begin ${part}: written by npm run bench -->`;
  const end = `<!-- end ${part} -->`;
  const [before, rest] = (await readFile(file, 'utf8')).split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${file} has no place for the tables of ${part}.`);
  }
  await writeFile(file, `${before}${begin}\n\n${tables}\n\n${end}${after}`);
}
