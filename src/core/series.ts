// The samples, interval histograms and event log of a run, read back from the core.

import * as L from '../../assembly/layout.js';
import type { RawHistogram } from '../metrics/histogram.js';
import { PARTS } from '../parts.js';
import { VCPU_STATES } from './records.js';
import type { Series, EventLog } from '../result/over-time.js';
import type { Scenario } from '../scenario/types.js';

/** Where whose slots begin. */
export interface SlotExports {
  slotCores(): number;
  slotVcpus(): number;
  slotClients(): number;
  slotParts(): number;
  partSlot(part: number): number;
}

interface SeriesExports extends SlotExports {
  sampleCount(): number;
  sampleInterval(): number;
  samples(): number;
  sampleHistograms(): number;
  log(): number;
  logCount(): number;
}

export interface SeriesLayout {
  readonly vms: readonly { readonly name: string; readonly group: string; readonly vcpus: number }[];
  readonly groups: readonly string[];
  readonly logCapacity: number;
  readonly scenario: Scenario;
}

const BUCKETS = (54 - L.SERIES_SUB_BITS) << L.SERIES_SUB_BITS;
const VM_SLOTS = ['arrival', 'modulation', 'look', 'mechanism'];
/** Timers of swapped memory in front of those of its workers and devices (assembly/memory/pages/state.ts). */
const FIRST_SLOTS = ['control', 'arbiter', 'injection', 'sample', 'publication'];

export function readSeries(exports: WebAssembly.Exports, memory: WebAssembly.Memory, layout: SeriesLayout): Series {
  const core = exports as unknown as SeriesExports;
  const count = core.sampleCount();
  const view = new DataView(memory.buffer);
  const rowBytes = 8 + layout.vms.length * L.SERIES_VM_VALUES * 4;
  const column = (offset: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => view.getFloat32(core.samples() + i * rowBytes + offset, true));
  // an interval holds every group's latency, then every group's queueing delay
  const groups = layout.groups.length;
  const histogram = (sample: number, which: number): RawHistogram => {
    const at = core.sampleHistograms() + (sample * 2 * groups + which) * BUCKETS * 4;
    const counts = new Uint32Array(memory.buffer.slice(at, at + BUCKETS * 4));
    return fromBuckets(counts);
  };
  const byGroup = (first: number): Record<string, RawHistogram[]> =>
    Object.fromEntries(
      layout.groups.map((name, g) => [name, Array.from({ length: count }, (_, i) => histogram(i, first + g))]),
    );
  return {
    intervalNs: core.sampleInterval(),
    timeNs: Float64Array.from({ length: count }, (_, i) => view.getFloat64(core.samples() + i * rowBytes, true)),
    vms: layout.vms.map(({ name }, i) => {
      const from = 8 + i * L.SERIES_VM_VALUES * 4;
      return {
        name,
        coresHeld: column(from),
        waiting: column(from + 4),
        oldestDelayNs: column(from + 8),
        completed: column(from + 12),
      };
    }),
    latency: byGroup(0),
    queueDelay: byGroup(groups),
  };
}

/** Buckets alone: minimum, maximum and sums are those of the buckets' middles. */
function fromBuckets(counts: Uint32Array): RawHistogram {
  let count = 0;
  let sum = 0;
  let sumSquares = 0;
  let min = 0;
  let max = 0;
  counts.forEach((n, index) => {
    if (n === 0) return;
    const half = 1 << L.SERIES_SUB_BITS;
    const octave = index < 2 * half ? 0 : Math.floor(index / half) - 1;
    const low = index < 2 * half ? index : (index - octave * half) * 2 ** octave;
    const middle = low + Math.floor((2 ** octave - 1) / 2);
    if (count === 0) min = middle;
    max = middle;
    count += n;
    sum += n * middle;
    sumSquares += n * middle * middle;
  });
  return { count, sum, sumSquares, min, max, counts, subBucketBits: L.SERIES_SUB_BITS, scale: 1 };
}

/** What an event was for, by its slot. */
export function entityNames(core: SlotExports, layout: SeriesLayout): (slot: number) => string {
  const vcpu = (index: number): string => {
    let left = index;
    for (const { name, vcpus } of layout.vms) {
      if (left < vcpus) return `vcpu ${name} ${left}`;
      left -= vcpus;
    }
    return `vcpu ${index}`;
  };
  return (slot) => {
    if (slot >= core.slotParts()) {
      const part = PARTS.findLast(({ number }) => slot >= core.partSlot(number))!;
      return part.timer(slot - core.partSlot(part.number), layout.scenario);
    }
    if (slot >= core.slotClients()) return `client ${slot - core.slotClients()}`;
    if (slot >= core.slotVcpus()) return vcpu(slot - core.slotVcpus());
    if (slot >= core.slotCores()) return `core ${slot - core.slotCores()}`;
    const first = FIRST_SLOTS[slot];
    if (first !== undefined) return first;
    const vm = layout.vms[(slot - FIRST_SLOTS.length) >> 2];
    return `vm ${vm?.name ?? '?'} ${VM_SLOTS[(slot - FIRST_SLOTS.length) & 3] ?? '?'}`;
  };
}

export function readLog(exports: WebAssembly.Exports, memory: WebAssembly.Memory, layout: SeriesLayout): EventLog {
  const core = exports as unknown as SeriesExports;
  const total = core.logCount();
  const kept = Math.min(total, layout.logCapacity);
  const view = new DataView(memory.buffer);
  const entity = entityNames(core, layout);
  const events = Array.from({ length: kept }, (_, i) => {
    const at = core.log() + i * L.LOG_BYTES;
    return {
      timeNs: view.getFloat64(at, true),
      entity: entity(view.getUint32(at + 8, true)),
      state: VCPU_STATES[view.getUint32(at + 12, true)] ?? null,
    };
  });
  return { events, left: total - kept };
}
