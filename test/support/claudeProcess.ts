import { join } from 'node:path';
import { connectClaude } from './claudeClient.ts';
import { runMain } from './runMain.ts';

/**
 * Connects as Claude Code does to a server of the `.mcp.json` in the folder that it is started in, and lists its tools:
 * for a terminal, whose environment counts.
 */
async function main(): Promise<number> {
  const cwd = process.cwd();
  const [name = ''] = process.argv.slice(2);
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const client = await connectClaude({ file: join(cwd, '.mcp.json'), name, cwd, environment });
  const { tools } = await client.listTools();
  await client.close();
  console.log(`Connected: ${tools.map((tool) => tool.name).join(', ')}`);
  return 0;
}

runMain(main);
