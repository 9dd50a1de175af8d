const LEAKING =
  /^(?:VSCODE_|ELECTRON_|CODE_SERVER_|npm_|NODE_OPTIONS$|INIT_CWD$|PORT$|PASSWORD$|HASHED_PASSWORD$|GITHUB_TOKEN$|MCPAUTH_|CLAUDE_)/i;

/**
 * The environment for a VS Code under test: ours without what another VS Code, npm or code-server's own
 * settings would change in it, and with a home folder of its own, so that no file of the user is read.
 */
export function cleanEnvironment(
  home: string,
  extra: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !LEAKING.test(name) && !/^XDG_/.test(name),
  );
  return { ...Object.fromEntries(inherited), HOME: home, USERPROFILE: home, ...extra };
}

/** The environment for an npm of our own: without the traces of the npm that may be running us. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  const traces =
    /^(?:npm_(?!config_)|npm_config_(?:local_prefix|prefix|global_prefix|production|omit)$|NODE_ENV$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !traces.test(name)));
}
