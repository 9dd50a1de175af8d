import type { ArgumentSpec } from './arguments.ts';

/** What `mcp-auth headers` takes. */
export const headersArguments: ArgumentSpec = {
  options: {
    url: {
      value: 'URL',
      about: 'the URL of the server, which has to be that of its entry',
    },
    as: { value: 'claude|codex', about: 'which program they are for' },
    strict: { about: 'end with an exit code and without output where it fails' },
  },
  words: [0, 1],
};
