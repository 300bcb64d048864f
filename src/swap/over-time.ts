// Where the guests' memory lies over time: read between two events at the series' instants, so that nothing of a run changes, and kept as
// the core keeps its samples: when they are full, every second one goes and the interval doubles.

import { PART_SWAP } from '../../assembly/layout.js';
import * as W from '../../assembly/memory/pages/layout.js';
import type { PartReader } from '../metrics/part-reader.js';
import { BACKEND_NAMES, type SwappedScenario } from './types.js';
import { guestPages } from './words.js';

/** At one instant. Bytes of the simulated memory, as in a result. */
export interface MemoryNow {
  readonly residentBytes: number;
  readonly outBytes: number;
  readonly freeBytes: number;
  /** Since statistics began. */
  readonly faults: number;
}

/** Guests' memory, in bytes of the simulated one; 0 where none has any. */
function virtualBytesOf({ host: { memory }, vms }: SwappedScenario): number {
  if (memory === undefined) return 0;
  const { pageBytes, pageSample } = memory;
  const pages = vms.map((vm) =>
    vm.memory === undefined ? 0 : vm.count * guestPages(vm.memory.sizeBytes, pageBytes, pageSample),
  );
  return pageBytes * pages.reduce((sum, some) => sum + some, 0);
}

/** Reads it without settling accounts: that would look at every page. Undefined of a host without swapped memory. */
export function memoryReader(scenario: SwappedScenario): ((core: PartReader) => MemoryNow) | undefined {
  const virtualBytes = virtualBytesOf(scenario);
  const { memory } = scenario.host;
  if (memory === undefined || virtualBytes === 0) return undefined;
  const guests = scenario.vms.reduce((sum, { count }) => sum + count, 0);
  return (core) => {
    const of = (set: number, count: number): Float64Array =>
      core.partCounters(PART_SWAP, set, count) ?? new Float64Array(count);
    const counters = of(W.SWAP_SET, W.SWAP_COUNTERS);
    const outPages = BACKEND_NAMES.reduce((sum, _, index) => {
      const at = W.SWAP_OF_BACKENDS + index * W.BACKEND_COUNTERS;
      return sum + counters[at + W.BACKEND_FIRST]! + counters[at + W.BACKEND_OUTS]! - counters[at + W.BACKEND_INS]!;
    }, 0);
    const ofGuests = of(W.SWAP_SET_GUESTS, guests * W.GUEST_COUNTERS);
    let faults = 0;
    for (let guest = 0; guest < guests; guest++) faults += ofGuests[guest * W.GUEST_COUNTERS + W.GUEST_FAULTS]!;
    const outBytes = outPages * memory.pageBytes;
    return { residentBytes: virtualBytes - outBytes, outBytes, freeBytes: of(W.SWAP_SET_FREE, 1)[0]!, faults };
  };
}

/** As a series has it: columns, a place an instant. */
export interface MemoryColumns {
  /** Of pages that are in. */
  readonly residentBytes: readonly number[];
  /** Of pages that are out, or on their way in. */
  readonly outBytes: readonly number[];
  /** Frames without a page. */
  readonly freeBytes: readonly number[];
  /** Touches of pages that were not there, since the instant before. */
  readonly faults: readonly number[];
}

/** Readings in turn, and what is needed to go on with them. */
export interface MemoryReadingsState {
  readonly intervalNs: number;
  readonly nextNs: number;
  /** [time, resident, out, free, faults since the run began]. */
  readonly rows: readonly (readonly number[])[];
  /** Faults since the run began, and since statistics began, at the last look. */
  readonly faults: number;
  readonly counted: number;
}

/** What a scenario says of its samples. */
interface Sampled extends SwappedScenario {
  readonly warmupNs: number;
  readonly series: { readonly intervalNs: number; readonly samples: number } | null;
}

export class MemoryReadings {
  private readonly reader: ReturnType<typeof memoryReader>;
  private readonly capacity: number;
  /** The last instant before statistics begin anew: what was counted until then is not lost. */
  private readonly beforeNs: number;
  private now: MemoryReadingsState;

  /** `earlier`: what was read before a snapshot or a fork. */
  constructor(scenario: Sampled, earlier?: MemoryReadingsState) {
    const { series, warmupNs } = scenario;
    this.reader = series === null ? undefined : memoryReader(scenario);
    this.capacity = (series?.samples ?? 0) & ~1;
    this.beforeNs = warmupNs - 1;
    const intervalNs = series?.intervalNs ?? Infinity;
    this.now = earlier ?? { intervalNs, nextNs: intervalNs, rows: [], faults: 0, counted: 0 };
  }

  get state(): MemoryReadingsState | undefined {
    return this.reader === undefined ? undefined : this.now;
  }

  /** The next instant at which to `read`, `nowNs` included; Infinity: none. */
  next(nowNs: number): number {
    if (this.reader === undefined) return Infinity;
    const { nextNs } = this.now;
    const sampleNs = nextNs >= nowNs ? nextNs : Infinity;
    return this.beforeNs > nowNs ? Math.min(this.beforeNs, sampleNs) : sampleNs;
  }

  /** Takes the reading that is due now, when all events of this instant are done. */
  read(core: PartReader & { readonly nowNs: number }): void {
    const { nowNs } = core;
    if (this.reader === undefined || (nowNs !== this.now.nextNs && nowNs !== this.beforeNs)) return;
    const { residentBytes, outBytes, freeBytes, faults: counted } = this.reader(core);
    const before = this.now;
    const faults = before.faults + (counted >= before.counted ? counted - before.counted : counted);
    this.now = { ...before, faults, counted };
    if (nowNs !== before.nextNs) return;
    let rows = [...before.rows, [nowNs, residentBytes, outBytes, freeBytes, faults]];
    let { intervalNs } = before;
    if (rows.length === this.capacity) {
      rows = rows.filter((_, i) => i % 2 === 1);
      intervalNs *= 2;
    }
    this.now = { ...this.now, rows, intervalNs, nextNs: nowNs + intervalNs };
  }

  /** At the samples' instants; NaN where one was not read. Empty of a host without swapped memory. */
  over(instantsNs: Float64Array): { readonly memory?: MemoryColumns } {
    if (this.reader === undefined) return {};
    const timesNs = [...instantsNs];
    const byTime = new Map(this.now.rows.map((row) => [row[0]!, row]));
    const column = (which: number): number[] => timesNs.map((time) => byTime.get(time)?.[which] ?? NaN);
    const faults = column(4);
    const since = faults.map((count, i) => (i === 0 ? count : count - faults[i - 1]!));
    return { memory: { residentBytes: column(1), outBytes: column(2), freeBytes: column(3), faults: since } };
  }
}
