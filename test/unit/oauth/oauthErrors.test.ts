import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { AuthError } from '../../../src/core/errors.ts';
import { quoted, toAuthError } from '../../../src/core/oauth/oauthErrors.ts';

const who = 'The authorization server as.example';
const codes = { invalid_client: 'client_rejected', invalid_grant: 'session_expired' } as const;

interface Case {
  readonly title: string;
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: string;
  readonly message: RegExp;
}

const cases: readonly Case[] = [
  {
    title: 'gives an error code its meaning at this endpoint',
    status: 400,
    body: '{"error":"invalid_grant"}',
    code: 'session_expired',
    message: /answered "invalid_grant"\.$/,
  },
  {
    title: 'quotes the description',
    status: 400,
    body: '{"error":"invalid_scope","error_description":"no \\"such\\"\\nscope"}',
    code: 'authorization_refused',
    message: /answered "invalid_scope": "no \\"such\\"\\nscope"\.$/,
  },
  {
    title: 'takes a 401 with a challenge for a rejected client',
    status: 401,
    body: '{"error":"anything"}',
    headers: { 'www-authenticate': 'Basic realm="token"' },
    code: 'client_rejected',
    message: /did not accept the client \(HTTP 401\)\.$/,
  },
  {
    title: 'blames the server for a 500, whatever it writes',
    status: 500,
    body: '{"error":"invalid_grant"}',
    code: 'server_error',
    message: /has a problem \(HTTP 500\)/,
  },
  {
    title: 'asks to wait after a 429 with a page',
    status: 429,
    body: '<html>',
    headers: { 'content-type': 'text/html' },
    code: 'server_error',
    message: /asks to slow down \(HTTP 429\)/,
  },
  {
    title: 'asks to wait after a 429 with an OAuth error too',
    status: 429,
    body: '{"error":"invalid_grant","error_description":"too many"}',
    code: 'server_error',
    message: /asks to slow down \(HTTP 429\)/,
  },
  {
    title: 'names the status of an answer that is not JSON',
    status: 403,
    body: '<html>',
    headers: { 'content-type': 'text/html' },
    code: 'invalid_response',
    message: /does not allow \(HTTP 403\)\.$/,
  },
  {
    title: 'gives no meaning to an error code that every object has a property for',
    status: 400,
    body: '{"error":"constructor"}',
    code: 'authorization_refused',
    message: /answered "constructor"\.$/,
  },
];

describe('toAuthError', () => {
  for (const { title, status, body, headers = {}, code, message } of cases) {
    it(title, async () => {
      const response = new Response(body, {
        status,
        headers: { 'content-type': 'application/json', ...headers },
      });
      const thrown = await failure(oauth.processRevocationResponse(response));
      const error = toAuthError(thrown, who, codes);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(who));
      assert.equal(error.cause, thrown);
    });
  }

  it('leaves an AuthError as it is', () => {
    const error = new AuthError('network', 'as.example cannot be reached.');
    assert.equal(toAuthError(error, who), error);
  });

  it('drops the error of a JSON parser, which quotes the body', async () => {
    const thrown = await failure(new Response('access-token-1').json());
    assert.ok(thrown instanceof SyntaxError && thrown.message.includes('access-token-1'));
    for (const quoting of [thrown, new Error('failed to parse', { cause: thrown })]) {
      const { code, cause } = toAuthError(quoting, who);
      assert.equal(code, 'invalid_response');
      assert.ok(cause instanceof Error && cause.cause === undefined);
      assert.equal(cause.message, 'The body is not JSON.');
    }
  });

  it('takes everything else for an answer outside of the protocol', () => {
    assert.equal(toAuthError(new TypeError('Invalid URL'), who).code, 'invalid_response');
  });
});

describe('quoted', () => {
  it('cuts code and description at 200 characters each', () => {
    assert.equal(quoted('e'.repeat(201), 'd'.repeat(300)), `"${'e'.repeat(200)}…": "${'d'.repeat(200)}…"`);
    assert.equal(quoted('e'.repeat(200), undefined), `"${'e'.repeat(200)}"`);
  });

  it('leaves out a description that says nothing', () => {
    assert.equal(quoted('invalid_scope', ''), '"invalid_scope"');
    assert.equal(quoted('invalid_scope', null), '"invalid_scope"');
  });

  it('leaves out a description that is not text, which could be of any length', () => {
    assert.equal(quoted('invalid_scope', { text: 'd'.repeat(300) }), '"invalid_scope"');
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}
