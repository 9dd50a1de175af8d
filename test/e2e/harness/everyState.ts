// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import { withCleanup } from '../../support/cleanup.ts';
import { byHeader, speakMcp } from '../../support/mcpReplies.ts';
import {
  freshTokens,
  type Honest,
  type MisbehavingServer,
  type ReceivedRequest,
  type Routes,
  startMisbehavingServer,
} from '../../support/misbehavingServer.ts';
import { json, type Reply, text, unauthorized } from '../../support/reply.ts';
import { type Journey, journey } from './journey.ts';

/** What the workspace's helper prints. */
export const helperHeader = 'secret-of-the-vault';
/** The token that the server "wiki" takes. */
export const wikiToken = 'token-of-the-person-for-the-wiki';
/** What the definition of "internal" sends, and its server no longer takes. */
export const rejectedHeader = 'Bearer revoked-long-ago';

/** The servers that somebody can sign in to by a page that says yes at once. */
const signInPaths = ['mcp', 'atlassian', 'figma'] as const;

/** Opens VS Code on a workspace whose entries come to be in every state there is, beside servers for all of them. */
export function beside(run: (journey: Journey, server: MisbehavingServer) => Promise<void>): Promise<void> {
  return withCleanup(async (defer) => {
    const gone = await startMisbehavingServer();
    await gone.close();
    const server = await startMisbehavingServer(routes);
    defer(server.close);
    const editorsFile = '.vscode/mcp.json';
    const options = {
      mcpJson: (demoUrl: string) => file('mcpServers', claudeServers(server.origin, gone.mcpUrl, demoUrl)),
      files: {
        '../.mcp.json': file('mcpServers', {
          docs: { type: 'http', url: 'https://old.docs.example/mcp' },
        }),
        [editorsFile]: file('servers', editorServers(server.origin)),
      },
    };
    await journey(options, (started) => run(started, server));
  });
}

function file(wrapper: string, servers: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ [wrapper]: servers }, undefined, 2);
}

function claudeServers(origin: string, goneUrl: string, demoUrl: string): Readonly<Record<string, unknown>> {
  const http = (path: string, more: object = {}) => ({ type: 'http', url: `${origin}/${path}`, ...more });
  return {
    sentry: http('mcp'),
    linear: http('linear'),
    notion: { type: 'http', url: demoUrl },
    atlassian: http('atlassian'),
    figma: http('figma'),
    tracker: http('tracker', { headers: { Authorization: 'Bearer ${TRACKER_TOKEN}' } }),
    wiki: http('wiki', { headers: { Authorization: 'Bearer ${WIKI_TOKEN}' } }),
    internal: http('internal', { headers: { Authorization: rejectedHeader } }),
    metrics: http('metrics', { headers: { 'X-API-Key': 'key-of-the-team' } }),
    corp: http('corp', { headersHelper: `echo '{"X-Vault": "${helperHeader}"}'` }),
    vault: http('vault', { headersHelper: 'echo "vault: permission denied" >&2; exit 1' }),
    ldap: http('ldap', { headersHelper: 'print-ldap-headers' }),
    docs: http('docs'),
    billing: { type: 'http', url: goneUrl },
    events: { type: 'ws', url: 'wss://events.example/mcp' },
    filesystem: { command: 'npx', args: ['-y', 'some-filesystem-server'] },
    zapier: { command: 'npx', args: ['-y', 'mcp-remote', 'https://mcp.zapier.example/sse'] },
    broken: { url: 'https://broken.example/mcp' },
  };
}

function editorServers(origin: string): Readonly<Record<string, unknown>> {
  return {
    github: {
      type: 'http',
      url: `${origin}/github`,
      headers: { Authorization: 'Bearer ${input:github-pat}' },
    },
  };
}

function routes({ origin }: Honest): Routes {
  const resources = signInPaths.map((path) => [
    `GET /.well-known/oauth-protected-resource/${path}`,
    json({ resource: `${origin}/${path}`, authorization_servers: [origin] }),
  ]);
  const challenge = (path: string) =>
    unauthorized(`Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/${path}"`);
  const more = {
    status: 403,
    headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="designs:write"' },
  };
  return {
    ...Object.fromEntries(resources),
    'POST /atlassian': challenge('atlassian'),
    'POST /figma': byHeader('authorization', /^Bearer/, [text('', 'text/plain', more), challenge('figma')]),
    'POST /linear': challenge('mcp'),
    'POST /tracker': unauthorized(),
    'POST /wiki': byHeader('authorization', `Bearer ${wikiToken}`, [speakMcp(), unauthorized()]),
    'POST /internal': unauthorized('Bearer error="invalid_token"'),
    'POST /metrics': speakMcp(),
    'POST /corp': byHeader('x-vault', helperHeader, [speakMcp(), unauthorized()]),
    'POST /vault': unauthorized(),
    'POST /docs': speakMcp(),
    'POST /token': tokens,
  };
}

/** Nothing renews the session of one of the servers, and it is over at once. */
function tokens({ form }: ReceivedRequest): Reply {
  const { refresh_token, ...rest } = freshTokens();
  return form.get('resource')?.endsWith('/atlassian')
    ? json({ ...rest, expires_in: 1 })
    : json({ ...rest, refresh_token });
}
