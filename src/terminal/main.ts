import { runHeaders } from './headersCommand.ts';

// What the shim has set is for this process, and not for whatever this process starts.
const { MCPAUTH_NODE_OPTIONS: nodeOptions } = process.env;
if (nodeOptions) {
  process.env.NODE_OPTIONS = nodeOptions;
}
delete process.env.MCPAUTH_NODE_OPTIONS;
delete process.env.MCPAUTH_FOLDER;
delete process.env.ELECTRON_RUN_AS_NODE;

const [command, ...rest] = process.argv.slice(2);

// Clients wait for the headers of each of their servers: everything else is in a file of its own (bundling.mjs).
if (command === 'headers' && !rest.includes('--help') && !rest.includes('-h')) {
  void runHeaders(rest);
} else {
  const commandLine: typeof import('./commandLine.ts') = require('./terminalCommands.js');
  void commandLine.runCommandLine(process.argv.slice(2));
}
