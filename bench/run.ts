import { runMain } from '../test/support/runMain.ts';
import { gateway } from './gateway/gatewayPart.ts';
import { memory } from './gateway/memoryPart.ts';
import { headers } from './headers/headersPart.ts';
import type { Part } from './part.ts';
import { writeTables } from './readme.ts';
import { signIns } from './signIns.ts';

const parts: readonly Part[] = [signIns, gateway, memory, headers];

/**
 * `npm run bench`: measures all parts, and writes the tables of `bench/README.md`. `npm run bench -- gateway memory`
 * measures these parts only. A number (`npm run bench -- gateway 2`) takes that many rounds, prints the tables and
 * writes nothing. Exits with 1 when something is not as promised.
 */
async function main(): Promise<number> {
  const given = process.argv.slice(2);
  const names = given.filter((word) => !isNumber(word));
  const unknown = names.find((name) => parts.every((part) => part.name !== name));
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}". There are: ${parts.map(({ name }) => name).join(', ')}.`);
    return 1;
  }
  const count = given.find(isNumber);
  const fewer = count === undefined ? undefined : Number(count);
  const broken: string[] = [];
  for (const part of parts.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const report = await part.measure(fewer);
    console.log(report.tables);
    if (fewer === undefined) {
      await writeTables(part.name, report.tables);
    }
    broken.push(...report.broken);
  }
  for (const sentence of broken) {
    console.error(`Not as promised: ${sentence}.`);
  }
  return broken.length === 0 ? 0 : 1;
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word);
}

runMain(main);
