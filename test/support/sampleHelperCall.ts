import type { HelperCall } from '../../src/core/credential/helperCall.ts';

/** A call like many. */
export const sampleHelperCall: HelperCall = {
  command: 'print-headers --for internal',
  serverName: 'internal',
  serverUrl: 'https://internal.example/mcp',
  file: 'file:///work/.mcp.json',
  workingDirectory: '/work',
  isShared: true,
};
