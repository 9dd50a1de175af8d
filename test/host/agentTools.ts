import { CancellationTokenSource, commands, type LanguageModelTextPart, lm } from 'vscode';
import { eventually } from './page/paletteStage.ts';

/** A tool that VS Code's own MCP client finds at a server: it is named after the server, by whichever name. */
export interface AgentTool {
  /** Of the definition. */
  readonly label: string;
  readonly name: string;
}

/** Has VS Code start the server, as soon as it has heard of it, and calls its tool. */
export async function callTool(tool: AgentTool, input: object): Promise<string> {
  return await eventually(async () => {
    try {
      await commands.executeCommand('workbench.mcp.startServer', `mcp-auth.mcp-auth/${tool.label}`, {
        waitForLiveTools: true,
        autoTrustChanges: true,
      });
    } catch (error) {
      return unlessGone(error);
    }
    return await callIfThere(tool, input);
  });
}

/** Waits until VS Code has no such tool. */
export async function untilToolIsGone(tool: AgentTool): Promise<void> {
  await eventually(async () =>
    (await callIfThere(tool, {}).catch(() => '')) === undefined ? true : undefined,
  );
}

/** Nothing for what VS Code says of a server or a tool that it lists although it is gone, as 1.105 does. @throws anything else */
function unlessGone(error: unknown): undefined {
  if (!/was not contributed|Collection or definition not found/.test(String(error))) {
    throw error;
  }
}

/** Nothing while there is no such tool. One that has been there may be listed beside the one that is. */
async function callIfThere(tool: AgentTool, input: object): Promise<string | undefined> {
  const { token } = new CancellationTokenSource();
  for (const { name } of lm.tools) {
    if (!name.startsWith('mcp_') || !name.endsWith(`_${tool.name}`)) {
      continue;
    }
    try {
      const { content } = await lm.invokeTool(name, { input, toolInvocationToken: undefined }, token);
      return content.map((part) => (part as LanguageModelTextPart).value).join('');
    } catch (error) {
      unlessGone(error);
    }
  }
  return undefined;
}
