import { runHeaders } from './headersCommand.ts';

// What the shim has set is for this process, and not for whatever this process starts.
const { MCPAUTH_NODE_OPTIONS: nodeOptions } = process.env;
if (nodeOptions) {
  process.env.NODE_OPTIONS = nodeOptions;
}
delete process.env.MCPAUTH_NODE_OPTIONS;
delete process.env.ELECTRON_RUN_AS_NODE;

const [command, ...rest] = process.argv.slice(2);

// Clients wait for the headers of each of their servers: everything else is loaded only when it is wanted.
if (command === 'headers' && !rest.includes('--help') && !rest.includes('-h')) {
  void runHeaders(rest);
} else {
  void import('./commandLine.ts').then(({ runCommandLine }) => runCommandLine(process.argv.slice(2)));
}
