// What a fleet leaves in its folder at the end: the table of hosts, merged histograms, what `merge` needs, the result and its report.

import { join } from 'node:path';
import { readFile, rm } from 'node:fs/promises';
import { hostTable, type HostValues, valuesOf } from '../fleet/host-table.js';
import type { HostRow } from '../fleet/work.js';
import type { FleetResult } from '../fleet/result.js';
import type { FleetSum, PreparedFleet } from '../fleet/simulate.js';
import { histogramOf, LATENCY_BITS } from '../fleet/tally.js';
import { InputError, show } from '../input/errors.js';
import { latencyFiles } from '../report/hdr.js';
import { toStableJson } from '../result/json.js';
import type { Result } from '../result/result.js';
import { writeAtomically } from './files.js';
import type { Origin } from './origin.js';
import { writeDocument, writeTable } from './out.js';
import { dropSums, keepHosts, writeSums } from './kept-sums.js';
import { readRows } from './run-folder.js';

/** What parts have in common. */
export const PLAN = 'plan.json';
export type Planned = Pick<PreparedFleet, 'base' | 'plan' | 'slo'>;

export const writeFleet = (folder: string, result: FleetResult, command: string): Promise<void> =>
  writeDocument(folder, 'fleet.json', toStableJson(result), result, { command, manifest: madeOn(result) });

function madeOn({ manifest }: FleetResult): NonNullable<Origin['manifest']> {
  const { name, version, scenarioSha256, coreSha256, hostCoreSha256, seed } = manifest;
  return [
    ['program', `${name} ${version}`],
    ['fleet (SHA-256)', scenarioSha256],
    ['core that placed VMs (SHA-256)', coreSha256],
    ...(hostCoreSha256 === undefined ? [] : [['core that simulated hosts (SHA-256)', hostCoreSha256] as const]),
    ['seed', String(seed)],
  ];
}

/** What parts have in common, for whoever puts them together. @throws InputError where it is not there */
export async function readPlan(folder: string): Promise<Planned> {
  const text = await readFile(join(folder, PLAN), 'utf8').catch(() => {
    throw new InputError({
      path: 'DIR',
      given: `${show(folder)} without ${PLAN}`,
      expected: 'the folder of a part that ended',
    });
  });
  return JSON.parse(text) as Planned;
}

/** Of whole fleets whose hosts were all simulated: one histogram a class, as HdrHistogram's logs have them. */
function histogramFiles({ base }: Planned, sum: FleetSum): ReturnType<typeof latencyFiles> {
  if (base.manifest.fidelity !== 'full') return [];
  const { classes, functions } = sum.result();
  const all = [
    ...classes.map(({ class: name, latencyNs }) => ({ name, latencyNs })),
    ...(functions === undefined ? [] : [{ name: 'functions' as const, latencyNs: functions.latencyNs }]),
  ];
  const vms = all.map(({ name, latencyNs }) => {
    const histogram = histogramOf(sum.histograms.latencies(name)).buckets();
    return { name, latencyNs: { ...latencyNs, histogram } };
  });
  const { name, version, durationNs } = base.manifest;
  const manifest = { name, version, warmupNs: 0, measuredNs: durationNs };
  return latencyFiles(
    { vms, manifest, histogram: { precision: 2 ** -(LATENCY_BITS + 1) } } as unknown as Result,
    'class',
  );
}

/** Of whole runs alone: those of a run before are not of this one. */
const LATENCIES = ['cdf.csv', 'latency.hlog'];

/** Takes what is made of hosts away, of a run before. */
export async function dropTables(folder: string): Promise<void> {
  await dropSums(folder);
  for (const name of ['hosts.parquet', ...LATENCIES]) await rm(join(folder, name), { force: true });
}

/** Of the rows of a folder. */
export async function* valuesIn(folder: string): AsyncGenerator<HostValues> {
  for await (const row of readRows<HostRow>(folder)) yield valuesOf(row);
}

/** `isWhole`: rows of all hosts are there. @throws WriteError naming the file */
export async function writeTables(
  folder: string,
  planned: Planned,
  sum: FleetSum,
  isWhole: boolean,
  hosts: AsyncIterable<HostValues> = valuesIn(folder),
): Promise<void> {
  const { base, plan, slo } = planned;
  await writeAtomically(join(folder, PLAN), JSON.stringify({ base, plan, slo }));
  await dropSums(folder);
  await writeTable(join(folder, 'hosts.parquet'), keepHosts(folder, hosts), hostTable);
  await writeSums(folder, sum);
  const files = isWhole ? histogramFiles(planned, sum) : [];
  for (const name of LATENCIES) {
    const file = files.find((one) => one.name === name);
    if (file === undefined) await rm(join(folder, name), { force: true });
    else await writeAtomically(join(folder, name), file.text);
  }
}
