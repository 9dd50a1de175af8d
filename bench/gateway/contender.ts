/** Those who carry the same traffic. */
export const contenderNames = ['direct', 'passThrough', 'ours', 'mcpRemote'] as const;
export type ContenderName = (typeof contenderNames)[number];

/** What they are called in tables. */
export const titles: Readonly<Record<ContenderName, string>> = {
  direct: 'direct',
  passThrough: 'bare `node:http` pass-through',
  ours: '**MCP Auth**',
  mcpRemote: '`mcp-remote`, over stdio',
};

/** A way from a client to the server. */
export interface Contender {
  readonly name: ContenderName;
  /** The process in between, if there is one. */
  readonly pid: number | undefined;
  /** Calls a tool, and waits for the whole answer. Rejects unless it is the right one. */
  call(): Promise<void>;
  /** Calls the tool that answers with the stream, and waits for its end. Rejects when something is missing. */
  stream(): Promise<void>;
  /** Closes what is idle, so that nobody sends on a connection that the other side closes just then. */
  rest(): void;
  close(): void;
}
