import type { IncomingMessage } from 'node:http';
import {
  errors,
  type Interaction,
  type InteractionResults,
  type KoaContextWithOIDC,
  type Provider,
} from 'oidc-provider';
import { type LoginRequest, renderErrorPage, renderLoginPage } from './loginPage.ts';
import { PAGE_HEADERS } from './page.ts';

const PREFIX = '/interaction/';
const FORM_LIMIT = 16 * 1024;

/** Where oidc-provider sends the browser to ask the person. */
export function interactionPath(uid: string): string {
  return PREFIX + uid;
}

/** Koa middleware that shows the login-and-consent page and turns its answer into a grant or a refusal. */
export function createConsentRoutes(provider: Provider) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> => {
    if (!ctx.path.startsWith(PREFIX)) {
      await next();
      return;
    }
    ctx.set(PAGE_HEADERS);
    let interaction: Interaction;
    try {
      interaction = await provider.interactionDetails(ctx.req, ctx.res);
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      ctx.status = 400;
      ctx.body = renderErrorPage(error.error, 'This sign-in has expired, or was started in another browser.');
      return;
    }
    if (ctx.method !== 'POST') {
      ctx.body = renderLoginPage(await describe(provider, interaction));
      return;
    }
    const result = await decide(provider, interaction, await readForm(ctx.req));
    const target = result && (await provider.interactionResult(ctx.req, ctx.res, result));
    ctx.status = 303;
    ctx.redirect(target ?? interactionPath(interaction.uid));
  };
}

async function describe(provider: Provider, interaction: Interaction): Promise<LoginRequest> {
  const { params, session, uid } = interaction;
  const clientId = text(params.client_id);
  const client = await provider.Client.find(clientId);
  return {
    action: interactionPath(uid),
    userName: session?.accountId ?? 'ada',
    clientName: client?.clientName ?? clientId,
    scopes: scopesOf(interaction),
    resource: typeof params.resource === 'string' ? params.resource : undefined,
    redirectUri: typeof params.redirect_uri === 'string' ? params.redirect_uri : undefined,
  };
}

/** `undefined`: the form was incomplete, ask again. */
async function decide(
  provider: Provider,
  interaction: Interaction,
  form: URLSearchParams,
): Promise<InteractionResults | undefined> {
  switch (form.get('decision')) {
    case 'deny':
      return { error: 'access_denied', error_description: 'The person denied the request.' };
    case 'allow': {
      const accountId = form.get('user')?.trim() ?? '';
      if (accountId === '') return undefined;
      const grantId = await grantAll(provider, interaction, accountId);
      return { login: { accountId }, consent: { grantId } };
    }
    default:
      return undefined;
  }
}

async function grantAll(provider: Provider, interaction: Interaction, accountId: string): Promise<string> {
  const { params } = interaction;
  const grant = new provider.Grant({ accountId, clientId: text(params.client_id) });
  const scopes = scopesOf(interaction).join(' ');
  grant.addOIDCScope(scopes);
  if (typeof params.resource === 'string') grant.addResourceScope(params.resource, scopes);
  return grant.save();
}

function scopesOf({ params }: Interaction): string[] {
  return text(params.scope).split(' ').filter(Boolean);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let form = '';
  for await (const chunk of request.setEncoding('utf8')) {
    form += chunk;
    if (form.length > FORM_LIMIT) throw new errors.InvalidRequest('form too large');
  }
  return new URLSearchParams(form);
}
