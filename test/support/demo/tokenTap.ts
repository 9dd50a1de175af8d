import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Journal } from './journal.ts';
import { fieldSecrets } from './secrets.ts';

/** Koa middleware that reports to the journal what only bodies show: issued secrets, refreshes, revocations. */
export function createTokenTap(journal: Journal) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> => {
    await next();
    // Absent where no route of the provider matched.
    const oidc: KoaContextWithOIDC['oidc'] | undefined = ctx.oidc;
    if (oidc === undefined) return;
    journal.addSecrets([...fieldSecrets(oidc.body), ...fieldSecrets(ctx.body)]);
    const clientId = oidc.client?.clientId;
    const { status } = ctx;

    if (oidc.route === 'token' && oidc.body?.grant_type === 'refresh_token') {
      const error = errorCode(ctx.body);
      journal.addRefresh({ clientId, presented: String(oidc.body.refresh_token), status, error });
    }
    if (oidc.route === 'revocation') {
      const known = oidc.entities.RefreshToken !== undefined || oidc.entities.AccessToken !== undefined;
      journal.addRevocation({ clientId, token: String(oidc.body?.token), status, known });
    }
  };
}

function errorCode(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  return typeof body.error === 'string' ? body.error : undefined;
}
