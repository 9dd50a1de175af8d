import { runHeaders } from './headersCommand.ts';

// What the shim has set is for this process, and not for whatever this process starts.
for (const name of ['NODE_OPTIONS', 'NODE_DEBUG']) {
  const kept = process.env[`MCPAUTH_${name}`];
  if (kept) {
    process.env[name] = kept;
  }
  delete process.env[`MCPAUTH_${name}`];
}
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
