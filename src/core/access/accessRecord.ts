import * as v from 'valibot';
import { cleanAccountName } from '../session/accountName.ts';
import { hashedKey } from '../session/secretStorage.ts';
import type { AccessRequest } from './accessControl.ts';

/** A program and a server: what there is one decision, and one last use, of. */
export type AccessPair = AccessRequest;

/** What the person said of a pair. */
export interface AccessDecision extends AccessPair {
  readonly decision: 'always' | 'never';
  /** Milliseconds since the epoch. */
  readonly decidedAt: number;
}

/** The last use of a pair. A record of its own, so that no window's note of a use undoes another one's decision. */
export interface AccessUse extends AccessPair {
  /** Milliseconds since the epoch. */
  readonly usedAt: number;
  /** Whether the person has been asked, this time or before. */
  readonly wasAsked: boolean;
}

/** How records of one kind are stored. */
export interface AccessRecordKind<T extends AccessPair> {
  /** What the keys begin with. */
  readonly prefix: string;
  /** Nothing for a text that is no such record. Never throws. */
  parse(text: string): T | undefined;
}

const text = v.pipe(v.string(), v.nonEmpty());
const time = v.pipe(v.number(), v.finite());
const pair = {
  version: v.literal(1),
  program: v.object({
    kind: v.picklist(['agentMode', 'claudeCode', 'codex', 'extension', 'script', 'terminal']),
    id: text,
    label: text,
  }),
  serverUrl: v.pipe(text, v.url()),
  serverName: v.string(),
};

/** Decisions as they are stored. */
export const decisionRecords: AccessRecordKind<AccessDecision> = recordKind(
  'access:',
  v.object({ ...pair, decision: v.picklist(['always', 'never']), decidedAt: time }),
);

/** Last uses as they are stored. */
export const useRecords: AccessRecordKind<AccessUse> = recordKind(
  'accessUse:',
  v.object({ ...pair, usedAt: time, wasAsked: v.boolean() }),
);

/** What a pair is known by in memory: by what the program is and where the server is, never by names. */
export function pairId({ program, serverUrl }: AccessPair): string {
  return JSON.stringify([program.kind, program.id, serverUrl]);
}

/** The key of a pair's record in secret storage. */
export async function recordKey(prefix: string, { program, serverUrl }: AccessPair): Promise<string> {
  return await hashedKey(prefix, program.kind, program.id, serverUrl);
}

/** The text that is stored. */
export function serializeRecord(record: AccessPair): string {
  return JSON.stringify({ version: 1, ...record });
}

/** A pair as it is kept: names that programs and repositories give are cut to what may be shown. */
export function keptPair({ program, serverUrl, serverName }: AccessPair): AccessPair {
  const { kind, id, label } = program;
  return {
    program: { kind, id, label: cleanAccountName(label) ?? id },
    serverUrl,
    serverName: cleanAccountName(serverName) ?? '',
  };
}

function recordKind<T extends AccessPair>(
  prefix: string,
  schema: v.GenericSchema<unknown, T & { readonly version: 1 }>,
): AccessRecordKind<T> {
  return {
    prefix,
    parse(record) {
      const parsed = v.safeParse(schema, parseJson(record));
      if (!parsed.success) {
        return undefined;
      }
      const { version: _version, ...rest } = parsed.output;
      return rest as unknown as T;
    },
  };
}

function parseJson(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}
