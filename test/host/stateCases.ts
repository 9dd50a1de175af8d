// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import { ConfigurationTarget, workspace } from 'vscode';
import type { ServerState } from '../../src/core/session/serverState.ts';
import { speakMcp } from '../support/mcpReplies.ts';
import { json, redirect, silence, text } from '../support/reply.ts';
import type { Configured, StatesStage } from './statesStage.ts';

type Kind = ServerState['kind'];

/** How one server gets into a state, and what is said of it then. `HOST` stands for the server's host and port. */
export interface StateCase<K extends Kind = Kind> {
  /** Completes "is shown of a server that …". */
  readonly title: string;
  /** The name in the configuration in the end, if not `subject`. */
  readonly subject?: string;
  /** What of the state is meant, beside its kind. */
  readonly members?: Partial<ServerState & { readonly kind: K }>;
  /** Before anything is configured. */
  readonly given?: (stage: StatesStage) => unknown;
  readonly configured: (stage: StatesStage) => Configured;
  /** Once it is there. */
  readonly when?: (stage: StatesStage) => unknown;
  /** The muted words of the row. */
  readonly short: string;
  /** The tooltip, and what a screen reader says. */
  readonly sentence: string;
  readonly context: string;
}

/** What is the same for all states of a kind. */
export interface StateKind<K extends Kind = Kind> {
  readonly icon: string;
  readonly colour?: string;
  readonly cases: readonly [StateCase<K>, ...StateCase<K>[]];
}

const entry = (subject: unknown) => (): Configured => ({ in: 'folder', servers: { subject } });
/** An entry for the stage's own server. */
const remote =
  (members: Readonly<Record<string, unknown>> = {}) =>
  ({ server }: StatesStage): Configured => ({
    in: 'folder',
    servers: { subject: { type: 'http', url: server.mcpUrl, ...members } },
  });

const run = (command: string) => (stage: StatesStage) => stage.run(command);
const testConnection = run('mcpAuth.testConnection');
const program = (script: string) => `node -e "${script}"`;
const printing = program("console.log(JSON.stringify({ Authorization: 'Bearer from-the-helper' }))");
const welcoming = ({ server }: StatesStage) => server.answer('POST /mcp', speakMcp());

async function testAllowingHelper(stage: StatesStage): Promise<void> {
  stage.allowHelper();
  await stage.run('mcpAuth.testConnection');
}

async function saveToken({ product, server }: StatesStage): Promise<void> {
  const way = { headerName: 'Authorization', scheme: 'Bearer' };
  await product.tokens.save({
    serverUrl: server.mcpUrl,
    ...way,
    token: 'a-saved-token',
    savedAt: Date.now(),
  });
}

const invitation = 'Authenticate once; every client can then use this server.';
const notSet = (what: string) =>
  `${what} in this window's environment. Set it where VS Code is started, or in the setting terminal.integrated.env`;

