// Whether a run can still attain the objectives of its VMs. A search for the least cores asks of each candidate only that, and half
// of them fail early: what is late already tells, once it is known how many requests can come at all. Says nothing that more
// of the run could change: a request counts as late only where its whole bucket lies above the target.

import { VM_CARRIED, VM_DROPPED } from '../../assembly/layout.js';
import { nearestRank } from '../metrics/histogram.js';
import type { VmGroup } from '../scenario/types.js';
import type { CompiledScenario } from './compile.js';
import type { HostCore } from './host.js';

/** By name of the VM: how many requests it can have at most, those in flight at the warm-up's end apart. */
export type MostRequests = ReadonlyMap<string, number>;

/** Events between two looks, and for each VM that is looked at: a look takes some 2 us a VM, an event 0.04 us. */
const LOOK_EVENTS = 4000;
const LOOK_EVENTS_PER_VM = 2000;

/** VMs that share a distribution share an answer. */
interface Watched {
  readonly slo: NonNullable<VmGroup['slo']>;
  readonly members: readonly number[];
  readonly most: number;
}

export class LostObjectives {
  private readonly watched: readonly Watched[];

  /** VMs without an SLO, and those that `most` does not name, lose nothing. */
  constructor(
    private readonly core: HostCore,
    { vms, histogramsShared }: CompiledScenario,
    most: MostRequests,
    private readonly warmupNs: number,
  ) {
    const sets = new Map<unknown, Watched>();
    vms.forEach(({ name, group }, index) => {
      if (group.slo === undefined) return;
      const key = histogramsShared ? group : index;
      const { members = [], most: before = 0 } = sets.get(key) ?? {};
      const here = { slo: group.slo, members: [...members, index], most: before + (most.get(name) ?? Infinity) };
      sets.set(key, here);
    });
    this.watched = [...sets.values()].filter((one) => Number.isFinite(one.most));
  }

  get everyEvents(): number {
    return LOOK_EVENTS + LOOK_EVENTS_PER_VM * this.watched.length;
  }

  /** Whether some VM's SLO is missed whatever the rest of the run brings. */
  any(): boolean {
    if (this.core.nowNs <= this.warmupNs) return false; // counts begin anew there
    return this.watched.some(({ slo, members, most }) => {
      const counters = members.map((index) => this.core.vmCounters(index));
      const all = counters.reduce((sum, c) => sum + c[VM_CARRIED]!, most);
      let late = this.core.slowerThan(members[0]!, slo.latencyNs);
      // one VM of several that share a distribution answers for its own drops alone
      if (members.length === 1) late += counters[0]![VM_DROPPED]!;
      return late > all - nearestRank(slo.quantile, all);
    });
  }
}
