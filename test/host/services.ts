/** What the host suite needs outside of the extension host, and how its tests find it. */
export interface HostServices {
  /** Added to the environment of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the servers that must not live inside of the extension host. None so far. */
export async function startHostServices(): Promise<HostServices> {
  return { env: {}, close: async () => undefined };
}
