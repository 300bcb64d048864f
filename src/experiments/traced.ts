// Calls from a trace for an experiment: which files, how they are read, and as many functions of them as a search asks for.

import { InputError } from '../input/errors.js';
import { readLifecycle } from '../lifecycle/read.js';
import type { FunctionSpec, Invocations } from '../lifecycle/spec.js';
import { resolveScenario } from '../scenario/resolve.js';
import type { ScenarioInput } from '../scenario/schema.js';
import type { ExperimentOptions } from './experiment.js';
import type { ExperimentRow, Settings } from './parameters.js';

const PAPER_2019 = 'Azure Functions, 2019';
const file = (path: string, meaning: string, source: string, confidence: 'published' | 'assumed'): ExperimentRow => [
  path,
  'file',
  '',
  null,
  null,
  meaning,
  source,
  confidence,
];

export const TRACE_ROWS: readonly ExperimentRow[] = [
  file(
    'trace',
    'Invocations from a file; without it they are generated.',
    'Azure Functions, 2019 or 2021',
    'published',
  ),
  ['trace.format', 'choice', 'azure-2021', null, null, 'How it is written.', 'docs/model/lifecycle.md', 'published'],
  file(
    'trace.table',
    'func,memoryMiB,initMs, a row a function.',
    'made beside azure-2021, which tells no memory',
    'assumed',
  ),
  file('trace.durations', 'Of azure-2019: percentiles of execution times.', PAPER_2019, 'published'),
  file('trace.memory', 'Of azure-2019: memory of each function.', PAPER_2019, 'published'),
];

export const TRACE_CHOICES = { 'trace.format': ['azure-2019', 'azure-2021'] } as const;

export type FunctionsInput = NonNullable<ScenarioInput['functions']>;

export const isTraced = (settings: Settings): boolean => settings.text('trace') !== '';

/** What a scenario says of the trace. */
export function traceInput(settings: Settings): NonNullable<FunctionsInput['trace']> {
  const given = (name: string): Record<string, string> => {
    const value = settings.text(`trace.${name}`);
    return value === '' ? {} : { [name]: value };
  };
  const format = settings.text('trace.format') as 'azure-2019' | 'azure-2021';
  return { file: settings.text('trace'), format, ...given('table'), ...given('durations'), ...given('memory') };
}

export interface Calls {
  readonly functions: readonly FunctionSpec[];
  readonly invocations: Invocations;
  readonly durationNs: number;
}

/** @throws InputError for a file that is missing or wrong, or that nobody can open */
export async function readCalls(
  settings: Settings,
  { files }: ExperimentOptions,
  functions: FunctionsInput,
  lifecycle: NonNullable<ScenarioInput['lifecycle']> = {},
  seconds = settings.number('duration'),
): Promise<Calls> {
  if (isTraced(settings) && files === undefined)
    throw new InputError({ path: 'trace', given: settings.text('trace'), expected: 'options.files to read it from' });
  const scenario = resolveScenario({
    version: 1,
    seed: settings.number('seed'),
    duration: `${Math.round(seconds * 1e9)}ns`,
    host: { cores: settings.number('host.cores') },
    mechanism: 'ideal',
    costs: 'none',
    vms: [],
    lifecycle,
    functions,
  });
  const none = { open: () => Promise.reject(new Error('a generated load reads no file')) };
  const { spec } = await readLifecycle(scenario, files ?? none);
  return { functions: spec.functions, invocations: spec.invocations, durationNs: scenario.durationNs };
}

/** The trace's calls, memory as the files have it; null: no trace is named. */
export async function tracedCalls(
  settings: Settings,
  options: ExperimentOptions,
  duration = 'duration',
): Promise<Calls | null> {
  if (!isTraced(settings)) return null;
  const functions = { trace: traceInput(settings), memoryPerRequest: 0 };
  const calls = await readCalls(settings, options, functions, {}, settings.number(duration));
  if (calls.invocations.atNs.length === 0)
    throw new InputError({ path: 'trace', given: settings.text('trace'), expected: `calls within ${duration}` });
  return calls;
}

/** Of the golden section: copies of a trace fall on instants of their own. */
const TURN = (Math.sqrt(5) - 1) / 2;

/** In order of arrival; a function's number tells its place among the trace's by the remainder. */
export interface CallColumns {
  readonly at: Float64Array;
  readonly fn: Uint32Array;
  readonly serviceNs: Float64Array;
}

/**
 * The first `count` functions of the trace. More than it has are copies of them, the k-th of which is turned round in the window by k golden
 * sections of it.
 */
export function callsOfFunctions({ functions, invocations, durationNs }: Calls, count: number): CallColumns {
  const known = functions.length;
  const rows: { at: number; fn: number; serviceNs: number }[] = [];
  for (let copy = 0; copy * known < count; copy++) {
    const turn = (copy * TURN) % 1;
    for (let i = 0; i < invocations.atNs.length; i++) {
      const fn = copy * known + invocations.fn[i]!;
      if (fn >= count) continue;
      const at =
        copy === 0 ? invocations.atNs[i]! : Math.floor((invocations.atNs[i]! + turn * durationNs) % durationNs);
      rows.push({ at, fn, serviceNs: invocations.serviceNs[i]! });
    }
  }
  // stable: of one instant in the order of the rows
  rows.sort((a, b) => a.at - b.at);
  return {
    at: Float64Array.from(rows, ({ at }) => at),
    fn: Uint32Array.from(rows, ({ fn }) => fn),
    serviceNs: Float64Array.from(rows, ({ serviceNs }) => serviceNs),
  };
}
