import * as v from 'valibot';
import { systemClock } from '../../src/core/clock.ts';
import type { OAuthConfiguration } from '../../src/core/config/serverDefinition.ts';
import { createAuthorizedFetch } from '../../src/core/connection/authorizedFetch.ts';
import { openConversation } from '../../src/core/connection/mcpConversation.ts';
import { withStepUp } from '../../src/core/connection/stepUp.ts';
import { AuthError } from '../../src/core/errors.ts';
import { Log } from '../../src/core/log.ts';
import type { ClientRegistration } from '../../src/core/oauth/clientRegistration.ts';
import { PendingAuthorizations } from '../../src/core/oauth/pendingAuthorizations.ts';
import { Redactor } from '../../src/core/redaction.ts';
import { canonicalServerUrl } from '../../src/core/serverUrl.ts';
import { Authenticator } from '../../src/core/session/authenticator.ts';
import { SessionRefresher } from '../../src/core/session/refresh.ts';
import { RegistrationStore } from '../../src/core/session/registrationStore.ts';
import { stepUpScope } from '../../src/core/session/session.ts';
import { SessionStore } from '../../src/core/session/sessionStore.ts';
import { WindowLocks } from '../../src/core/session/windowLocks.ts';
import { FakeSecretStorage } from '../support/fakeSecretStorage.ts';
import { recordsOfOnlyWindow } from '../support/onlyWindow.ts';
import { runMain } from '../support/runMain.ts';

const text = v.optional(v.string());
const credentials = v.object({
  client_id: text,
  client_secret: text,
  private_key_pem: text,
  idp_issuer: v.optional(v.string(), ''),
  idp_client_id: v.optional(v.string(), ''),
  idp_token_endpoint: v.optional(v.string(), ''),
  idp_id_token: v.optional(v.string(), ''),
  valid_jwt: v.optional(v.string(), ''),
});

/** What a person writes into `.mcp.json` for a scenario that needs it. */
const configurations: Readonly<Record<string, OAuthConfiguration>> = {
  'auth/client-credentials-jwt': { grantType: 'client_credentials' },
  'auth/client-credentials-basic': { grantType: 'client_credentials' },
  'auth/enterprise-managed-authorization': { xaa: true },
  'auth/wif-jwt-bearer': { grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
};

const toolList = v.object({ tools: v.array(v.object({ name: v.string() })) });

/** Signs in to one MCP server with the product's core, and uses it: what the official suite asks of a client. */
async function main(): Promise<number> {
  const serverUrl = new URL(process.argv.at(-1) ?? '');
  const context = v.parse(credentials, JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}'));
  const redactor = new Redactor();
  const log = new Log((level, line) => console.error(level, line), redactor);
  const network = { fetch: (url: string, init?: RequestInit) => fetch(url, init), clock: systemClock, log };
  const secrets = new FakeSecretStorage();
  const sessions = new SessionStore({ secrets, log, redactor });
  const grants = {
    identityProvider: {
      network,
      issuer: () => context.idp_issuer,
      isClientRejected: false,
      rejectClient: () => undefined,
      identity: async () => ({
        authority: {
          server: { issuer: context.idp_issuer, token_endpoint: context.idp_token_endpoint },
          client: preRegistered(context.idp_client_id),
        },
        idToken: context.idp_id_token,
      }),
    },
    workloads: { assertion: async () => context.valid_jwt },
  };
  const locks = new WindowLocks();
  const refresher = new SessionRefresher({ ...network, ...grants, redactor, sessions, locks });
  const pending = new PendingAuthorizations();
  const redirect = {
    open: async () => ({ redirectUri: 'http://localhost:33418/callback', dispose: () => undefined }),
  };
  const authenticator = new Authenticator(
    {
      ...network,
      locks,
      ...grants,
      pending,
      records: recordsOfOnlyWindow({ ...network, secrets, redactor }),
      redactor,
      registrations: new RegistrationStore(secrets, log),
      redirects: { uriHandler: redirect, loopback: redirect, paste: redirect },
      clientMetadataUrl: () => 'https://conformance-test.local/client-metadata.json',
      prompt: {
        askWaivePkce: async () => false,
        askBrowserlessWay: async () => undefined,
        askClientId: async () => context.client_id,
        askScopes: async () => undefined,
        askClientSecret: async () => context.client_secret ?? '',
        askPrivateKey: async () => context.private_key_pem,
        askApproveGrant: async () => true,
      },
      browser: {
        // The suite's authorization server answers at once.
        async open(url) {
          const { headers } = await fetch(url, { redirect: 'manual' });
          pending.deliver(new URL(headers.get('location') ?? '').searchParams);
          return true;
        },
      },
    },
    sessions,
  );
  const signIn = async (additionalScope?: string) => {
    const configuration = configurations[process.env.MCP_CONFORMANCE_SCENARIO ?? ''];
    const oauth = { ...configuration, clientId: context.client_id };
    await authenticator.start({ serverUrl, transport: 'http', oauth, additionalScope }).result;
  };
  const useServer = async () => {
    const conversation = await openConversation(
      serverUrl,
      createAuthorizedFetch(serverUrl, { ...network, refresher }),
    );
    const { tools } = v.parse(toolList, await conversation.request('tools/list'));
    for (const { name } of tools) {
      await conversation.request('tools/call', { name, arguments: {} });
    }
    await conversation.close();
  };
  await signIn();
  try {
    await withStepUp(useServer, ({ scope }) =>
      signIn(stepUpScope(sessions.get(canonicalServerUrl(serverUrl)), scope)),
    );
  } catch (error) {
    // What the product's "Authenticate" button does after this.
    if (!(error instanceof AuthError && error.code === 'token_rejected')) {
      throw error;
    }
    await signIn();
    await useServer();
  }
  return 0;
}

function preRegistered(clientId: string): ClientRegistration {
  return { origin: 'preRegistered', clientId, tokenEndpointAuthMethod: 'none' };
}

runMain(main);
