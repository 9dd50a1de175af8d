import { workspace } from 'vscode';

/** The proxy that VS Code is told to use, by its setting or by the environment; `undefined` where there is none. */
export function configuredProxy(): URL | undefined {
  const setting: unknown = workspace.getConfiguration('http').get('proxy');
  const { env } = process;
  const candidates = [setting, env.https_proxy, env.HTTPS_PROXY, env.http_proxy, env.HTTP_PROXY];
  const proxy = candidates.find((value) => typeof value === 'string' && value !== '');
  return typeof proxy === 'string' && URL.canParse(proxy) ? new URL(proxy) : undefined;
}
