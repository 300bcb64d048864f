// Recordings as fixtures: read, simulated, and, where a rule of the model has changed, given the figures that it makes now. What was
// recorded stays as it is.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Columns, columnsOf, csvOf } from '../../bench/real/columns.mjs';
import { simulatedFigures } from '../../src/calibrate/figures.js';
import type { Calibration } from '../../src/calibrate/index.js';
import { Simulation } from '../../src/index.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import type { ScenarioInput } from '../../src/scenario/schema.js';
import { memoryHost } from '../../src/workload/text-source.js';

export interface Kept {
  readonly scenario: ScenarioInput;
  readonly files: Readonly<Record<string, string>>;
  readonly calibration: Pick<Calibration, 'rows' | 'vms' | 'fit' | 'gaps'>;
}

export type Folder = 'one-cpu' | 'two-cpus';
const SUFFIX = '.json.gz';
const pathOf = (folder: Folder): string => fileURLToPath(new URL(`fixtures/${folder}`, import.meta.url));

/** A table or drawing of docs/real.md, between its marks. */
export function inRealPage(parts: Readonly<Record<string, string>>): { readonly before: string; readonly now: string } {
  const before = readFileSync(PAGE, 'utf8');
  let now = before;
  for (const [name, part] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name} -->\n\n`, `\n\n<!-- /${name} -->`];
    now = now.slice(0, now.indexOf(begin) + begin.length) + part + now.slice(now.indexOf(end));
  }
  return { before, now };
}
export const PAGE = fileURLToPath(new URL('../../docs/real.md', import.meta.url));

/** By load, in the order of their names. */
export function readKept(folder: Folder): Map<string, Kept> {
  const names = readdirSync(pathOf(folder)).filter((name) => name.endsWith(SUFFIX));
  return new Map(
    names.map((name) => {
      const text = gunzipSync(readFileSync(`${pathOf(folder)}/${name}`)).toString();
      const { files, ...rest } = JSON.parse(text) as Omit<Kept, 'files'> & { files: Record<string, Columns> };
      const plain = Object.fromEntries(Object.entries(files).map(([file, columns]) => [file, csvOf(columns)]));
      return [name.slice(0, -SUFFIX.length), { ...rest, files: plain }];
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
    tasks: { ...vm.tasks, simulated: figures[i]!.requests },
    timeline: { ...vm.timeline, simulated: [...sampled[i]!.waiting].slice(0, vm.timeline.recorded.length) },
  }));
  return { rows, vms };
}

/** @returns the fixture as it now is */
export async function renewed(folder: Folder, name: string, kept: Kept): Promise<Kept> {
  const now = { ...kept, calibration: { ...kept.calibration, ...(await simulated(kept)) } };
  const files = Object.fromEntries(Object.entries(kept.files).map(([file, csv]) => [file, columnsOf(csv)]));
  writeFileSync(`${pathOf(folder)}/${name}${SUFFIX}`, gzipSync(JSON.stringify({ ...now, files }), { level: 9 }));
  return now;
}
