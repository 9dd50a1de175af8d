import type { TokenWay } from './savedToken.ts';

/** What a person has to know to enter a token for a server by hand. */
export interface TokenAdvice extends TokenWay {
  /** Who issues it. */
  readonly service: string;
  /** What it is called there. */
  readonly credential: string;
  /** One or two sentences: where it is made, and in which form it is entered. */
  readonly instruction: string;
  /** The page where it is made; https. */
  readonly link?: string | undefined;
}

interface KnownService extends TokenAdvice {
  /** Each with everything below it. Never one where anybody can have a name. */
  readonly domains: readonly string[];
}

const bearer = { headerName: 'Authorization', scheme: 'Bearer' } as const;

/** The services whose tokens people enter most (mcp-json-facts §6, §7). */
export const knownServices: readonly KnownService[] = [
  {
    service: 'Honeycomb',
    domains: ['honeycomb.io'],
    credential: 'API key',
    instruction:
      'Create a management API key with the scope "Model Context Protocol: Read" in the team settings of your Honeycomb account, and enter it as KEY_ID:SECRET.',
    link: 'https://ui.honeycomb.io/account',
    ...bearer,
  },
  {
    service: 'GitHub',
    domains: ['githubcopilot.com', 'github.com', 'ghe.com'],
    credential: 'personal access token',
    instruction:
      'Create a fine-grained personal access token in the developer settings of your GitHub account, for the repositories that the server may see.',
    link: 'https://github.com/settings/tokens',
    ...bearer,
  },
  {
    service: 'Sentry',
    domains: ['sentry.dev', 'sentry.io'],
    credential: 'user auth token',
    instruction:
      'Create a user auth token with the scopes org:read and project:read in your Sentry account settings.',
    link: 'https://sentry.io/settings/account/api/auth-tokens/',
    headerName: 'Authorization',
    scheme: 'Sentry-Bearer',
  },
  {
    service: 'Linear',
    domains: ['linear.app'],
    credential: 'API key',
    instruction: 'Create a personal API key in Linear under Settings → Security & access.',
    link: 'https://linear.app/settings/api',
    ...bearer,
  },
  {
    service: 'Notion',
    domains: ['notion.com', 'notion.so'],
    credential: 'integration token',
    instruction:
      "Notion's hosted server takes no tokens: authenticate instead. An integration token is of use only to a Notion server that you run yourself.",
    link: 'https://www.notion.so/my-integrations',
    ...bearer,
  },
  {
    service: 'Slack',
    domains: ['slack.com'],
    credential: 'bot or user token',
    instruction:
      'Install a Slack app of your own in your workspace, and enter its user token (xoxp-) or bot token (xoxb-).',
    link: 'https://api.slack.com/apps',
    ...bearer,
  },
  {
    service: 'Grafana',
    domains: ['grafana.net', 'grafana.com'],
    credential: 'service account token',
    instruction: 'Create a token in your Grafana under Administration → Users and access → Service accounts.',
    ...bearer,
  },
  {
    service: 'GitLab',
    domains: ['gitlab.com'],
    credential: 'personal access token',
    instruction:
      'Create a personal access token with the scope api in your GitLab user settings under Access tokens.',
    link: 'https://gitlab.com/-/user_settings/personal_access_tokens',
    ...bearer,
  },
  {
    service: 'Atlassian (Jira)',
    domains: ['atlassian.com', 'atlassian.net'],
    credential: 'API token',
    instruction:
      'Create an API token in your Atlassian account, where your organization allows it here, and enter it as EMAIL:TOKEN. The API key of a service account is entered as Bearer KEY.',
    link: 'https://id.atlassian.com/manage-profile/security/api-tokens',
    headerName: 'Authorization',
    scheme: 'Basic',
  },
  {
    service: 'Cloudflare',
    domains: ['cloudflare.com'],
    credential: 'API token',
    instruction:
      'Create an API token in your Cloudflare profile, with the permissions that the server needs.',
    link: 'https://dash.cloudflare.com/profile/api-tokens',
    ...bearer,
  },
  {
    service: 'Datadog',
    domains: ['datadoghq.com', 'datadoghq.eu'],
    credential: 'API key',
    instruction:
      'Create an API key in the organization settings of Datadog. It wants an application key beside it: "headers" of the definition has that as DD_APPLICATION_KEY.',
    link: 'https://app.datadoghq.com/organization-settings/api-keys',
    headerName: 'DD_API_KEY',
  },
  {
    service: 'PagerDuty',
    domains: ['pagerduty.com'],
    credential: 'API user token',
    instruction: 'Create an API user token in PagerDuty under My Profile → User Settings → API Access.',
    link: 'https://support.pagerduty.com/main/docs/api-access-keys',
    headerName: 'Authorization',
    scheme: 'Token token=',
  },
];

/** What to tell a person who enters a token for a server: by the server's host alone, which has to be the service's. */
export function adviceFor(serverUrl: URL): TokenAdvice {
  const { host, hostname } = serverUrl;
  const known = knownServices.find(({ domains }) => domains.some((domain) => isWithin(hostname, domain)));
  return (
    known ?? {
      service: host,
      credential: 'token',
      instruction: `Enter the token or API key that you have from whoever runs ${host}.`,
      ...bearer,
    }
  );
}

/** The ways that a token can be sent in without naming one: the service's own first. */
export function waysFor(advice: TokenWay): readonly TokenWay[] {
  const usual: readonly TokenWay[] = [bearer, { headerName: 'X-API-Key' }];
  return [advice, ...usual.filter((way) => !isSameWay(way, advice))];
}

/** Whether two ways give the same header. */
export function isSameWay(one: TokenWay, other: TokenWay): boolean {
  return one.headerName.toLowerCase() === other.headerName.toLowerCase() && one.scheme === other.scheme;
}

/** Whether the name of a header is one of those above, and not the person's own. */
export function isUsualHeader(name: string): boolean {
  const usual = ['x-api-key', ...knownServices.map(({ headerName }) => headerName.toLowerCase())];
  return usual.includes(name.toLowerCase());
}

function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
