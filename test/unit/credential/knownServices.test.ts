import assert from 'node:assert/strict';
import {
  adviceFor,
  isUsualHeader,
  knownServices,
  waysFor,
} from '../../../src/core/credential/knownServices.ts';
import { tokenHeader, wayText } from '../../../src/core/credential/savedToken.ts';

describe('known services', () => {
  const servers: readonly (readonly [url: string, service: string, header: string])[] = [
    ['https://mcp.honeycomb.io/mcp', 'Honeycomb', 'Authorization: Bearer …'],
    ['https://mcp.eu1.honeycomb.io/mcp', 'Honeycomb', 'Authorization: Bearer …'],
    ['https://api.githubcopilot.com/mcp/', 'GitHub', 'Authorization: Bearer …'],
    ['https://copilot-api.acme.ghe.com/mcp', 'GitHub', 'Authorization: Bearer …'],
    ['https://mcp.sentry.dev/mcp', 'Sentry', 'Authorization: Sentry-Bearer …'],
    ['https://mcp.linear.app/mcp', 'Linear', 'Authorization: Bearer …'],
    ['https://mcp.notion.com/mcp', 'Notion', 'Authorization: Bearer …'],
    ['https://mcp.slack.com/mcp', 'Slack', 'Authorization: Bearer …'],
    ['https://mcp.grafana.com/mcp', 'Grafana', 'Authorization: Bearer …'],
    ['https://acme.grafana.net/mcp', 'Grafana', 'Authorization: Bearer …'],
    ['https://gitlab.com/api/v4/mcp', 'GitLab', 'Authorization: Bearer …'],
    ['https://mcp.atlassian.com/v1/mcp/authv2', 'Atlassian (Jira)', 'Authorization: Basic …'],
    ['https://acme.atlassian.net/mcp', 'Atlassian (Jira)', 'Authorization: Basic …'],
    ['https://mcp.cloudflare.com/mcp', 'Cloudflare', 'Authorization: Bearer …'],
    ['https://docs.mcp.cloudflare.com/mcp', 'Cloudflare', 'Authorization: Bearer …'],
    ['https://mcp.datadoghq.com/api/unstable/mcp-server/mcp', 'Datadog', 'DD_API_KEY: …'],
    ['https://mcp.us5.datadoghq.com/mcp', 'Datadog', 'DD_API_KEY: …'],
    ['https://mcp.datadoghq.eu/mcp', 'Datadog', 'DD_API_KEY: …'],
    ['https://mcp.pagerduty.com/mcp', 'PagerDuty', 'Authorization: Token token=…'],
    ['https://MCP.Linear.App:8443/mcp', 'Linear', 'Authorization: Bearer …'],
  ];
  for (const [url, service, header] of servers) {
    it(`knows that ${url} is of ${service}, which takes ${header}`, () => {
      const advice = adviceFor(new URL(url));
      assert.equal(advice.service, service);
      assert.equal(wayText(advice), header);
    });
  }

  for (const url of [
    'https://api.githubcopilot.com.evil.example/mcp',
    'https://evilgithub.com/mcp',
    'https://github.com.evil.example/mcp',
    'https://notgitlab.com/mcp',
    'https://evil.example/mcp.linear.app',
    'https://evil.example/?host=mcp.linear.app',
    'https://evil.example#mcp.linear.app',
    'https://mcp.linear.app@evil.example/mcp',
    'https://mcp-linear.app/mcp',
    'https://gitlab.io/mcp',
    'https://acme.workers.dev/mcp',
    'https://mcp.sentry.dev./mcp',
    'https://xn--lnear-4ya.app/mcp',
    'https://localhost/mcp',
  ]) {
    it(`takes ${url} for nobody's`, () => {
      const { host } = new URL(url);
      assert.deepEqual(adviceFor(new URL(url)), {
        service: host,
        credential: 'token',
        instruction: `Enter the token or API key that you have from whoever runs ${host}.`,
        headerName: 'Authorization',
        scheme: 'Bearer',
      });
    });
  }

  it('are twelve, each with a sentence to go by, and with an https page but for Grafana', () => {
    assert.equal(knownServices.length, 12);
    for (const { service, credential, instruction, link } of knownServices) {
      assert.match(instruction, /^[A-Z].*\.$/, service);
      assert.notEqual(credential, '');
      assert.equal(link === undefined, service === 'Grafana', service);
      assert.ok(link === undefined || link.startsWith('https://'), service);
    }
  });

  it('say of the hosted Notion that it takes no token', () => {
    assert.match(
      adviceFor(new URL('https://mcp.notion.com/mcp')).instruction,
      /takes no tokens: authenticate/,
    );
  });

  it('come with the usual ways beside their own, each once', () => {
    const ways = (url: string) => waysFor(adviceFor(new URL(url))).map(wayText);
    assert.deepEqual(ways('https://mcp.linear.app'), ['Authorization: Bearer …', 'X-API-Key: …']);
    assert.deepEqual(ways('https://mcp.pagerduty.com'), [
      'Authorization: Token token=…',
      'Authorization: Bearer …',
      'X-API-Key: …',
    ]);
  });

  it('put the token where the service reads it', () => {
    const header = (url: string) => tokenHeader({ ...adviceFor(new URL(url)), token: 't-1' });
    assert.deepEqual(header('https://mcp.pagerduty.com'), ['Authorization', 'Token token=t-1']);
    assert.deepEqual(header('https://mcp.datadoghq.com'), ['DD_API_KEY', 't-1']);
    assert.deepEqual(header('https://mcp.sentry.dev'), ['Authorization', 'Sentry-Bearer t-1']);
  });

  it('tell the names of usual headers from those of a person', () => {
    assert.ok(['authorization', 'X-API-Key', 'dd_api_key'].every(isUsualHeader));
    assert.ok(!isUsualHeader('X-Own'));
  });
});
