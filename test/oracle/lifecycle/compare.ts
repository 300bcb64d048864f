// The program beside the naive simulator of functions, on one scenario: a line for each count that differs.

import { InputError } from '../../../src/input/errors.js';
import { readLifecycle } from '../../../src/lifecycle/read.js';
import type { LifecycleSpec } from '../../../src/lifecycle/spec.js';
import type { LifecycleResult } from '../../../src/lifecycle/result.js';
import type { Scenario } from '../../../src/scenario/types.js';
import { Simulation } from '../../../src/index.js';
import type { TraceHost } from '../../../src/workload/index.js';
import { naive } from './naive.js';
import { GONE, type Counts, type Outcome } from './outcome.js';

const COUNTS = ['arrived', 'dropped', 'timedOut', 'evictions', 'expirations'] as const;

function counted(
  name: string,
  ours: Counts,
  theirs: Pick<LifecycleResult, (typeof COUNTS)[number] | 'served' | 'gone'>,
): string[] {
  const lines: string[] = [];
  for (const which of COUNTS)
    if (ours[which] !== theirs[which]) lines.push(`${name} ${which}: naive ${ours[which]}, program ${theirs[which]}`);
  for (const [tier, count] of Object.entries(ours.served))
    if (count !== theirs.served[tier as 'full'])
      lines.push(`${name} ${tier}: naive ${count}, program ${theirs.served[tier as 'full']}`);
  for (const why of GONE)
    if (ours.gone[why] !== theirs.gone[why])
      lines.push(`${name} ${why}: naive ${ours.gone[why]}, program ${theirs.gone[why]}`);
  return lines;
}

/** Sums of byte-nanoseconds are whole in both; the program tells them as seconds. */
function byteSeconds(name: string, ours: bigint, theirs: number): string[] {
  const seconds = Number(ours) / 1e9;
  return Math.abs(seconds - theirs) <= 1e-12 * Math.max(seconds, 1)
    ? []
    : [`${name}: naive ${seconds}, program ${theirs}`];
}

export function differences(ours: Outcome, theirs: LifecycleResult, { functions }: LifecycleSpec): string[] {
  return [
    ...counted('all', ours, theirs),
    ...(ours.inFlight === theirs.inFlight ? [] : [`inFlight: naive ${ours.inFlight}, program ${theirs.inFlight}`]),
    ...(ours.startedAhead === theirs.startedAhead
      ? []
      : [`startedAhead: naive ${ours.startedAhead}, program ${theirs.startedAhead}`]),
    ...byteSeconds('warm', ours.warmByteNs, theirs.warmByteSeconds),
    ...byteSeconds('busy', ours.activeByteNs, theirs.busyByteSeconds),
    ...byteSeconds('starting', ours.startingByteNs, theirs.startingByteSeconds),
    ...(ours.peakBytes === theirs.usedMaxBytes
      ? []
      : [`peak: naive ${ours.peakBytes}, program ${theirs.usedMaxBytes}`]),
    ...theirs.functions.flatMap((one, i) => counted(functions[i]!.name, ours.functions[i]!, one)),
  ];
}

/** Empty: they agree. A scenario that is refused has nothing to compare. */
export async function compared(
  scenario: Scenario,
  files: TraceHost,
  change: (spec: LifecycleSpec) => LifecycleSpec = (spec) => spec,
): Promise<string[]> {
  let spec: LifecycleSpec;
  try {
    spec = change((await readLifecycle(scenario, files)).spec);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
  const ours = naive(spec, scenario.warmupNs + scenario.durationNs, scenario.host.cores);
  const simulation = await Simulation.create(scenario, { files, lifecycle: spec });
  try {
    await simulation.run();
    return differences(ours, simulation.metrics().lifecycle!, spec);
  } finally {
    simulation.close();
  }
}
