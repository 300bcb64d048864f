// Recordings as fixtures: read, simulated, and, where a rule of the model has changed, given the figures that it makes now. What was
// recorded stays as it is.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { simulatedFigures } from '../../src/calibrate/figures.js';
import type { Calibration } from '../../src/calibrate/index.js';
import { Simulation } from '../../src/index.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import type { ScenarioInput } from '../../src/scenario/schema.js';
import { memoryHost } from '../../src/workload/text-source.js';

export interface Kept {
  readonly scenario: ScenarioInput;
  readonly files: Readonly<Record<string, string>>;
  readonly calibration: Pick<Calibration, 'rows' | 'vms' | 'fit'>;
}

const folder = fileURLToPath(new URL('fixtures', import.meta.url));
const SUFFIX = '.json.gz';

export function readKept(): Map<string, Kept> {
  const names = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return new Map(
    names.map((name) => {
      const text = gunzipSync(readFileSync(`${folder}/${name}`)).toString();
      return [name.slice(0, -SUFFIX.length), JSON.parse(text) as Kept];
    }),
  );
}

/** What the model says now. */
export async function simulated({ scenario, files, calibration }: Kept): Promise<Pick<Calibration, 'rows' | 'vms'>> {
  const steps = calibration.vms[0]!.timeline;
  const series = { interval: `${steps.stepNs}ns`, samples: 2048 };
  const simulation = await Simulation.create(resolveScenario({ ...scenario, series }), { files: memoryHost(files) });
  await simulation.run();
  const results = simulation.metrics().vms;
  const sampled = simulation.series()!.vms;
  simulation.close();
  const figures = calibration.vms.map(({ group }, i) =>
    simulatedFigures(results[i]!, calibration.fit.vms[group]!.wakeUpNs?.value ?? 0),
  );
  const rows = calibration.rows.map((row) => {
    const of = figures[calibration.vms.findIndex(({ name }) => name === row.vm)]!;
    const by = { wait: of.waitNs, 'wait from the wake-up': of.wokenWaitNs, latency: of.latencyNs };
    const simulatedNs = row.figure === 'throttled' ? of.throttledNs : by[row.figure][row.quantile!];
    const error = row.recordedNs === 0 ? null : (simulatedNs - row.recordedNs) / row.recordedNs;
    return { ...row, simulatedNs, error };
  });
  const vms = calibration.vms.map((vm, i) => ({
    ...vm,
    tasks: { ...vm.tasks, simulated: figures[i]!.tasks },
    timeline: { ...vm.timeline, simulated: [...sampled[i]!.waiting].slice(0, vm.timeline.recorded.length) },
  }));
  return { rows, vms };
}

/** @returns the fixture as it now is */
export async function renewed(name: string, kept: Kept): Promise<Kept> {
  const now = { ...kept, calibration: { ...kept.calibration, ...(await simulated(kept)) } };
  writeFileSync(`${folder}/${name}${SUFFIX}`, gzipSync(JSON.stringify(now), { level: 9 }));
  return now;
}
