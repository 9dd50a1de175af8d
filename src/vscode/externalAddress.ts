import { env, Uri } from 'vscode';

/**
 * The address by which the person's browser reaches one of this machine, whose port VS Code forwards where it has to.
 * `code-server` of VS Code 1.105 forwards a port and forgets the path, which is then put back: without it neither the
 * redirect of a sign-in nor a start page would arrive.
 *
 * @param local `http:`, with a path and without a query
 * @throws what VS Code throws where it cannot forward the port
 */
export async function externalAddress(local: string): Promise<Uri> {
  const wanted = Uri.parse(local);
  const external = await env.asExternalUri(wanted);
  return external.path.endsWith(wanted.path) || external.query !== ''
    ? external
    : external.with({ path: `${external.path.replace(/\/$/, '')}${wanted.path}` });
}
