import { randomUUID } from 'node:crypto';
import type { SignInTask } from './messages.ts';
import { type BenchClient, type Reporter, serveBench } from './serveBench.ts';

/** What the bench uses of `@modelcontextprotocol/client`, which is installed only when the bench runs. */
interface Sdk {
  readonly Client: new (info: {
    readonly name: string;
    readonly version: string;
  }) => {
    connect(transport: Transport): Promise<void>;
  };
  readonly StreamableHTTPClientTransport: new (
    url: URL,
    options: { readonly authProvider: MemoryProvider },
  ) => Transport;
  readonly UnauthorizedError: new () => Error;
  preloadSchemas(): void;
}

interface Transport {
  finishAuth(response: URLSearchParams): Promise<void>;
}

/** What a provider is given to keep. */
interface Kept {
  clientInformation?: unknown;
  tokens?: unknown;
  discoveryState?: unknown;
}

const redirectUri = 'http://localhost:33418/callback';

/**
 * An `OAuthClientProvider` in memory, as the documentation of the package has it, with everything optional that
 * saves requests: state, remembered discovery, client ID metadata document.
 */
class MemoryProvider {
  readonly redirectUrl = redirectUri;
  readonly clientMetadata = {
    client_name: 'Bench',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  readonly clientMetadataUrl: string | undefined;
  readonly #kept: Kept;
  readonly #report: Reporter;
  #codeVerifier = '';

  constructor({ clientMetadataUrl, state }: SignInTask, report: Reporter) {
    this.clientMetadataUrl = clientMetadataUrl;
    this.#kept = { ...(state as Kept | undefined) };
    this.#report = report;
  }

  state(): string {
    return randomUUID();
  }

  clientInformation(): unknown {
    return this.#kept.clientInformation;
  }

  saveClientInformation(information: unknown): void {
    this.#kept.clientInformation = information;
  }

  discoveryState(): unknown {
    return this.#kept.discoveryState;
  }

  saveDiscoveryState(state: unknown): void {
    this.#kept.discoveryState = state;
  }

  codeVerifier(): string {
    return this.#codeVerifier;
  }

  saveCodeVerifier(verifier: string): void {
    this.#codeVerifier = verifier;
  }

  redirectToAuthorization(url: URL): void {
    this.#report.opened(url);
  }

  tokens(): unknown {
    return this.#kept.tokens;
  }

  saveTokens(tokens: unknown): void {
    this.#kept.tokens = tokens;
    this.#report.stored(this.#kept);
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'all' || scope === 'client') {
      this.#kept.clientInformation = undefined;
    }
    if (scope === 'all' || scope === 'tokens') {
      this.#kept.tokens = undefined;
    }
    if (scope === 'all' || scope === 'discovery') {
      this.#kept.discoveryState = undefined;
    }
  }
}

/** `Client.connect` with an `authProvider`, then `finishAuth`. */
function createClient(sdk: Sdk): BenchClient {
  let finish: ((response: URLSearchParams) => void) | undefined;
  return {
    async signIn(task, report) {
      const authProvider = new MemoryProvider(task, report);
      const transport = new sdk.StreamableHTTPClientTransport(new URL(task.mcpUrl), { authProvider });
      const client = new sdk.Client({ name: 'bench', version: '1.0.0' });
      const response = new Promise<URLSearchParams>((resolve) => {
        finish = resolve;
      });
      report.clicked();
      try {
        await client.connect(transport);
      } catch (error) {
        if (!(error instanceof sdk.UnauthorizedError)) {
          throw error;
        }
      }
      await transport.finishAuth(await response);
    },
    deliver: (callback) => finish?.(callback.searchParams),
  };
}

async function main(): Promise<void> {
  // Where the package is: not known to the compiler.
  const location = process.argv[2] ?? '';
  const sdk: Sdk = await import(location);
  sdk.preloadSchemas();
  serveBench(createClient(sdk));
}

void main();
