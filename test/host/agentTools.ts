import { CancellationTokenSource, commands, type LanguageModelTextPart, lm } from 'vscode';
import { withTimeLimit } from '../support/timeLimit.ts';
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
    await commands.executeCommand('workbench.mcp.startServer', `mcp-auth.mcp-auth/${tool.label}`, {
      waitForLiveTools: true,
      autoTrustChanges: true,
    });
    return await callIfThere(tool, input);
  });
}

/** How long a call may take, in milliseconds, before the tool is looked for anew. */
const patience = 2000;

/** Waits until VS Code has no such tool. A call whose server is taken away meanwhile may never end in VS Code 1.105. */
export async function untilToolIsGone(tool: AgentTool): Promise<void> {
  await eventually(async () => {
    const called = withTimeLimit(callIfThere(tool, {}), patience, 'The call has not ended.');
    return (await called.catch(() => '')) === undefined ? true : undefined;
  });
}

/** Nothing while there is no such tool: what VS Code 1.105 lists may be one that has been there. */
async function callIfThere(tool: AgentTool, input: object): Promise<string | undefined> {
  const found = lm.tools.find(({ name }) => name.startsWith('mcp_') && name.endsWith(`_${tool.name}`));
  if (found === undefined) {
    return undefined;
  }
  const { token } = new CancellationTokenSource();
  try {
    const { content } = await lm.invokeTool(found.name, { input, toolInvocationToken: undefined }, token);
    return content.map((part) => (part as LanguageModelTextPart).value).join('');
  } catch (error) {
    if (/was not contributed/.test(String(error))) {
      return undefined;
    }
    throw error;
  }
}
