// A recording held against the simulator: parameters are fitted on its first half, the second half's arrivals and services are simulated,
// and what comes out stands beside what the machine did, and beside how much the machine differs from itself where the same load was
// recorded several times.

import { expectedOneOf, InputError } from '../input/errors.js';
import type { Recording } from '../recording/events.js';
import { groupsOf } from '../recording/groups.js';
import { type LimitNote, readNote } from '../recording/notes.js';
import type { Span } from '../recording/spans.js';
import { type Work, workOf } from '../recording/tasks.js';
import { resolveScenario } from '../scenario/resolve.js';
import { Simulation } from '../simulation.js';
import { memoryHost } from '../workload/text-source.js';
import { type VmFigures, recordedFigures, simulatedFigures } from './figures.js';
import { type Fit, fit } from './fit.js';
import { type Gap, gapsOf, warningsOf } from './gaps.js';
import { widthsOf } from './requests.js';
import { type Chosen, type Made, scenarioOf, vmName } from './scenario.js';
import { MOST_STEPS, type Timeline, stepOf, waitingOf } from './timeline.js';
import { cpusOf, statThrottledNs, throttledSpans } from './throttled.js';

/** A recording and the name of its file. */
export interface Named {
  readonly file: string;
  readonly recording: Recording;
}

/** One figure of one VM. */
export interface Row {
  readonly vm: string;
  readonly figure: 'wait' | 'wait from the wake-up' | 'latency' | 'throttled';
  readonly quantile: 'mean' | 'p50' | 'p90' | 'p99' | null;
  readonly recordedNs: number;
  readonly simulatedNs: number;
  /** (simulated − recorded) / recorded; null where nothing was recorded. */
  readonly error: number | null;
  /** (greatest − least) / mean over the recordings of the same load; null where there is one alone. */
  readonly spread: number | null;
}

export interface Calibration {
  readonly by: 'cgroup' | 'process' | 'name';
  /** Of the recording's clock: where it begins, is cut, and ends. */
  readonly beginNs: number;
  readonly cutNs: number;
  readonly endNs: number;
  readonly fit: Fit;
  readonly vms: readonly {
    readonly name: string;
    readonly of: string;
    readonly group: number;
    readonly cpus: readonly number[];
    readonly limit: LimitNote | null;
    /** Requests. */
    readonly tasks: { readonly recorded: number; readonly simulated: number };
    /** What cpu.stat counted in the second half. */
    readonly statThrottledNs: number | null;
    /** Tasks that wait, over the second half. */
    readonly timeline: Timeline;
    /** By wake-ups in one request: how many. */
    readonly widths: Readonly<Record<string, number>>;
  }[];
  readonly rows: readonly Row[];
  readonly gaps: readonly Gap[];
  /** What is to be known before any figure is read. */
  readonly warnings: readonly string[];
  readonly made: Made;
}

/** A recording, cut where its VMs rest. */
interface Read {
  readonly recording: Recording;
  readonly work: Work;
  readonly vms: readonly Chosen[];
  readonly throttled: readonly (readonly Span[])[];
  readonly beginNs: number;
  readonly cutNs: number;
  readonly endNs: number;
}

/** VMs of processes and names: those with this share of all CPU time of threads. */
const LEAST_SHARE = 0.05;
const LEAST_TASKS = 40;
const QUANTILES = ['mean', 'p50', 'p90', 'p99'] as const;

