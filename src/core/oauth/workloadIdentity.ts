import * as v from 'valibot';
import type { Environment } from '../config/expansion.ts';
import { AuthError } from '../errors.ts';
import type { Redactor } from '../redaction.ts';
import { readUnverifiedJwt } from './jsonWebToken.ts';

/** The platform's tokens that say who this machine is. */
export interface WorkloadIdentities {
  /**
   * The token that the user has named for an authorization server, read anew, because platforms replace it.
   *
   * @throws AuthError `invalid_setting` where there is none, or none that could be sent
   */
  assertion(issuer: string): Promise<string>;
}

/** What reading them touches. All of it is the user's: no repository has a say in it. */
export interface WorkloadIdentityPorts {
  /** The setting `mcpAuth.workloadIdentities`, unchecked. */
  readonly setting: () => unknown;
  /**
   * @param limit in bytes
   * @throws AuthError `invalid_setting` for a file that is missing, unreadable or larger
   */
  readonly readFile: (path: string, limit: number) => Promise<string>;
  readonly environment: Environment;
  readonly redactor: Redactor;
}

/** Platforms issue tokens of a few KB, in bytes. */
const sizeLimit = 65_536;

const text = v.pipe(v.string(), v.nonEmpty());
const setting = v.array(
  v.union([
    v.strictObject({ issuer: text, tokenFile: text }),
    v.strictObject({ issuer: text, environmentVariable: text }),
  ]),
);

/** Reads workload identities by the user's setting. */
export function createWorkloadIdentities(ports: WorkloadIdentityPorts): WorkloadIdentities {
  return {
    async assertion(issuer) {
      const parsed = v.safeParse(setting, ports.setting() ?? []);
      if (!parsed.success) {
        throw invalid(
          'The setting "mcpAuth.workloadIdentities" must be a list of objects with "issuer" and either "tokenFile" or "environmentVariable".',
        );
      }
      const source = parsed.output.find((one) => isSameIssuer(one.issuer, issuer));
      if (!source) {
        throw invalid(
          `The setting "mcpAuth.workloadIdentities" names no token for the authorization server ${JSON.stringify(issuer)}.`,
        );
      }
      return 'tokenFile' in source
        ? usable(
            await ports.readFile(source.tokenFile, sizeLimit),
            `The file ${JSON.stringify(source.tokenFile)}`,
            ports,
          )
        : fromVariable(source.environmentVariable, ports);
    },
  };
}

function fromVariable(name: string, ports: WorkloadIdentityPorts): string {
  const value = Object.hasOwn(ports.environment, name) ? ports.environment[name] : undefined;
  if (value === undefined || value.trim() === '') {
    throw invalid(
      `The environment variable ${JSON.stringify(name)} of "mcpAuth.workloadIdentities" is not set.`,
    );
  }
  return usable(value, `The environment variable ${JSON.stringify(name)}`, ports);
}

/** Only ever a signed JWT, so that no other file can be sent by a slip in the setting. */
function usable(content: string, what: string, { redactor }: WorkloadIdentityPorts): string {
  const token = content.trim();
  redactor.learn(token);
  if (token.length > sizeLimit || !readUnverifiedJwt(token)) {
    throw invalid(`${what} of "mcpAuth.workloadIdentities" does not hold a JSON Web Token.`);
  }
  return token;
}

/** An issuer without a path is written with and without a slash; nothing else is the same. */
function isSameIssuer(one: string, other: string): boolean {
  const isRoot = URL.canParse(other) && new URL(other).pathname === '/' && !/[?#]/.test(other);
  return one === other || (isRoot && one.replace(/\/$/, '') === other.replace(/\/$/, ''));
}

function invalid(sentence: string): AuthError {
  return new AuthError('invalid_setting', sentence);
}
