import { npm } from './npm.ts';
import { inProject, projectRoot } from './paths.ts';

/** Builds and packages the extension as users get it. Returns the path of the .vsix. */
export async function packageExtension(): Promise<string> {
  await npm(projectRoot, ['run', 'package']);
  return inProject('dist', 'mcp-auth.vsix');
}