function chosen(recording: Recording, work: Work, only: readonly string[], file: string): Chosen[] {
  const limits = new Map<string, LimitNote>();
  for (const event of recording.events) {
    const note = event.kind === 'note' ? readNote(event.text) : undefined;
    if (note?.kind === 'limit') limits.set(note.cgroup, note);
  }
  const missing = only.find((name) => !work.names.includes(name));
  if (missing !== undefined)
    throw new InputError({
      file,
      path: '--only',
      given: missing,
      expected: expectedOneOf('a VM of the recording', missing, work.names),
    });
  const ran = work.names.map(() => 0);
  for (const run of work.runs) ran[run.group]! += run.untilNs - run.fromNs;
  const all = ran.reduce((sum, one) => sum + one, 0);
  const isIn = (name: string, group: number): boolean =>
    only.length > 0 ? only.includes(name) : work.by === 'cgroup' || ran[group]! >= all * LEAST_SHARE;
  const names: string[] = [];
  const vms = work.names.flatMap((of, group): Chosen[] => {
    if (!isIn(of, group) || ran[group] === 0) return [];
    const name = vmName(of, names);
    names.push(name);
    return [{ group, name, cpus: cpusOf(work, group), limit: limits.get(of) }];
  });
  if (vms.length > 0) return vms;
  throw new InputError({ file, path: '', given: 'no thread that ran', expected: 'a recording of threads that work' });
}

/** An instant from the middle on at which no VM has work, if there is one within a quarter; else the middle. */
function cutOf(work: Work, groups: readonly number[], fromNs: number, untilNs: number): number {
  const middle = (fromNs + untilNs) / 2;
  const tasks = work.tasks.filter(({ group, endNs }) => groups.includes(group) && endNs > middle);
  tasks.sort((a, b) => a.queuedNs - b.queuedNs);
  let cut = middle;
  for (const { wakeNs, endNs } of tasks) {
    if (wakeNs > cut) return cut;
    cut = Math.max(cut, endNs);
    if (cut > middle + (untilNs - middle) / 4) return middle;
  }
  return middle;
}

function read({ recording, file }: Named, only: readonly string[]): Read {
  const work = workOf(recording, groupsOf(recording));
  const vms = chosen(recording, work, only, file);
  const groups = vms.map(({ group }) => group);
  const own = work.tasks.filter(({ group }) => groups.includes(group));
  if (own.length < LEAST_TASKS) {
    const expected = `at least ${LEAST_TASKS} wake-ups of threads that sleep again`;
    throw new InputError({ file, path: '', given: `${own.length} wake-ups of its VMs`, expected });
  }
  const woken = own.map(({ queuedNs }) => queuedNs).sort((a, b) => a - b);
  const beginNs = woken[0]!;
  const endNs = own.reduce((latest, task) => Math.max(latest, task.endNs), 0);
  const throttled = vms.map(({ group, cpus }) => throttledSpans(work, group, cpus));
  return { recording, work, vms, throttled, beginNs, cutNs: cutOf(work, groups, beginNs, endNs), endNs };
}

/** What was done up to an instant. */
function until(work: Work, atNs: number): Work {
  return {
    ...work,
    tasks: work.tasks.filter(({ endNs }) => endNs <= atNs),
    runs: work.runs.filter(({ untilNs }) => untilNs <= atNs),
    periodsNs: work.periodsNs.filter((ns) => ns <= atNs),
  };
}

function fitOf({ work, vms, throttled, cutNs }: Read): Fit {
  const spans = work.names.map((_, group) => {
    const i = vms.findIndex((vm) => vm.group === group);
    return i < 0 ? [] : throttled[i]!.filter(([, end]) => end <= cutNs);
  });
  const limits = work.names.map((_, group) => vms.find((vm) => vm.group === group)?.limit);
  return fit(until(work, cutNs), spans, limits);
}

const recordedOf = (one: Read, i: number, switchNs: number, together: boolean): VmFigures =>
  recordedFigures(one.work, one.vms[i]!.group, one.throttled[i]!, [one.cutNs, one.endNs], switchNs, together);

function spreadOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return mean > 0 ? (Math.max(...values) - Math.min(...values)) / mean : null;
}

