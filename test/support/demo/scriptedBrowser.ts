import { CookieJar } from './cookieJar.ts';

const MAX_REQUESTS = 20;

/** How the person answers the login-and-consent page. */
export interface ConsentOptions {
  readonly decision: 'allow' | 'deny';
  /** Default: what the page is prefilled with. */
  readonly user?: string;
  /** Pass the same jar again to come back as the same browser. Default: a fresh one. */
  readonly cookies?: CookieJar;
}

/**
 * Does what a person with a browser does: opens the URL, follows redirects, answers the login-and-consent page.
 * Returns the redirect URL that carries the authorization response, without requesting it. The first URL may also
 * be a start page elsewhere that only redirects to the authorization server.
 */
export async function consent(authorizationUrl: string, options: ConsentOptions): Promise<URL> {
  const cookies = options.cookies ?? new CookieJar();
  let url = new URL(authorizationUrl);
  let form: URLSearchParams | undefined;
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    const response = await send(url, form, cookies);
    const location = response.headers.get('location');
    if (location === null) {
      const page = await response.text();
      const action = formAction(page);
      if (!response.ok || action === undefined) throw unexpectedPage(url, response, page);
      url = new URL(action, url);
      form = fillIn(page, options);
      continue;
    }
    await response.body?.cancel();
    url = new URL(location, url);
    form = undefined;
    if (isAuthorizationResponse(url)) return url;
    if (!/^https?:$/.test(url.protocol)) throw new Error(`redirected to ${url.protocol} without a response`);
  }
  throw new Error(
    `no authorization response after ${MAX_REQUESTS} requests, last at ${url.origin}${url.pathname}`,
  );
}

async function send(url: URL, form: URLSearchParams | undefined, cookies: CookieJar): Promise<Response> {
  const headers: Record<string, string> = { accept: 'text/html', cookie: cookies.header(url) };
  const response = await fetch(url, {
    redirect: 'manual',
    headers,
    ...(form === undefined ? {} : { method: 'POST', body: form }),
  });
  cookies.store(url, response);
  return response;
}

function isAuthorizationResponse({ searchParams }: URL): boolean {
  return searchParams.has('state') && (searchParams.has('code') || searchParams.has('error'));
}

function formAction(page: string): string | undefined {
  const [, action] = /<form method="post" action="([^"]*)"/.exec(page) ?? [];
  return action === undefined ? undefined : unescapeHtml(action);
}

function fillIn(page: string, { decision, user }: ConsentOptions): URLSearchParams {
  const fields = [...page.matchAll(/<input [^>]*name="([^"]*)"[^>]* value="([^"]*)"/g)];
  const form = new URLSearchParams(fields.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
  if (form.has('user')) form.set('decision', decision);
  if (form.has('user') && user !== undefined) form.set('user', user);
  return form;
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function unexpectedPage(url: URL, response: Response, page: string): Error {
  const text = page.replace(/<style>.*?<\/style>|<[^>]+>/gs, ' ').replace(/\s+/g, ' ');
  return new Error(`${url.origin}${url.pathname} answered ${response.status}: ${text.trim().slice(0, 500)}`);
}
