// The readable part of a result that is about swapped memory: how far it is stretched, who faults, what a swap-in takes from each
// backend, what the work costs, what upgrades made wait. Prints nothing where no VM has memory.

import type { Distribution } from '../metrics/figures.js';
import { type GuestTierResult, type MemoryResult, type TierResult, memoryOf } from '../swap/result.js';
import type { Result } from '../result/result.js';
import type { Interval } from '../metrics/figures.js';
import { type Look, type Cell, renderTable } from './table.js';
import { formatDurationNs, formatCount, formatShare, formatCoreSeconds } from './units.js';

const GIB = 2 ** 30;
const strong = (text: string): Cell => ({ text, tone: 'strong' });

/** Two digits, for shares of a few percent: `0.99 %`. */
const fineShare = (share: number | null): string => (share === null ? '-' : `${(share * 100).toFixed(2)} %`);

/** Bytes of the memory that is meant, not of the smaller one that was simulated. */
function wholeGib(bytes: number, memory: MemoryResult): string {
  const gib = (bytes * memory.pageSample) / GIB;
  return `${gib >= 100 ? gib.toFixed(0) : gib.toPrecision(3)} GiB`;
}

function quantiles(law: Distribution): string[] {
  return [law.p50, law.p90, law.p99, law.p999].map(formatDurationNs);
}

function summary(memory: MemoryResult): string {
  const { virtualBytes, physicalBytes, touches, faults, joined, rescued, pageSample } = memory;
  const sampled = pageSample === 1 ? '' : ` (simulated ${formatCount(pageSample)} times smaller)`;
  return (
    `${wholeGib(virtualBytes, memory)} of pages in ${wholeGib(physicalBytes, memory)}: expansion ${memory.expansion.toFixed(2)}x, ` +
    `${formatShare(memory.outShare)} out${sampled}\n` +
    `${formatCount(touches)} touches, ${fineShare(memory.faultShare)} of them fault: ${formatCount(faults)} faults, of which\n` +
    `  ${formatCount(joined)} joined one under way and ${formatCount(rescued)} kept a page on its way out\n`
  );
}

/** What lies in a slow tier is read there. */
function tierText({ tier, touches }: MemoryResult): string {
  if (tier === undefined) return '';
  const { slowTouches, slowShare, slowSeconds, hintFaults, promotions, demotions, refused, noRoom } = tier;
  const limited = tier.limited === 0 ? '' : `, ${formatCount(tier.limited)} over the limit`;
  const hints = hintFaults === 0 ? '' : `${formatCount(hintFaults)} hint faults${limited}; `;
  return (
    `slow tier: ${formatCount(slowTouches)} of ${formatCount(touches)} touches (${fineShare(slowShare)}) are read there, ` +
    `${formatDurationNs(slowSeconds * 1e9)} longer in all\n` +
    `  ${hints}${formatCount(promotions)} promotions, ${formatCount(demotions)} demotions; ` +
    `${formatCount(refused)} candidates not admitted, ${formatCount(noRoom)} without a frame\n`
  );
}

/** Whether a page was waited for at all: what lies in a slow tier is read there, and comes up without anybody waiting. */
const waited = ({ tier, swapInNs }: MemoryResult): boolean => tier === undefined || swapInNs.count > 0;

function swapInTable(memory: MemoryResult, look: Look): string {
  if (!waited(memory)) return '';
  const row = (name: string, law: Distribution, within: number | null): string[] => [
    name,
    formatCount(law.count),
    ...quantiles(law),
    formatShare(within),
  ];
  const backends = Object.entries(memory.backends).filter(([name]) => memory.tier === undefined || name !== 'slow');
  const rows = backends.map(([name, { swapInNs, withinTenUs }]) => row(`  ${name}`, swapInNs, withinTenUs));
  return renderTable(
    [
      ['swap-in', 'count', 'p50', 'p90', 'p99', 'p99.9', '<= 10 us'].map(strong),
      row('all', memory.swapInNs, memory.withinTenUs),
      ...rows,
    ],
    { look },
  );
}

