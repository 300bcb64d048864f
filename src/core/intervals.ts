// The measured time in equal intervals: how many requests each completed, and how long they took together. Read at fixed instants of
// simulated time between two events, so that nothing of a run changes; what a run's warnings about warm-up and autocorrelation
// are computed from. Leaves out the warm-up: its counts begin anew at its end.

import type { Intervals } from '../metrics/steady.js';
import type { Scenario, VmGroup } from '../scenario/types.js';
import { MemoryReadings, type MemoryReadingsState } from '../swap/over-time.js';
import type { CompiledScenario } from './compile.js';
import type { HostCore } from './host.js';
import { wordAt } from './words.js';

/** Ten for each of the thirty batches. */
const INTERVALS = 300;
/** Readings of one run, at most: hosts of very many VMs go without. */
const MOST_READINGS = 600_000;

/** What a snapshot keeps: which time was cut, and of each interval so far each distribution's count and sum in turn. */
export interface IntervalState {
  readonly warmupNs: number;
  readonly durationNs: number;
  /** As counted from the end of the warm-up on. */
  readonly readings: readonly (readonly number[])[];
  /** Where the host has swapped memory and samples. */
  readonly memory?: MemoryReadingsState | undefined;
}

/** Where in the core's halves of words a distribution's figures lie: each member's count, and the sum of all. */
interface Places {
  readonly counts: readonly number[];
  readonly latencyNs: number;
}

export class IntervalReadings {
  /** By VM: which distribution is its. */
  private readonly distributionOf: readonly number[];
  private readonly members: readonly (readonly number[])[];
  private readonly readings: (readonly number[])[];
  private readonly many: number;
  private places: readonly Places[] | undefined;
  private readonly vms: CompiledScenario['vms'];
  /** At instants of their own: those of the series. */
  readonly memory: MemoryReadings;

  /** `earlier`: what was read before a snapshot or a fork; it counts where the same time is cut. */
  constructor(
    { vms, histogramsShared }: CompiledScenario,
    private readonly scenario: Scenario,
    earlier?: IntervalState,
    isRead = true,
  ) {
    const { warmupNs, durationNs } = scenario;
    this.vms = vms;
    this.memory = new MemoryReadings(scenario, earlier?.memory);
    const members: number[][] = [];
    const places = new Map<unknown, number>();
    this.members = members;
    this.distributionOf = vms.map(({ group }, index) => {
      const key = histogramsShared ? group : index;
      const place = places.get(key) ?? members.length;
      if (place === members.length) members.push([]);
      places.set(key, place);
      members[place]!.push(index);
      return place;
    });
    const same = earlier?.warmupNs === warmupNs && earlier.durationNs === durationNs;
    this.readings = same ? [...earlier.readings] : [];
    this.many = !isRead || durationNs < INTERVALS || vms.length * INTERVALS > MOST_READINGS ? 0 : INTERVALS;
  }

  get state(): IntervalState {
    const { warmupNs, durationNs } = this.scenario;
    return { warmupNs, durationNs, readings: [...this.readings], memory: this.memory.state };
  }

  private edge(interval: number): number {
    const { warmupNs, durationNs } = this.scenario;
    return warmupNs + Math.floor((interval * durationNs) / INTERVALS);
  }

  /** The next instant at which to `read`, `nowNs` included; Infinity: none, or it was passed before anybody asked. */
  next(nowNs: number): number {
    return Math.min(this.nextEdge(nowNs), this.memory.next(nowNs));
  }

  private nextEdge(nowNs: number): number {
    if (this.readings.length >= this.many) return Infinity;
    const atNs = this.edge(this.readings.length + 1);
    return atNs >= nowNs ? atNs : Infinity;
  }

  /** Takes the reading that is due now, when all events of this instant are done. */
  read(core: HostCore): void {
    this.memory.read(core);
    if (this.nextEdge(core.nowNs) !== core.nowNs) return;
    this.places ??= this.placesOf(core);
    const { halves } = core;
    const row: number[] = [];
    for (const { counts, latencyNs } of this.places) {
      let count = 0;
      for (const at of counts) count += wordAt(halves, at);
      row.push(count, wordAt(halves, latencyNs));
    }
    this.readings.push(row);
  }

  /** Looked up once a run: to ask the core for them at each reading takes most of the time of a host on which little happens. */
  private placesOf(core: HostCore): Places[] {
    return this.members.map((indices) => {
      const all = indices.map((index) => core.completedPlaces(index));
      return { counts: all.map(({ count }) => count), latencyNs: all[0]!.latencyNs };
    });
  }

  /** Of each VM, by its own or its group's latencies; undefined before the scenario's end, or where some interval was not read. */
  get byVm(): { group: VmGroup; intervals: Intervals | undefined }[] {
    const all = this.byDistribution();
    return this.vms.map(({ group }, index) => ({ group, intervals: all[this.distributionOf[index]!] }));
  }

  private byDistribution(): Intervals[] {
    if (this.many === 0 || this.readings.length < this.many) return [];
    const all = this.members.map(() => ({ counts: [] as number[], sums: [] as number[] }));
    let before: readonly number[] = this.members.flatMap(() => [0, 0]);
    // a row at a time, as they lie
    for (const row of this.readings) {
      for (const [which, { counts, sums }] of all.entries()) {
        counts.push(row[2 * which]! - before[2 * which]!);
        sums.push(row[2 * which + 1]! - before[2 * which + 1]!);
      }
      before = row;
    }
    return all;
  }
}
