import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProject } from '../support/paths.ts';

/** Copies `test/fixtures/demo` to a folder and names the running MCP server in its `.mcp.json`. */
export async function createSampleWorkspace(folder: string, mcpUrl: string): Promise<void> {
  await cp(inProject('test', 'fixtures', 'demo'), folder, { recursive: true });
  const definitions = join(folder, '.mcp.json');
  const text = await readFile(definitions, 'utf8');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the fixture has it as a variable, so that F5 can use it too.
  await writeFile(definitions, text.replace('${DEMO_MCP_URL}', mcpUrl));
}
