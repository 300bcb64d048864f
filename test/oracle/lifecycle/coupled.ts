// Both naive simulators in one: functions whose VMs come and go (naive.ts), and the cores of those VMs (../oracle.ts), coupled as
// docs/model/lifecycle.md, "VMs and cores", says: an instance that becomes active takes the lowest free VM of its class, a request enters
// there as a task, and its end is the task's. One clock, with the ranks of docs/model/order.md.

import type { LifecycleSpec, Tier } from '../../../src/lifecycle/spec.js';
import type { Scenario } from '../../../src/scenario/types.js';
import { RANK } from '../clock.js';
import { Oracle } from '../oracle.js';
import { enters } from '../requests.js';
import type { Arrival, ScenarioVm } from '../scenario.js';
import type { Host, Vm } from '../types.js';
import type { RANKS } from './agenda.js';
import type { Instance, Request } from './instance.js';
import { Naive } from './naive.js';

/** VMs of each class; a run that needs more is no comparison. */
const POOL = 80;

const vcpusOf = ({ maxVcpus, concurrency }: LifecycleSpec['functions'][number]): number =>
  Math.min(maxVcpus, concurrency);

const classes = (spec: LifecycleSpec): number[] => [...new Set(spec.functions.map(vcpusOf))].sort((a, b) => a - b);

const poolName = (vcpus: number): string => `functions of ${vcpus}`;

export const isPool = (name: string): boolean => name.startsWith(poolName(0).slice(0, -1));

/** Best effort, without a guaranteed core. */
function withPools(scenario: Scenario, spec: LifecycleSpec): Scenario {
  const pools = classes(spec).map((vcpus): ScenarioVm => ({
    name: poolName(vcpus),
    count: POOL,
    class: 'best-effort',
    priority: 0,
    vcpus: { min: 0, max: vcpus },
    dispatch: 'shortest-queue',
    stealing: { amount: 'half', victim: 'random' },
    quantumNs: 0,
    workload: null,
  }));
  return { ...scenario, vms: [...scenario.vms, ...pools] };
}

function isQuiet(h: Host, vm: Vm): boolean {
  const idle = vm.vcpus.every(
    (v) => v.state === 'dormant' && v.core === null && v.queue.length === 0 && v.frozenTask === null,
  );
  return idle && vm.held === 0 && vm.ingress.length === 0 && h.cores.every((core) => core.move?.to !== vm);
}

export class Coupled extends Naive {
  readonly oracle: Oracle;
  private readonly vmOf = new Map<Instance, Vm>();
  private readonly ownerOf = new Map<Vm, Instance>();
  /** Instances that need their VM: active ones, and those whose VM works for their start. */
  private readonly holding = new Set<Instance>();
  private expiry: { at: number; id: number; cancel: () => void } | null = null;
  private follows: { queue: boolean; fill: boolean } | null = null;
  readonly latencies: { readonly fn: number; readonly latencyNs: number }[] = [];

  constructor(spec: LifecycleSpec, scenario: Scenario, arrivals: readonly Arrival[]) {
    super(spec, scenario.host.cores);
    const own = scenario.vms.reduce((sum, { count }) => sum + count, 0);
    this.oracle = new Oracle(withPools(scenario, spec), arrivals, [], own + spec.functions.length);
  }

  private get host(): Host {
    return this.oracle.host;
  }

  override run(endNs: number) {
    const { clock } = this.host;
    this.minimum.forEach((_, index) => this.hold(index));
    this.refill();
    const { atNs } = this.spec.invocations;
    // with traces of VMs one source, behind those of the same instant
    atNs.forEach((at, index) => {
      const { happen } = this.arrival(index);
      clock.at(at, RANK.arrival, () => this.at(happen), [0, 1e9 + index]);
    });
    this.planExpiry();
    clock.run(endNs);
    this.account(endNs);
    this.counts.inFlight = this.queue.length;
    return this.counts;
  }

  /** Something happens now. */
  private at(happen: () => void): void {
    this.account(this.host.clock.now);
    this.nowNs = this.host.clock.now;
    happen();
    this.planExpiry();
  }

