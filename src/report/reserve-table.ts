// The readable result of `fluxhost reserve`: one column a manager, then the boots and the fragmentation over time.

import { having } from '../input/argument.js';
import { type Look, type Cell, fitted, renderTable } from './table.js';
import { type Remark, trustText } from './trust.js';
import { formatDurationNs, formatCount, formatShare } from './units.js';
import type { ReserveResult, ReserveComparison } from '../reserve/result.js';
import { bootOf } from '../reserve/simulate.js';

const GIB = 2 ** 30;
const NOTHING = '-';

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(bytes < GIB ? 4 : 2)} GiB`;
const times = (value: number | null): string => (value === null ? NOTHING : `${value.toFixed(2)}x`);
const points = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(2)}`;

type Row = readonly [label: string, value: (run: ReserveResult) => string];

const MEMORY: readonly Row[] = [
  ['sellable', ({ memory }) => gib(memory.plan.sellableBytes)],
  ['  share of the server', ({ memory }) => `${(memory.plan.sellableShare * 100).toFixed(2)} %`],
  ['  kernel', ({ memory }) => gib(memory.plan.kernelBytes)],
  ['  page descriptors', ({ memory }) => gib(memory.plan.descriptorBytes)],
  ['  tables of its own', ({ memory }) => gib(memory.plan.tableBytes)],
  ['  headroom', ({ memory }) => gib(memory.plan.headroomBytes)],
  ['boot, mean', (run) => formatDurationNs(bootOf(run))],
  ['packets/s, IOTLB only', ({ memory }) => formatCount(Math.round(memory.network?.packetsPerSecond ?? 0))],
  ['  IOTLB misses', ({ memory }) => formatShare(memory.network?.missShare ?? null)],
];

const TRAFFIC: readonly Row[] = [
  ['VMs arrived', ({ memory }) => formatCount(memory.vms!.arrived)],
  ['  rejected', ({ memory }) => formatCount(memory.vms!.rejected)],
  ['  though as much was free', ({ memory }) => formatCount(memory.vms!.rejectedThoughFree)],
  ['  failed', ({ memory }) => formatCount(memory.vms!.failed)],
  ['resizes and departures failed', ({ memory }) => formatCount(memory.vms!.operationsFailed)],
  ['sold, share of the server', ({ memory }) => formatShare(memory.soldShare)],
  ['boot p99', ({ memory }) => formatDurationNs(memory.boot!.totalNs.p99)],
  ['operation p99', ({ memory }) => formatDurationNs(memory.operationNs!.p99)],
  ['in 1 GiB mappings, at the end', ({ memory }) => formatShare(memory.fragmentation.at(-1)?.gigabyteShare ?? null)],
  ['extents a VM, at the end', ({ memory }) => memory.fragmentation.at(-1)?.extentsPerVm?.toFixed(1) ?? NOTHING],
  [
    'upgrades (rolled back)',
    ({ memory: { upgrades } }) => (upgrades === null ? NOTHING : `${upgrades.attempted} (${upgrades.rolledBack})`),
  ],
  ['  pause, longest', ({ memory }) => formatDurationNs(memory.upgrades?.pauseNs.max ?? null)],
  ['  operations that waited', ({ memory }) => formatCount(memory.upgrades?.operationsDelayed ?? null)],
  ['frames isolated', ({ memory: { poison } }) => (poison === null ? NOTHING : gib(poison.isolatedBytes))],
];

const head = (texts: readonly string[]): Cell[] => texts.map((text) => ({ text, tone: 'strong' }));

function columns(runs: readonly ReserveResult[], rows: readonly Row[], look: Look): string {
  return renderTable(
    [
      head(['', ...runs.map(({ manifest }) => manifest.manager)]),
      ...rows.map(([label, value]) => [label, ...runs.map(value)]),
    ],
    { look },
  );
}

function boots(runs: readonly ReserveResult[], look: Look): string {
  const rows = runs.flatMap(({ manifest, memory }) =>
    memory.bootTable.map((row) => [
      manifest.manager,
      gib(row.sizeBytes),
      ...[row.fixedNs, row.allocateNs, row.zeroNs, row.faultNs, row.pinNs, row.mapNs, row.totalNs].map(
        formatDurationNs,
      ),
    ]),
  );
  if (rows.length === 0) return '';
  const names = ['boot of one VM', 'memory', 'fixed', 'allocate', 'zero', 'faults', 'pin', 'map', 'total'];
  return `\n${renderTable([head(names), ...rows], { look })}`;
}

/** What is missing from the tables, and why. */
function neverFit(runs: readonly ReserveResult[]): string {
  return runs
    .filter(({ memory }) => memory.neverFitBytes.length > 0)
    .map(({ manifest, memory }) => {
      const rejected = memory.vms === null ? '' : '; VMs of such a size are always rejected';
      return `no room under ${manifest.manager}, even on the empty server, for ${memory.neverFitBytes.map(gib).join(', ')}${rejected}\n`;
    })
    .join('');
}

/** The runs as text, ending in a line feed. */
export function renderReserve(result: ReserveComparison, look: Look = false): string {
  const { runs, differences } = having('result', result, ['runs', 'differences'], 'the result of reserve');
  const [first] = runs;
  const rows = first?.memory.vms === null ? MEMORY : [...MEMORY, ...TRAFFIC];
  const parts = [columns(runs, rows, look), boots(runs, look), neverFit(runs)];
  if (differences.length > 0) {
    const compared = differences.map((d) => [
      `${d.manager} against ${first!.manifest.manager}`,
      points(d.sellablePoints),
      times(d.bootRatio),
      times(d.packetRateRatio),
    ]);
    parts.push(`\n${renderTable([head(['', 'sellable points', 'boot time', 'packet rate']), ...compared], { look })}`);
  }
  const doubts = drawnOnce(runs);
  if (doubts.length > 0) parts.push(`\n${trustText([], doubts, look)}`);
  return fitted(parts.join(''), look);
}

/** Arithmetic has no chance in it; VMs that come and go are of one seed. */
export const drawnOnce = (runs: readonly ReserveResult[]): Remark[] =>
  runs.some(({ memory }) => memory.vms !== null)
    ? [{ code: 'one-seed', detail: 'one seed: what VMs come, and when, is drawn once; --seed draws others' }]
    : [];