/** Every kind of state, and all the ways into it that are told apart by words. */
export const stateCases: { readonly [K in Kind]: StateKind<K> } = {
  invalid: {
    icon: 'error',
    colour: 'list.errorForeground',
    cases: [
      {
        title: 'has a URL and no type',
        configured: entry({ url: 'https://mcp.example/mcp' }),
        short: '"url" without "type"',
        sentence: '"url" without "type": add "type": "http" (or "sse").',
        context: 'server:invalid',
      },
    ],
  },
  shadowed: {
    icon: 'eye-closed',
    cases: [
      {
        title: 'both folders below define themselves',
        configured: () => ({ in: 'folderAndAbove', servers: { subject: { command: 'npx' } } }),
        short: 'replaced by .mcp.json (one)',
        sentence: 'The entry of the same name in .mcp.json (one) is used in its place.',
        context: 'server:shadowed',
      },
    ],
  },
  stdio: {
    icon: 'terminal',
    cases: [
      {
        title: 'is a process',
        configured: entry({ command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem'] }),
        short: 'stdio · credentials from its environment',
        sentence:
          'A stdio server takes its credentials from its environment: there is nothing to sign in to.',
        context: 'server:stdio',
      },
      {
        title: 'is a process that only leads on to a remote server',
        configured: entry({ command: 'npx', args: ['mcp-remote', 'https://mcp.example/mcp?key=secret'] }),
        members: { bridgesTo: 'mcp.example' },
        short: 'stdio · bridge to mcp.example',
        sentence:
          'This process only passes on what mcp.example says, and keeps a sign-in of its own in plain files. Replace it with a direct entry, and authenticate here.',
        context: 'server:stdio:bridge',
      },
    ],
  },
  missingVariable: {
    icon: 'warning',
    colour: 'list.warningForeground',
    cases: [
      {
        title: 'has a header with variables that are not set',
        configured: remote({ headers: { Authorization: 'Bearer ${MCP_AUTH_UNSET}-${MCP_AUTH_UNSET_TOO}' } }),
        short: 'MCP_AUTH_UNSET, MCP_AUTH_UNSET_TOO are not set',
        sentence: `${notSet('MCP_AUTH_UNSET, MCP_AUTH_UNSET_TOO are not set')}; or set a token here.`,
        context: 'server:missingVariable:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has a URL with a variable that is not set',
        configured: entry({ type: 'http', url: 'https://${MCP_AUTH_UNSET}/mcp' }),
        short: 'MCP_AUTH_UNSET is not set',
        sentence: `${notSet('MCP_AUTH_UNSET is not set')}.`,
        context: 'server:missingVariable:browser:deviceCode',
      },
      {
        title: 'is a process with a variable that is not set',
        configured: entry({ command: 'npx', env: { TOKEN: '${MCP_AUTH_UNSET}' } }),
        short: 'MCP_AUTH_UNSET is not set',
        sentence: `${notSet('MCP_AUTH_UNSET is not set')}.`,
        context: 'server:missingVariable',
      },
    ],
  },
  asksInput: {
    icon: 'key',
    cases: [
      {
        title: 'VS Code asks for its key',
        configured: ({ server }) => ({
          in: 'vscode',
          servers: {
            subject: { type: 'http', url: server.mcpUrl, headers: { 'X-API-Key': '${input:key}' } },
          },
        }),
        short: 'VS Code asks for its credential',
        sentence:
          'Only VS Code knows what "key" was answered with. Set a token here, so that other clients can use this server.',
        context: 'server:asksInput:browser:deviceCode:endpoint:testable',
      },
    ],
  },
  staticHeader: {
    icon: 'key',
    cases: [
      {
        title: 'has an Authorization header',
        configured: remote({ headers: { Authorization: 'Bearer from-the-file' } }),
        members: { isRejected: false },
        short: 'header from .mcp.json',
        sentence: 'The Authorization header in .mcp.json is sent as it is. OAuth is off.',
        context: 'server:staticHeader:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has another header that carries a credential',
        configured: remote({ headers: { 'X-API-Key': 'from-the-file' } }),
        members: { isRejected: false },
        short: 'header from .mcp.json',
        sentence: 'The X-API-Key header in .mcp.json is sent as it is.',
        context: 'server:staticHeader:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has refused the header when the connection was tested',
        configured: remote({ headers: { Authorization: 'Bearer from-the-file' } }),
        when: testConnection,
        members: { isRejected: true },
        short: 'header rejected · .mcp.json',
        sentence: 'The server rejects the Authorization header in .mcp.json. Correct it there.',
        context: 'server:staticHeader:browser:deviceCode:endpoint:testable',
      },
    ],
  },
  headersHelper: {
    icon: 'gear',
    cases: [
      {
        title: 'has a helper that nobody has allowed to run',
        configured: remote({ headersHelper: printing }),
        members: { run: 'notAllowed', isRejected: false },
        short: 'helper is not allowed yet',
        sentence: 'The command in "headersHelper" provides the headers, once you have allowed it to run.',
        context: 'server:headersHelper:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has a helper that is running',
        configured: (stage) =>
          remote({ headersHelper: program(`fetch('${stage.server.origin}/helper')`) })(stage),
        when(stage) {
          // It ends when the server does.
          stage.server.answer('GET /helper', silence);
          stage.allowHelper();
          stage.begin('mcpAuth.testConnection');
        },
        members: { run: 'running', isRejected: false },
        short: 'helper is running…',
        sentence: 'The command in "headersHelper" is running.',
        context: 'server:headersHelper:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has a helper that has run',
        given: welcoming,
        configured: remote({ headersHelper: printing }),
        when: testAllowingHelper,
        members: { run: 'succeeded', isRejected: false },
        short: 'header from helper',
        sentence: 'The command in "headersHelper" provides the headers.',
        context: 'server:headersHelper:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has a helper that was allowed to run before, under another name',
        given: welcoming,
        configured: remote({ headersHelper: printing }),
        async when(stage) {
          // Everything but the name is what is allowed here.
          const definition = { type: 'http', url: stage.server.mcpUrl, headersHelper: printing };
          await testAllowingHelper(stage);
          await stage.configure({ in: 'folder', servers: { other: definition } });
        },
        subject: 'other',
        members: { run: 'notRun', isRejected: false },
        short: 'header from helper',
        sentence: 'The command in "headersHelper" provides the headers.',
        context: 'server:headersHelper:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has refused what the helper printed, twice',
        configured: remote({ headersHelper: printing }),
        when: testAllowingHelper,
        members: { run: 'succeeded', isRejected: true },
        short: 'header rejected · helper',
        sentence: 'The server rejects what the command in "headersHelper" provides.',
        context: 'server:headersHelper:browser:deviceCode:endpoint:testable',
      },
    ],
  },
  helperFailed: {
    icon: 'warning',
    colour: 'list.warningForeground',
    cases: [
      {
        title: 'has a helper that says why it failed',
        configured: remote({
          headersHelper: program("console.error('Run corp login first'); process.exit(1)"),
        }),
        when: testAllowingHelper,
        short: 'helper failed',
        sentence: 'The helper ended with exit code 1: "Run corp login first".',
        context: 'server:helperFailed:browser:deviceCode:endpoint:testable',
      },
    ],
  },
  headersOnly: {
    icon: 'key',
    cases: [
      {
        title: 'is reached by WebSocket',
        configured: entry({ type: 'ws', url: 'wss://mcp.example/mcp' }),
        short: 'WebSocket · headers only',
        sentence: 'A WebSocket server takes credentials from "headers" only.',
        context: 'server:headersOnly:endpoint',
      },
    ],
  },
  savedToken: {
    icon: 'key',
    cases: [
      {
        title: 'the person has saved a token for',
        given: saveToken,
        configured: remote(),
        members: { isRejected: false },
        short: 'saved token',
        sentence: 'The token that you have saved is sent as "Authorization".',
        context:
          'server:savedToken:browser:deviceCode:endpoint:testable:mayUseInClaudeCode:mayUseInCodex:token',
      },
      {
        title: 'has refused the saved token when the connection was tested',
        given: saveToken,
        configured: remote(),
        when: testConnection,
        members: { isRejected: true },
        short: 'saved token rejected',
        sentence: 'The server rejects the token that you have saved. Set another one.',
        context:
          'server:savedToken:browser:deviceCode:endpoint:testable:mayUseInClaudeCode:mayUseInCodex:token',
      },
    ],
  },
  authenticating: {
    icon: 'loading~spin',
    cases: [
      {
        title: 'the person signs in to, whose browser is open',
        configured: remote(),
        when(stage) {
          stage.product.steering.open = async () => true;
          stage.begin('mcpAuth.authenticate');
        },
        members: { step: 'waitingForBrowser' },
        short: 'waiting for your browser…',
        sentence: 'Go to your browser to finish signing in.',
        context: 'server:authenticating:browser:deviceCode:awaitsResponse:endpoint:testable',
      },
    ],
  },
  refreshing: {
    icon: 'loading~spin',
    cases: [
      {
        title: 'gets a new token from a server that takes its time',
        configured: remote(),
        async when(stage) {
          await stage.signIn();
          stage.server.answer('POST /token', silence);
          stage.begin('mcpAuth.refreshToken');
        },
        short: 'refreshing…',
        sentence: 'Getting a new access token.',
        context:
          'server:refreshing:browser:deviceCode:mayAddAccount:endpoint:testable:refreshable:mayUseInClaudeCode:mayUseInCodex:session',
      },
    ],
  },
  authenticated: {
    icon: 'pass-filled',
    colour: 'testing.iconPassed',
    cases: [
      {
        title: 'the person has signed in to',
        configured: remote(),
        when: (stage) => stage.signIn(),
        members: { refreshable: true },
        short: 'authenticated · 60 min',
        sentence: 'Authenticated · expires in 60 min. It is refreshed by itself.',
        context:
          'server:authenticated:browser:deviceCode:mayAddAccount:endpoint:testable:refreshable:mayUseInClaudeCode:mayUseInCodex:session',
      },
      {
        title: 'the person has signed in to, and that does not say until when',
        configured: remote(),
        async when(stage) {
          stage.server.answer(
            'POST /token',
            json({ access_token: 'access-unlimited', token_type: 'Bearer' }),
          );
          await stage.signIn();
        },
        members: { refreshable: false },
        short: 'authenticated',
        sentence: 'Authenticated. The server did not say until when.',
        context:
          'server:authenticated:browser:deviceCode:mayAddAccount:endpoint:testable:mayUseInClaudeCode:mayUseInCodex:session',
      },
    ],
  },
  needsScopes: {
    icon: 'warning',
    colour: 'list.warningForeground',
    cases: [
      {
        title: 'wanted more scopes when the connection was tested',
        configured: remote(),
        async when(stage) {
          await stage.signIn();
          const challenge = 'Bearer error="insufficient_scope", scope="files:write"';
          const headers = { 'www-authenticate': challenge };
          stage.server.answer('POST /mcp', text('', 'text/plain', { status: 403, headers }));
          await testConnection(stage);
        },
        members: { scope: 'files:write' },
        short: 'extra scopes needed',
        sentence:
          'The server wants more permissions than this session has ("files:write"). Authenticate again to grant them.',
        context:
          'server:needsScopes:browser:deviceCode:mayAddAccount:endpoint:testable:refreshable:mayUseInClaudeCode:mayUseInCodex:session',
      },
    ],
  },
  expired: {
    icon: 'warning',
    colour: 'list.warningForeground',
    cases: [
      {
        title: 'has ended the session (invalid_grant)',
        configured: remote(),
        async when(stage) {
          await stage.signIn();
          stage.server.answer('POST /token', json({ error: 'invalid_grant' }, { status: 400 }));
          await stage.run('mcpAuth.refreshToken');
        },
        short: 'session expired',
        sentence: 'The session has expired. Authenticate again.',
        context:
          'server:expired:browser:deviceCode:mayAddAccount:endpoint:testable:mayUseInClaudeCode:mayUseInCodex:session',
      },
      {
        title: 'does not take the token of a session that cannot be refreshed',
        configured: remote(),
        async when(stage) {
          stage.server.answer('POST /token', json({ access_token: 'access-refused', token_type: 'Bearer' }));
          await stage.signIn();
          await testConnection(stage);
        },
        short: 'session expired',
        sentence: 'The session has expired. Authenticate again.',
        context:
          'server:expired:browser:deviceCode:mayAddAccount:endpoint:testable:mayUseInClaudeCode:mayUseInCodex:session',
      },
    ],
  },
  needsAuthentication: {
    icon: 'circle-large-outline',
    cases: [
      {
        title: 'challenges whoever comes without a credential',
        configured: remote(),
        short: 'needs authentication',
        sentence: `Needs authentication. ${invitation}`,
        context: 'server:needsAuthentication:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'the person did not want to sign in to',
        configured: remote(),
        async when(stage) {
          const { origin } = stage.server;
          stage.server.answer('GET /authorize', ({ query }) => {
            const target = new URL(query.get('redirect_uri') ?? '');
            for (const [name, value] of [
              ['error', 'access_denied'],
              ['state', query.get('state') ?? ''],
              ['iss', origin],
            ] as const) {
              target.searchParams.set(name, value);
            }
            return redirect(target.href);
          });
          await stage.signIn();
        },
        short: 'needs authentication',
        sentence: 'Needs authentication. HOST refused the sign-in: access was denied.',
        context: 'server:needsAuthentication:browser:deviceCode:endpoint:testable',
      },
    ],
  },
  noAuthenticationNeeded: {
    icon: 'pass',
    colour: 'testing.iconPassed',
    cases: [
      {
        title: 'answers whoever comes',
        given: welcoming,
        configured: remote(),
        short: 'no authentication needed',
        sentence: 'The server answers without authentication.',
        context: 'server:noAuthenticationNeeded:browser:deviceCode:endpoint:testable',
      },
    ],
  },
  unreachable: {
    icon: 'debug-disconnect',
    colour: 'list.warningForeground',
    cases: [
      {
        title: 'does not listen',
        given: ({ server }) => server.close(),
        configured: remote(),
        short: 'unreachable',
        sentence: 'HOST cannot be reached: nothing listens there (connection refused).',
        context: 'server:unreachable:browser:deviceCode:endpoint:testable',
      },
    ],
  },
  unknown: {
    icon: 'question',
    cases: [
      {
        title: 'nobody may ask',
        given: () =>
          workspace.getConfiguration().update('mcpAuth.probeServers', false, ConfigurationTarget.Workspace),
        configured: remote(),
        members: { isAsking: false },
        short: 'not asked yet',
        sentence: `The server has not been asked yet whether it needs authentication. ${invitation}`,
        context: 'server:unknown:browser:deviceCode:endpoint:testable',
      },
      {
        title: 'has not answered yet',
        given: ({ server }) => server.answer('POST /mcp', silence),
        configured: remote(),
        members: { isAsking: true },
        short: 'asking…',
        sentence: 'Asking the server whether it needs authentication.',
        context: 'server:unknown:browser:deviceCode:endpoint:testable',
      },
    ],
  },
};