  override plan(kind: keyof typeof RANKS, atNs: number, place: number, happen: () => void): void {
    const rank = { end: RANK.end, ready: RANK.ready, prewarm: RANK.prewarm, arrive: RANK.arrival };
    const index = { end: [], ready: [], prewarm: [], arrive: [], expire: [place], timeout: [Infinity] }[kind];
    const of = kind === 'expire' || kind === 'timeout' ? RANK.expire : rank[kind];
    this.host.clock.at(atNs, of, () => this.at(happen), index);
  }

  private planExpiry(): void {
    const next = this.nextExpire();
    if (this.expiry !== null && next?.atNs === this.expiry.at && next.place === this.expiry.id) return;
    this.expiry?.cancel();
    this.expiry = null;
    if (next === undefined) return;
    const event = this.host.clock.at(
      next.atNs,
      RANK.expire,
      () => {
        this.expiry = null;
        this.at(next.happen);
      },
      // behind the quotas of VMs
      [Number.MAX_SAFE_INTEGER, next.place],
    );
    this.expiry = { at: next.atNs, id: next.place, cancel: () => void (event.cancelled = true) };
  }

  // what follows from an end or an expiration is the very next: within the end the core is still in its VM's hands

  protected override tryQueue(): void {
    this.follow(true);
  }

  protected override refill(): void {
    this.follow(false);
  }

  private follow(queue: boolean): void {
    if (this.follows !== null) {
      this.follows.queue ||= queue;
      return;
    }
    const follows = (this.follows = { queue, fill: true });
    this.host.clock.at(
      this.host.clock.now,
      RANK.end,
      () => {
        this.follows = null;
        this.at(() => {
          if (follows.queue) super.tryQueue();
          super.refill();
        });
      },
      [-1],
    );
  }

  // --- VMs ------------------------------------------------------------------------------------------------------------

  /** VMs of instances that do not need them go back when they have come to rest. */
  private giveBack(): void {
    for (const [vm, owner] of this.ownerOf)
      if (!this.holding.has(owner) && isQuiet(this.host, vm)) this.ownerOf.delete(vm);
  }

  /** The one that it has, until others have needed one; else the lowest free one. */
  private vmFor(instance: Instance): Vm {
    const kept = this.vmOf.get(instance);
    this.holding.add(instance);
    if (kept !== undefined && this.ownerOf.get(kept) === instance) return kept;
    this.giveBack();
    const name = poolName(vcpusOf(this.spec.functions[instance.fn]!));
    const vm = this.host.vms.find((one) => one.spec.name === name && !this.ownerOf.has(one));
    if (vm === undefined) throw new Error('the pool is too small');
    this.vmOf.set(instance, vm);
    this.ownerOf.set(vm, instance);
    return vm;
  }

  protected override pass(instance: Instance, tier: Tier): void {
    const f = this.spec.functions[instance.fn]!;
    const { boot, tier: times } = this.spec;
    const cpu = tier === 'restore' ? 0 : (boot.cpu ?? 0);
    const worked = Math.floor(cpu * (times.vmBootNs + (tier === 'full' ? f.initNs : 0)));
    if (worked === 0) {
      super.pass(instance, tier);
      return;
    }
    this.plan('ready', this.gate.ready(this.nowNs, this.startNs(tier, f) - worked), 0, () => {
      enters(this.host, this.vmFor(instance), worked, () =>
        this.plan('ready', this.host.clock.now, 0, () => this.ready(instance)),
      );
    });
  }

  protected override ready(instance: Instance): void {
    super.ready(instance);
    if (instance.running === 0) this.holding.delete(instance);
  }

  protected override end(instance: Instance): void {
    super.end(instance);
    if (instance.running === 0) this.holding.delete(instance);
  }

  protected override works(request: Request, instance: Instance): void {
    const vm = this.vmFor(instance);
    enters(this.host, vm, request.serviceNs, () =>
      this.at(() => {
        this.latencies.push({ fn: request.fn, latencyNs: this.nowNs - request.arrivedNs });
        this.end(instance);
      }),
    );
  }
}
