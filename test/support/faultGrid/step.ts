import type { AuthErrorCode } from '../../../src/core/errors.ts';
import type { Assembly } from '../authenticationPorts.ts';
import type { MisbehavingServer } from '../misbehavingServer.ts';
import type { FaultStage } from './faultStage.ts';
import { type FaultName, faultNames } from './faults.ts';

/** The requests that fail. */
export interface FaultyRequest {
  /** For example `POST /token`. */
  readonly route: string;
  /** A part of the body that tells them from others to the same route. */
  readonly holding?: string;
  /** How many of them fail; by default all. */
  readonly times?: number;
}

/** What comes of a step when its request fails. */
export type Outcome =
  /** An error, with the fault's own sentence unless this names another. */
  | { readonly rejects: AuthErrorCode; readonly says?: RegExp }
  /** What the step's `act` gives all the same, and why that is right. */
  | { readonly gives: string; readonly since: string };

/** Everything before a fault. */
export interface Scene {
  readonly assembly: Assembly;
  /** The MCP server that it is all about. */
  readonly server: MisbehavingServer;
  /** Who fails, if that is somebody else. */
  readonly faulty?: MisbehavingServer;
  /** What is done while the fault lasts, and once more when it is over; tells in a few words what came of it. */
  readonly act: () => Promise<string>;
}

/** One request that something depends on: a row of the grid. */
export interface ProtocolStep {
  readonly name: string;
  readonly request: FaultyRequest;
  /** What `act` gives when nothing fails. */
  readonly works: string;
  /** Whether to let time pass between two requests, for who waits before asking again. */
  readonly polls?: boolean;
  /** Where they are not the fault's own. */
  readonly outcomes?: Outcomes;
  readonly prepare: (stage: FaultStage) => Promise<Scene>;
}

/** The outcomes of faults by name. */
export type Outcomes = Partial<Record<FaultName, Outcome>>;

/** The same outcome for these faults. */
export function when(names: readonly FaultName[], outcome: Outcome): Outcomes {
  return Object.fromEntries(names.map((name) => [name, outcome]));
}

/** The same outcome whatever fails. */
export function always(gives: string, since: string): Outcomes {
  return when(faultNames, { gives, since });
}
