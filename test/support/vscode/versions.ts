/** A release of code-server, and what it needs. */
export interface CodeServerRelease {
  readonly version: string;
  /** The version of Node to install for it; without one, the Node that runs us will do. */
  readonly node?: string;
}

/** What tests and demo run: VS Code 1.139.1. */
export const CURRENT_RELEASE: CodeServerRelease = { version: '4.139.1' };

/**
 * The oldest VS Code that `engines.vscode` promises. It runs on Node 22, as the desktop's 1.105 does; under Node 24
 * its extension host waits for itself forever when it loads the first ES module.
 */
export const FLOOR_RELEASE: CodeServerRelease = { version: '4.105.1', node: '22.23.3' };
