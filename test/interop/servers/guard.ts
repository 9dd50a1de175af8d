import express, { type RequestHandler } from 'express';
import { isWriting } from '../mcpEndpoint.ts';

/** What an access token is good for: scopes, space-separated. */
interface Scoped {
  readonly scope: string;
}

/** Who may call an MCP server, and what it says to others. */
export interface GuardOptions {
  readonly grantOf: (accessToken: string) => PromiseLike<Scoped | undefined> | Scoped | undefined;
  /** What a challenge says beside its error, by name. */
  readonly challenge: Readonly<Record<string, string>>;
  /** What the tool that writes takes, where not everybody may call it. */
  readonly writeScope?: string;
}

/**
 * Lets those pass who carry a bearer token (RFC 6750). With a `writeScope` it answers 403 `insufficient_scope`
 * to those who call the writing tool without that scope.
 */
export function guard({ grantOf, challenge, writeScope }: GuardOptions): RequestHandler[] {
  return [
    express.json(),
    async (request, response, next) => {
      const [, token] = /^Bearer (\S+)$/.exec(request.get('authorization') ?? '') ?? [];
      const grant = token === undefined ? undefined : await grantOf(token);
      if (!grant) {
        const error = token === undefined ? {} : { error: 'invalid_token' };
        response.status(401).set('WWW-Authenticate', bearer({ ...error, ...challenge }));
        response.json({ error: 'unauthorized' });
      } else if (isWriting(request.body) && writeScope && !grant.scope.split(' ').includes(writeScope)) {
        const error = { error: 'insufficient_scope', scope: writeScope };
        response.status(403).set('WWW-Authenticate', bearer({ ...challenge, ...error }));
        response.json({ error: 'forbidden' });
      } else {
        next();
      }
    },
  ];
}

function bearer(parameters: Readonly<Record<string, string>>): string {
  const parts = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
  return parts.length > 0 ? `Bearer ${parts.join(', ')}` : 'Bearer';
}

/** Leaves it to one guard to judge who calls the writing tool, and to another to judge all else. */
export function byTool(others: RequestHandler, writing: RequestHandler): RequestHandler {
  return (request, response, next) => (isWriting(request.body) ? writing : others)(request, response, next);
}
