/** A `.mcp.json` with one entry of each kind that the tree tells apart. */
export function sampleMcpJson(servers: Readonly<Record<string, string>>): string {
  const oauth = Object.entries(servers).map(([name, url]) => [name, { type: 'http', url }] as const);
  return JSON.stringify(
    {
      mcpServers: {
        ...Object.fromEntries(oauth),
        files: { command: 'npx', args: ['-y', 'some-filesystem-server'] },
        internal: {
          type: 'http',
          url: 'https://internal.example/mcp',
          headers: { Authorization: 'Bearer from-the-file' },
        },
        broken: { url: 'https://broken.example/mcp' },
      },
    },
    undefined,
    2,
  );
}
