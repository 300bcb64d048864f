// What the page and its worker say to each other. The page asks, the worker answers each question once, in order: nothing is
// sent unasked, so neither can flood the other.

import type { MechanismKind } from '../mechanisms/types.js';
import type { PagesQuestion } from '../pages/question.js';
import type { MissRatioCurve, PagesResult } from '../pages/result.js';
import type { TraceFormatName } from '../pages/formats/names.js';
import type { Grades, LessonAsked } from '../lessons/grade.js';
import type { SweepResult } from '../study/sweep.js';
import type { Explanation } from './explanation.js';

/** What a slider or a field changes, `PATH=VALUE` each, as `--set` takes it. */
export type Changes = readonly string[];

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Ask =
  | {
      readonly ask: 'load';
      readonly text: string;
      readonly file: string;
      readonly set: Changes;
      /** The limits of a scenario that somebody else wrote hold (limits.ts). */
      readonly foreign: boolean;
      readonly files: readonly DroppedFile[];
    }
  | {
      readonly ask: 'advance';
      /** Simulated time to come to, at most. */
      readonly toNs: number;
      /** Of it between two columns of the strips. */
      readonly columnNs: number;
      /** On the clock on the wall. */
      readonly budgetMs: number;
      /** Whether a point of the latencies is wanted as well. */
      readonly point: boolean;
    }
  | {
      /** What `fluxhost sweep` is asked, of a scenario that need not be the one that plays. */
      readonly ask: 'sweep';
      readonly text: string;
      readonly file: string;
      readonly set: Changes;
      readonly foreign: boolean;
      readonly files: readonly DroppedFile[];
      readonly vary: readonly string[];
      readonly mechanisms: readonly MechanismKind[];
      readonly replications: number;
    }
  | {
      /** The miss ratios of a page trace. */
      readonly ask: 'curve';
      readonly file: DroppedFile;
      readonly format: TraceFormatName;
      readonly samplingRate: number;
    }
  /** What `fluxhost pages` is asked of a trace. */
  | { readonly ask: 'pages'; readonly question: PagesQuestion; readonly file: DroppedFile }
  /** The lessons there are, and one for a student; graded where there are answers, with what is right where it is to be shown. */
  | {
      readonly ask: 'lesson';
      readonly name: string;
      readonly student: string;
      readonly answers: readonly string[];
      readonly show: boolean;
    }
  /** Whether a text would be refused; nothing that runs is touched. */
  | { readonly ask: 'check'; readonly text: string; readonly file: string; readonly foreign: boolean }
  /** The JSON Schema of a scenario. */
  | { readonly ask: 'schema' }
  /** What happens in a window of a future, as a Perfetto trace. */
  | { readonly ask: 'timeline'; readonly future: number; readonly fromNs: number; readonly untilNs: number }
  | { readonly ask: 'step' }
  | { readonly ask: 'fork'; readonly set: Changes }
  /** A second future that was otherwise from the begin, come to the same instant: what a fork cannot change. */
  | { readonly ask: 'beside'; readonly set: Changes }
  | { readonly ask: 'unfork' }
  | { readonly ask: 'explain'; readonly future: number; readonly core: number; readonly atNs: number }
  | { readonly ask: 'result'; readonly future: number }
  /** `command` makes it again. */
  | { readonly ask: 'report'; readonly future: number; readonly command: string };

export interface VmAbout {
  readonly name: string;
  readonly kind: 'latency-critical' | 'best-effort';
  readonly least: number;
  readonly most: number;
  readonly slo: { readonly quantile: number; readonly latencyNs: number } | null;
}

/** A scenario that is loaded. */
export interface About {
  readonly vms: readonly VmAbout[];
  /** Cores for VMs; the others poll. */
  readonly cores: number;
  readonly polling: number;
  /** Of those cores the ones that do not poll. */
  readonly kept: { readonly memory: number; readonly packets: number };
  readonly hostCores: number;
  readonly endNs: number;
  readonly warmupNs: number;
  readonly mechanism: string;
  /** Mechanisms that a running host can change to. */
  readonly mechanisms: readonly MechanismKind[];
  /** Fields that hold a rate, with it: what the slider multiplies. */
  readonly rates: readonly (readonly [path: string, perSecond: number])[];
  readonly warnings: readonly string[];
}

/** A core went, or goes, from one VM to another; -1: nobody's. */
export interface MoveSeen {
  readonly core: number;
  readonly from: number;
  readonly to: number;
  readonly decidedAtNs: number;
  readonly seenAtNs: number;
}

/** One future over the columns of an answer. */
export interface Columns {
  /** Cores for VMs in this future: another mechanism may keep another number of them for polling. */
  readonly coreCount: number;
  /** What each core does, column after column: `codeOf`. */
  readonly cores: Uint32Array;
  /** Tasks that wait in each VM, column after column. */
  readonly waiting: Uint32Array;
  readonly held: Uint32Array;
  readonly moves: readonly MoveSeen[];
  readonly movesLeftOut: number;
  readonly mechanism: string;
  readonly events: number;
  readonly lastEvent: string;
  /** Of each VM, the SLO's quantile (or p99) of the latencies since the point before, in ns; null: none completed. */
  readonly latencyNs: readonly (number | null)[] | null;
  /** The same since statistics began. */
  readonly overallNs: readonly (number | null)[] | null;
  /** Of each VM, requests that have completed since then. */
  readonly completed: readonly number[] | null;
}

export interface Advanced {
  readonly answer: 'advanced';
  readonly nowNs: number;
  readonly done: boolean;
  readonly timeNs: Float64Array;
  readonly futures: readonly Columns[];
  readonly memoryBytes: number;
}

/** What is wrong with a text, as the command line says it: of each problem its line, where it stands, and the field. */
export interface Refused {
  readonly answer: 'refused';
  readonly lines: readonly string[];
  readonly places: readonly (number | null)[];
  readonly paths: readonly string[];
}

export type Answer =
  | { readonly answer: 'loaded'; readonly about: About }
  | Refused
  | { readonly answer: 'checked' }
  | { readonly answer: 'schema'; readonly schema: Readonly<Record<string, unknown>> }
  | Advanced
  | { readonly answer: 'forked'; readonly atNs: number; readonly mechanism: string; readonly coreCount: number }
  | { readonly answer: 'unforked' }
  | { readonly answer: 'explained'; readonly explanation: Explanation }
  | { readonly answer: 'result'; readonly json: string; readonly sha256: string }
  | { readonly answer: 'report'; readonly html: string }
  | { readonly answer: 'curve'; readonly curve: MissRatioCurve }
  | { readonly answer: 'paged'; readonly result: PagesResult; readonly sha256: string }
  | {
      readonly answer: 'timeline';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly fromNs: number;
      readonly untilNs: number;
    }
  | { readonly answer: 'lesson'; readonly lesson: LessonAsked; readonly grades: Grades | null }
  | { readonly answer: 'swept'; readonly result: SweepResult; readonly runs: number }
  | { readonly answer: 'failed'; readonly line: string };

/** How a core is drawn. */
export const IDLE = 0;
export const RUNNING = 1;
export const SEARCHING = 2;
export const MOVING = 3;
export const SPINNING = 4;
/** Of a core that is kept for the host: it polls, or serves memory or packets. */
export const POLLING = 5;

/** A VM's index (-1: none) and how its core is drawn, in one number. */
export const codeOf = (vm: number, kind: number): number => (((vm + 1) << 3) | kind) >>> 0;
export const vmOf = (code: number): number => (code >>> 3) - 1;
export const kindOf = (code: number): number => code & 7;
