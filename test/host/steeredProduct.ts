import { type EnvironmentVariableCollection, extensions, type TreeDataProvider } from 'vscode';
import type { Browser } from '../../src/core/oauth/authentication.ts';
import type { Parts } from '../../src/extension.ts';
import type { ClaudePlaces } from '../../src/vscode/sources/claudePlaces.ts';
import type { TreeNode } from '../../src/vscode/treeNode.ts';

/** What the extension under test exports to the tests, which are a bundle of their own. */
export interface SteeredProduct extends Parts {
  /** Replace `open` to play the person's browser, and `answer` to press a button of a dialog. */
  readonly steering: { open: Browser['open']; answer: (question: string) => string | undefined };
  /** Where files of Claude Code are looked for: a folder of the suite's own. */
  readonly claude: ClaudePlaces;
  /** Where the configuration of Codex is looked for: it is not there at first. */
  readonly codexConfig: string;
  /** What the extension adds to the environment of terminals. */
  readonly variables: EnvironmentVariableCollection;
  /** What renders the rows of the side bar. */
  readonly tree: TreeDataProvider<TreeNode>;
}

/** The running extension. */
export async function steeredProduct(): Promise<SteeredProduct> {
  const extension = extensions.getExtension<SteeredProduct>('mcp-auth.mcp-auth');
  if (!extension) {
    throw new Error('VS Code does not know the extension.');
  }
  return await extension.activate();
}