/** More work than the cores kept for it could do, so that some of it took nobody's time. */
function overKept({ keptCoresUsed }: MemoryResult): string {
  return keptCoresUsed !== null && keptCoresUsed > 1
    ? `, ${formatShare(keptCoresUsed)} of the cores kept for it: more than they are`
    : '';
}

function workText(memory: MemoryResult): string {
  const { swapIn, swapOut, scan, faultExit, total } = memory.elasticityCoreSeconds;
  const [up, down] = waited(memory) ? ['swap-in', 'swap-out'] : ['promotions', 'demotions'];
  const parts = [
    [up, swapIn],
    [down, swapOut],
    ['scans', scan],
    ['fault exits', faultExit],
  ] as const;
  const clean = memory.cleanDrops === 0 ? '' : `, ${formatCount(memory.cleanDrops)} dropped clean`;
  const ahead =
    memory.prefetched === 0
      ? ''
      : `; ${formatCount(memory.prefetched)} prefetched, ${formatCount(memory.prefetchHits)} of them used`;
  return (
    `${formatCount(memory.swapOuts)} swap-outs${clean}; ${formatCount(memory.directReclaims)} direct reclaims${ahead}\n` +
    `elasticity work ${formatCoreSeconds(total)} of core time, ${fineShare(memory.overheadShare)} of all${overKept(memory)}:\n  ` +
    `${parts.map(([name, seconds]) => `${name} ${formatCoreSeconds(seconds)}`).join(', ')}\n`
  );
}

const slowCells = (tier: GuestTierResult | undefined): string[] =>
  tier === undefined ? [] : [formatCount(tier.slowTouches), formatDurationNs(tier.slowSeconds * 1e9)];

function guestTable(memory: MemoryResult, most: number, look: Look): string {
  const guests = Object.entries(memory.vms);
  const rows = guests
    .slice(0, most)
    .map(([name, guest]) => [
      name,
      wholeGib(guest.virtualBytes, memory),
      wholeGib(guest.residentBytes, memory),
      formatCount(guest.touches),
      formatCount(guest.faults),
      fineShare(guest.touches === 0 ? null : guest.faults / guest.touches),
      formatDurationNs(guest.stallSeconds * 1e9),
      formatCount(guest.quotaReclaims),
      ...slowCells(memory.tier?.vms[name]),
    ]);
  const head = ['VM', 'memory', 'resident', 'touches', 'faults', 'of touches', 'stalled', 'for its quota'];
  if (memory.tier !== undefined) head.push('slow touches', 'longer by');
  return renderTable([head.map(strong), ...rows], { look, maxCellColumns: 16 });
}

function upgradeTable(memory: MemoryResult, look: Look): string {
  if (memory.upgrades.length === 0) return '';
  const rows = memory.upgrades.map((upgrade) => [
    upgrade.kind,
    upgrade.outcome,
    ...[upgrade.startedNs, upgrade.quiesceNs, upgrade.pausedNs].map(formatDurationNs),
    formatCount(upgrade.waited),
    formatDurationNs(upgrade.waitMaxNs),
  ]);
  const head = ['upgrade', 'outcome', 'started at', 'quiesced', 'paused', 'accesses waited', 'longest'];
  const { pauseWaits, pauseWaitNs } = memory;
  const waits =
    pauseWaits === 0
      ? ''
      : `${formatCount(pauseWaits)} accesses waited for a pause: p50 ${formatDurationNs(pauseWaitNs.p50)}, p99 ${formatDurationNs(pauseWaitNs.p99)}\n`;
  return `\n${renderTable([head.map(strong), ...rows], { look, align: ['left', 'left'] })}${waits}`;
}

/** Over replications; every other figure of the section is of the first one. */
function confidenceText(result: Result): string {
  const { confidence, manifest } = result;
  if (confidence === undefined || confidence.replications < 2) return '';
  const figures = [
    ['touches that fault', 'memory.faultShare', fineShare],
    ['swap-in p90', 'memory.swapInNs.p90', formatDurationNs],
    ['overhead', 'memory.overheadShare', fineShare],
  ] as const;
  const parts = figures.flatMap(([name, path, format]) => {
    const interval: Interval | undefined = confidence.figures[path];
    if (interval === undefined) return [];
    const { mean, low, high } = interval;
    const range = low === null ? '' : ` [${format(Math.max(low, 0))}, ${format(high)}]`;
    return [`${name} ${format(mean)}${range}`];
  });
  return (
    `swapped memory over ${confidence.replications} replications: ${parts.join(',\n  ')}\n` +
    `of replication 0 (seed ${manifest.seed}):\n`
  );
}