function rowsOf(vm: string, recorded: readonly VmFigures[], simulated: VmFigures, hasQuota: boolean): Row[] {
  const row = (figure: Row['figure'], quantile: Row['quantile'], of: (one: VmFigures) => number): Row => {
    const [recordedNs, simulatedNs] = [of(recorded[0]!), of(simulated)];
    const error = recordedNs === 0 ? null : (simulatedNs - recordedNs) / recordedNs;
    return { vm, figure, quantile, recordedNs, simulatedNs, error, spread: spreadOf(recorded.map(of)) };
  };
  if (recorded[0]!.requests === 0) return []; // none came after the cut
  return [
    ...QUANTILES.map((q) => row('wait', q, ({ waitNs }) => waitNs[q])),
    ...QUANTILES.map((q) => row('wait from the wake-up', q, ({ wokenWaitNs }) => wokenWaitNs[q])),
    ...QUANTILES.map((q) => row('latency', q, ({ latencyNs }) => latencyNs[q])),
    ...(hasQuota ? [row('throttled', null, ({ throttledNs }) => throttledNs)] : []),
  ];
}

/**
 * Fits on the first half, simulates the second.
 *
 * @param repeats recordings of the same load
 * @param only the cgroups, processes or names that become VMs; none: all cgroups, else all that ran much
 * @param together what one thread wakes at once is one request of several tasks; else each wake-up is one
 * @throws InputError for recordings without enough work
 */
export async function calibrate(
  named: Named,
  repeats: readonly Named[] = [],
  only: readonly string[] = [],
  together = false,
): Promise<Calibration> {
  const own = read(named, only);
  const others = repeats.map((repeat) => {
    const other = read(repeat, only);
    if (other.vms.map(({ name }) => name).join() === own.vms.map(({ name }) => name).join()) return other;
    const given = `VMs ${other.vms.map(({ name }) => name).join(', ')}`;
    throw new InputError({ file: repeat.file, path: '--repeat', given, expected: `those of ${named.file}` });
  });
  const fitted = fitOf(own);
  const made = scenarioOf(own.work, own.vms, fitted, [own.cutNs, own.endNs], together);
  const spanNs = own.endNs - made.zeroNs;
  const stepNs = stepOf(made.periodNs, spanNs);
  const count = Math.floor(spanNs / stepNs);
  // Twice as many samples as are looked at: none is dropped.
  const series = { interval: `${stepNs}ns`, samples: 2 * MOST_STEPS };
  const watched = resolveScenario({ ...made.scenario, series });
  const simulation = await Simulation.create(watched, { files: memoryHost(made.files) });
  try {
    await simulation.run();
    const result = simulation.metrics();
    const { vms: sampled } = simulation.series()!;
    const switchNs = fitted.taskSwitchNs?.value ?? 0;
    const simulated = own.vms.map(({ group }, i) =>
      simulatedFigures(result.vms[i]!, fitted.vms[group]!.wakeUpNs?.value ?? 0),
    );
    const recorded = own.vms.map((_, i) => [own, ...others].map((one) => recordedOf(one, i, switchNs, together)));
    if (recorded.every(([first]) => first!.requests === 0)) {
      const given = 'a second half in which no thread was woken';
      throw new InputError({ file: named.file, path: '', given, expected: 'a longer recording' });
    }
    return {
      ...{ by: own.work.by, beginNs: own.beginNs, cutNs: own.cutNs, endNs: own.endNs, fit: fitted, made },
      vms: own.vms.map(({ group, name, cpus, limit }, i) => ({
        ...{ name, of: own.work.names[group]!, group, cpus, limit: limit ?? null },
        tasks: { recorded: recorded[i]![0]!.requests, simulated: simulated[i]!.requests },
        statThrottledNs: statThrottledNs(own.recording, own.work.names[group]!, own.cutNs, own.endNs) ?? null,
        timeline: {
          stepNs,
          recorded: waitingOf(own.work, group, made.zeroNs, stepNs, count),
          simulated: [...sampled[i]!.waiting].slice(0, count),
        },
        widths: Object.fromEntries(widthsOf(own.work, group)),
      })),
      rows: own.vms.flatMap(({ name, limit, group }, i) =>
        rowsOf(
          name,
          recorded[i]!,
          simulated[i]!,
          limit?.quotaUs !== undefined || fitted.vms[group]!.quota !== undefined,
        ),
      ),
      gaps: gapsOf(own.recording, own.work, own.vms, fitted, own.throttled, together),
      warnings: warningsOf(own.work, own.vms, fitted),
    };
  } finally {
    simulation.close();
  }
}
