// What a simulation is given, before the core sees it: files of distributions read, traces opened, arrivals checked,
// policies counted.

import {
  POLICY_EVERY_ROUND,
  POLICY_DISPATCH,
  POLICY_VICTIM,
  POLICY_CORES,
  POLICY_TAKE,
  POLICY_KEEP_FOR,
  POLICY_WORTH,
} from '../../assembly/layout.js';
import type { Policy } from '../policy.js';
import { type Problem, show, InputError, expectedOneOf } from '../input/errors.js';
import type { FunctionScenarioInput } from '../scenario/function-input.js';
import type { ScenarioInput } from '../scenario/schema.js';
import type { Scenario, TraceArrivals } from '../scenario/types.js';
import type { TraceReader, Arrival } from '../workload/arrival.js';
import { openTrace, type TraceOptions } from '../workload/index.js';
import { LoopedTrace } from '../workload/looped.js';
import { readNumbers } from '../workload/numbers.js';
import { resampled } from '../workload/resample.js';
import { sharedReader } from '../workload/shared-reader.js';
import type { TraceHost } from '../workload/text-source.js';
import type { CompiledScenario } from './compile.js';
import { type EmpiricalTables, type NumberFile, numberFiles } from './distributions.js';
import type { Injection, OpenedTrace } from './injection.js';
import type { InjectedArrival } from './host.js';

/** Of a scenario that names files. */
export const FILES_EXPECTED = 'options.files to read it from: memoryHost(files), or nodeHost(folder) of fluxhost/node';

/** `everyRound`: rounds that can change nothing are held as well (SimulationOptions). */
export function policyBits(policy: Policy | undefined, everyRound = false): number {
  return (
    (everyRound ? POLICY_EVERY_ROUND : 0) |
    (policy?.dispatch === undefined ? 0 : POLICY_DISPATCH) |
    (policy?.firstVictim === undefined ? 0 : POLICY_VICTIM) |
    (policy?.coresWanted === undefined ? 0 : POLICY_CORES) |
    (policy?.victim === undefined ? 0 : POLICY_TAKE) |
    (policy?.keepFor === undefined ? 0 : POLICY_KEEP_FOR) |
    (policy?.worth === undefined ? 0 : POLICY_WORTH)
  );
}

export function isResolved(input: Scenario | ScenarioInput | FunctionScenarioInput): input is Scenario {
  return typeof input === 'object' && (input as Scenario | null) !== null && 'durationNs' in input;
}

export const readTables = (scenario: Scenario, files: TraceHost | undefined): Promise<EmpiricalTables> =>
  readFiles(numberFiles(scenario), files);

