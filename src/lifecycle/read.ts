// From a scenario's `functions` to what the core is laid out from: files read, functions chosen or drawn, memory divided.

import { InputError } from '../input/errors.js';
import { placed } from '../input/places.js';
import { formatSize } from '../input/quantities.js';
import { summaryNotes } from '../workload/arrival.js';
import { chooseFunctions } from '../workload/functions.js';
import type { TraceHost } from '../workload/text-source.js';
import type { Shape } from './generate.js';
import type { FunctionsGiven, ScenarioWithFunctions } from './source.js';
import type { FunctionSpec, Invocations, LifecycleSpec } from './spec.js';
import type { DrawnBlocks } from './resample.js';

/** What a person should be told beside the results. */
export interface LifecycleNote {
  readonly code: 'never-fits' | 'trace';
  readonly field: string;
  readonly detail: string;
}

/** What a scenario's functions have come to. */
export interface LifecycleInput {
  readonly spec: LifecycleSpec;
  /** Indexes of the functions that the budget can never hold: their requests are dropped. */
  readonly neverFit: readonly number[];
  readonly notes: readonly LifecycleNote[];
  /** Present where blocks of a trace were drawn. */
  readonly drawn?: DrawnBlocks;
}

/** Choosing who is confidential is not to follow how the functions were chosen. */
const CONFIDENTIAL_SEED = 2 ** 31;

function withShares(shapes: readonly Shape[], given: FunctionsGiven, seed: number): FunctionSpec[] {
  const names = shapes.map(({ name }) => name);
  const wanted = Math.round(given.confidential * names.length);
  const options = { file: '', format: 'csv', functions: wanted, seed: (seed + CONFIDENTIAL_SEED) % 2 ** 53 };
  const confidential = new Set(wanted === 0 ? [] : chooseFunctions(names, options, ''));
  return shapes.map((shape, index) => {
    const memoryPerRequestBytes = Math.round(shape.memoryBytes * given.memoryPerRequest);
    return {
      ...shape,
      memoryBytes: shape.memoryBytes - memoryPerRequestBytes,
      memoryPerRequestBytes,
      confidential: confidential.has(index),
    };
  });
}

interface Found {
  readonly shapes: readonly Shape[];
  readonly invocations: Invocations;
  readonly notes: readonly LifecycleNote[];
  readonly drawn?: DrawnBlocks;
}

async function find(scenario: ScenarioWithFunctions, given: FunctionsGiven, host: TraceHost): Promise<Found> {
  const { seed } = scenario;
  const endNs = scenario.warmupNs + scenario.durationNs;
  const { runtimeInitNs, proactive: announces } = scenario.lifecycle!;
  if (given.trace === undefined) {
    const { generate } = await import('./generate.js');
    const made = await generate(given, given.generated!, { seed, endNs, runtimeInitNs, announces }, host);
    return { shapes: made.functions, invocations: made.invocations, notes: [] };
  }
  const { readTrace } = await import('./traces.js');
  const resamples = given.trace.resampleNs !== undefined;
  const untilNs = resamples ? Infinity : endNs; // blocks are drawn of all of it
  const { functions, invocations, summary } = await readTrace(given.trace, given.trace.seed ?? seed, untilNs, host);
  const shapes = functions.map(({ initNs, ...row }) => ({
    ...row,
    initNs: initNs ?? runtimeInitNs,
    maxVcpus: given.vcpus,
    concurrency: given.concurrency,
    minInstances: 0,
  }));
  const nothing =
    functions.length > 0 ? [] : [`${given.trace.file} has no row below its header: no function is called`];
  const notes = [...nothing, ...summaryNotes(summary)].map(
    (detail) => ({ code: 'trace', field: 'functions.trace', detail }) as const,
  );
  if (!resamples) return { shapes, invocations, notes };
  const { anotherDay } = await import('./resample.js');
  return { shapes, notes, ...(await anotherDay(invocations, given.trace, seed, endNs)) };
}

function neverFitting(functions: readonly FunctionSpec[], lifecycle: object, budget: number | null): number[] {
  if (budget === null) return [];
  const need = (of: FunctionSpec): number => of.memoryBytes + of.memoryPerRequestBytes;
  const found = functions.flatMap((of, index) => (need(of) > budget ? [index] : []));
  if (found.length < functions.length || functions.length === 0) return found;
  const least = functions.reduce((before, of) => (need(of) < need(before) ? of : before));
  throw new InputError(
    placed(lifecycle, {
      path: ['lifecycle', 'memory'],
      given: formatSize(budget),
      expected: `at least ${formatSize(need(least))}, what the smallest function needs (${least.name})`,
    }),
  );
}

/** @throws InputError for a file that is missing or wrong, and for a budget that no function fits into */
export async function readLifecycle(scenario: ScenarioWithFunctions, host: TraceHost): Promise<LifecycleInput> {
  const { lifecycle, functions: given } = scenario;
  if (lifecycle === undefined || given === undefined) throw new Error('a scenario without functions has no lifecycle');
  const { runtimeInitNs: _, ...settings } = lifecycle;
  const { shapes, invocations, notes, drawn } = await find(scenario, given, host);
  const functions = withShares(shapes, given, scenario.seed);
  const neverFit = neverFitting(functions, lifecycle, lifecycle.memoryBytes);
  const names = neverFit.slice(0, 3).map((index) => functions[index]!.name);
  const told = `${neverFit.length} of ${functions.length} functions need more memory than the budget, so that their requests are dropped: ${names.join(', ')}${neverFit.length > 3 ? ' …' : ''}`;
  const never = neverFit.length === 0 ? [] : [{ code: 'never-fits' as const, field: 'lifecycle.memory', detail: told }];
  const spec = { ...settings, functions, invocations };
  return { spec, neverFit, notes: [...notes, ...never], ...(drawn === undefined ? {} : { drawn }) };
}
