// `lifecycle` and `functions` of a resolved scenario: what is said there, before the files that it names are read (read.ts).

import type { Dist } from '../input/distributions.js';
import type { Spread } from '../workload/options.js';
import type { LifecycleSettings } from './spec.js';

/** `lifecycle` of a scenario, resolved. */
export interface LifecycleGiven extends LifecycleSettings {
  /** Of functions whose table tells none, in ns. */
  readonly runtimeInitNs: number;
}

export const FUNCTION_FORMATS = ['azure-2019', 'azure-2021'] as const;
export const CONFIGURATION_FORMATS = ['ibm-code-engine'] as const;

/** Files of invocations, and what they are joined with. */
export interface FunctionTrace {
  /** Of the invocations; relative to the scenario's own folder. */
  readonly file: string;
  /** How it is written. */
  readonly format: (typeof FUNCTION_FORMATS)[number];
  /** `func,memoryMiB,initMs`, a row a function; `azure-2019`: then `memory` may be absent. */
  readonly table?: string | undefined;
  /** `azure-2019`: percentiles of the execution times. */
  readonly durations?: string | undefined;
  /** `azure-2019`: memory of each function. */
  readonly memory?: string | undefined;
  /** A seeded choice of that many functions, or these functions. */
  readonly functions?: number | readonly string[] | undefined;
  /** Of the choices the reader makes; the scenario's seed where absent. */
  readonly seed?: number | undefined;
  /** Trace time that becomes the simulation's start; `first`: that of the first invocation. */
  readonly startNs?: number | 'first' | undefined;
  /** Blocks of so much of the trace's own time, in ns, in an order that the scenario's seed draws; absent: as it is. */
  readonly resampleNs?: number | undefined;
  /** At most that many invocations. */
  readonly limit?: number | undefined;
  /** `azure-2019`: the first minute taken. */
  readonly startMinute?: number | undefined;
  /** `azure-2019`: how many are taken. */
  readonly minutes?: number | undefined;
  /** `azure-2019`: how a minute's count is spread over the minute. */
  readonly spread?: Spread | undefined;
  /** Applied to instants of arrival. */
  readonly timeScale: number;
  /** Applied to service times. */
  readonly serviceScale: number;
}

/** Functions that are made up, or configured by a file, with arrivals that are drawn. */
export interface GeneratedFunctions {
  /** How many; absent: as many as are configured. */
  readonly count?: number | undefined;
  /** Of all functions together, per second. */
  readonly rate: number;
  /** Exponent of the functions' popularity. */
  readonly zipf: number;
  /** Bytes of an instance, drawn for each function; absent: the file of configurations says it. */
  readonly memory?: Dist | undefined;
  /** Nanoseconds, drawn for each function; absent: `lifecycle.runtimeInit`. */
  readonly init?: Dist | undefined;
  /** Requests that come at once, of all together; absent: 1. */
  readonly width?: number | undefined;
  /** From when their number is known to when they come, in ns; absent: 0. */
  readonly aheadNs?: number | undefined;
  /** Nanoseconds, drawn for each request. */
  readonly service: Dist;
  /** What sizes the functions have, from a file. */
  readonly configurations?:
    | {
        /** Relative to the scenario's own folder. */
        readonly file: string;
        /** How it is written. */
        readonly format: (typeof CONFIGURATION_FORMATS)[number];
        /** Day whose settings are taken. */
        readonly day: number;
      }
    | undefined;
}

/** `functions` of a scenario, resolved. */
export interface FunctionsGiven {
  /** Absent: they are generated. */
  readonly trace?: FunctionTrace | undefined;
  /** Absent: they come from a trace. */
  readonly generated?: GeneratedFunctions | undefined;
  /** Share of the functions that are confidential. */
  readonly confidential: number;
  /** One VM per function grows. */
  readonly vertical: boolean;
  /** The most cores of an instance; a file of configurations goes before it. */
  readonly vcpus: number;
  /** Requests that an instance takes at once; a file of configurations goes before it. */
  readonly concurrency: number;
  /** Share of a function's memory that comes and goes with each request. */
  readonly memoryPerRequest: number;
}

/** What the lifecycle looks at of a scenario. */
export interface ScenarioWithFunctions {
  readonly seed: number;
  readonly durationNs: number;
  readonly warmupNs: number;
  readonly lifecycle?: LifecycleGiven | undefined;
  readonly functions?: FunctionsGiven | undefined;
}