/** @throws InputError for every file that is not there, or holds something else */
export async function readFiles(named: readonly NumberFile[], files: TraceHost | undefined): Promise<EmpiricalTables> {
  const tables = new Map<string, Float64Array>();
  const problems: Problem[] = [];
  for (const { file, path, pages } of named) {
    if (files === undefined) {
      problems.push({ path, given: show(file), expected: FILES_EXPECTED });
      continue;
    }
    if (tables.has(file)) continue;
    try {
      tables.set(file, await readNumbers(files, file, pages));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // what is wrong with the file as a whole is told with the field that names it
      for (const { line, ...problem } of error.problems)
        problems.push(
          line === undefined
            ? { path, given: `${show(file)}, ${problem.given}`, expected: problem.expected }
            : { line, ...problem },
        );
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return tables;
}

/** A reading that several VMs may share, resampled where that is asked for. */
function openResampled(
  reader: TraceReader,
  { seed, warmupNs, durationNs }: Scenario,
  { resampleNs, timeScale }: TraceArrivals,
  path: string,
): Omit<OpenedTrace, 'file'> {
  if (resampleNs === undefined) return { reader: sharedReader(reader) };
  const blockNs = Math.max(Math.round(resampleNs * timeScale), 1);
  const another = resampled(reader, { blockNs, untilNs: warmupNs + durationNs, seed, path });
  return { reader: sharedReader(another), resampled: { blockNs, source: another } };
}

/** `taken`: of each trace, in the order of the VMs, then of the functions' invocations, how many arrivals were taken before a snapshot. */
export function openTraces(
  scenario: Scenario,
  { vms, laid }: CompiledScenario,
  files: TraceHost | undefined,
  injection: Injection,
  taken?: readonly number[],
): void {
  let traces = 0;
  // VMs that read one file in one way share its reading
  const readers = new Map<string, Omit<OpenedTrace, 'file'>>();
  const loops = new Map<string, LoopedTrace>();
  vms.forEach(({ group }, index) => {
    const arrivals = group.workload?.arrivals;
    if (arrivals?.process !== 'trace') return;
    const { process: _, file, resampleNs, loop, ...options } = arrivals;
    if (files === undefined) {
      throw new InputError({
        path: `vms.${group.name}.workload.arrivals.file`,
        given: show(file),
        expected: FILES_EXPECTED,
      });
    }
    const known = Object.fromEntries(
      Object.entries({ seed: scenario.seed, file, ...options }).filter(([, value]) => value !== undefined),
    );
    const key = JSON.stringify({ ...known, resampleNs });
    if (loop !== undefined) {
      let held = loops.get(key);
      if (held === undefined)
        loops.set(key, (held = new LoopedTrace(openTrace(known as unknown as TraceOptions, files))));
      injection.addTrace(index, { file, reader: held.from(loop) }, taken?.[traces++]);
      return;
    }
    let opened = readers.get(key);
    if (opened === undefined) {
      const path = `vms.${group.name}.workload.arrivals.resample`;
      opened = openResampled(openTrace(known as unknown as TraceOptions, files), scenario, arrivals, path);
      readers.set(key, opened);
    }
    injection.addTrace(index, { file, ...opened }, taken?.[traces]);
    traces++;
  });
  if (laid !== undefined) injection.addFunctions(laid.spec.invocations, taken?.[traces]);
}

function arrivalProblems(
  { atNs = 0, serviceNs = -1, width = 0, deadlineNs = -1 }: Partial<Arrival>,
  path: string,
): { path: string; given: string; expected: string }[] {
  const problems: { path: string; given: string; expected: string }[] = [];
  const time = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER;
  if (!time(atNs))
    problems.push({ path: `${path}.atNs`, given: show(atNs), expected: 'nanoseconds from 0 to 2^53 - 1' });
  if (!time(serviceNs) && serviceNs !== -1)
    problems.push({
      path: `${path}.serviceNs`,
      given: show(serviceNs),
      expected: 'nanoseconds from 0 to 2^53 - 1, or -1 to draw',
    });
  if (!time(deadlineNs) && deadlineNs !== -1)
    problems.push({
      path: `${path}.deadlineNs`,
      given: show(deadlineNs),
      expected: "nanoseconds from 0 to 2^53 - 1, or -1 for the VM's own",
    });
  if (!Number.isInteger(width) || width < 0 || width > 2 ** 24)
    problems.push({
      path: `${path}.width`,
      given: show(width),
      expected: 'a whole number of tasks from 1 to 2^24, or 0 to draw',
    });
  return problems;
}

/** What a program injects, as the core takes it. @throws InputError for a time, service or width that is none */
export function injectedArrivals(arrivals: readonly Partial<Arrival>[], vm: number, nowNs: number): InjectedArrival[] {
  const problems = arrivals.flatMap((arrival, index) => arrivalProblems(arrival, `arrivals.${index}`));
  if (problems.length > 0) throw new InputError(problems);
  return arrivals.map(({ atNs = nowNs, serviceNs = -1, width = 0, deadlineNs = -1 }) => ({
    atNs: Math.max(atNs, nowNs),
    serviceNs,
    vm,
    width,
    deadlineNs,
  }));
}

/**
 * The index of the VM that arrivals are for.
 *
 * @throws InputError for a name that none has, and for a VM whose requests nothing describes
 */
export function fedVm({ vms }: CompiledScenario, name: string): number {
  const names = vms.map((vm) => vm.name);
  const index = names.indexOf(name);
  if (index < 0)
    throw new InputError({
      path: 'vm',
      given: show(name),
      expected: expectedOneOf('the name of a VM', String(name), names),
    });
  if (vms[index]!.group.workload === null)
    throw new InputError({
      path: `vm ${name}`,
      given: 'a VM without a workload',
      expected: 'a VM whose workload says what a request is (its arrivals may be { process: none })',
    });
  return index;
}
