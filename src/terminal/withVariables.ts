type Variables = Readonly<Record<string, string | undefined>>;

/**
 * An environment with further variables, which win. On Windows `token` and `TOKEN` are one name, and a process that is
 * given both gets the first of them by the alphabet.
 */
export function withVariables(
  environment: Variables,
  added: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string | undefined> {
  const canonical = (name: string) => (platform === 'win32' ? name.toUpperCase() : name);
  const replaced = new Set(Object.keys(added).map(canonical));
  const kept = Object.entries(environment).filter(([name]) => !replaced.has(canonical(name)));
  return { ...Object.fromEntries(kept), ...added };
}