/** The section as text, beginning with an empty line; '' where no VM has memory. At most `mostVms` VMs are listed. */
export function renderMemory(result: Result, mostVms: number, look: Look): string {
  const memory = memoryOf(result);
  if (memory === undefined) return '';
  return [
    '\n',
    confidenceText(result),
    summary(memory),
    tierText(memory),
    swapInTable(memory, look),
    workText(memory),
    '\n',
    guestTable(memory, mostVms, look),
    upgradeTable(memory, look),
  ].join('');
}

type Row = (string | Cell)[];

/** Of a slow tier, where one of the runs has one. */
function tierRows(
  memories: readonly (MemoryResult | undefined)[],
  row: (label: string, text: (memory: MemoryResult) => string, path?: string) => Row,
): Row[] {
  if (!memories.some((memory) => memory?.tier !== undefined)) return [];
  const of = (label: string, text: (tier: TierResult) => string, path?: string): Row =>
    row(label, ({ tier }) => (tier === undefined ? '-' : text(tier)), path === undefined ? undefined : `tier.${path}`);
  return [
    of('touches in the slow tier', ({ slowShare }) => fineShare(slowShare), 'slowShare'),
    of('  longer by', ({ slowSeconds }) => formatDurationNs(slowSeconds * 1e9), 'slowSeconds'),
    of('promotions', ({ promotions }) => formatCount(promotions), 'promotions'),
    of('  not admitted', ({ refused }) => formatCount(refused)),
  ];
}

/** Runs side by side: `against` adds the ratio to the first one's figure at a path of headlineFigures. */
export function memoryRows(
  runs: readonly Result[],
  against: (text: string, column: number, path: string) => string,
): Row[] {
  const memories = runs.map(memoryOf);
  if (!memories.some((memory) => memory !== undefined)) return [];
  const row = (label: string, text: (memory: MemoryResult) => string, path?: string): Row => [
    `  ${label}`,
    ...memories.map((memory, column) => {
      if (memory === undefined) return '-';
      return path === undefined ? text(memory) : against(text(memory), column, `memory.${path}`);
    }),
  ];
  const latency = (label: string, key: 'p50' | 'p90' | 'p99' | 'p999'): Row =>
    row(label, ({ swapInNs }) => formatDurationNs(swapInNs[key]), `swapInNs.${key}`);
  return [
    [strong('swapped memory')],
    row('out', ({ outShare }) => formatShare(outShare)),
    row('touches that fault', ({ faultShare }) => fineShare(faultShare), 'faultShare'),
    ...tierRows(memories, row),
    ...(memories.some((memory) => memory !== undefined && waited(memory))
      ? [
          latency('swap-in p50', 'p50'),
          latency('swap-in p90', 'p90'),
          latency('swap-in p99', 'p99'),
          latency('swap-in p99.9', 'p999'),
          row('swap-ins <= 10 us', ({ withinTenUs }) => formatShare(withinTenUs)),
        ]
      : []),
    row('direct reclaims', ({ directReclaims }) => formatCount(directReclaims)),
    row('elasticity core-seconds', (memory) => formatCoreSeconds(memory.elasticityCoreSeconds.total)),
    ...(memories.some((memory) => (memory?.keptCoresUsed ?? 0) > 1)
      ? [
          row('  of the cores kept for it', ({ keptCoresUsed }) =>
            keptCoresUsed === null ? '-' : `${formatShare(keptCoresUsed)}${keptCoresUsed > 1 ? ' (!)' : ''}`,
          ),
        ]
      : []),
    row('  of all core time', ({ overheadShare }) => fineShare(overheadShare), 'overheadShare'),
    ...(memories.some((memory) => (memory?.upgrades.length ?? 0) > 0)
      ? [row('accesses that waited', ({ pauseWaits }) => formatCount(pauseWaits))]
      : []),
  ];
}
