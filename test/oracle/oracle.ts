// The naive simulator: what docs/model.md says, one event after the other.

import { noCounters, settle } from './accounts.js';
import { streamsOf } from './chance.js';
import { Clock, RANK } from './clock.js';
import { mechanismOf } from './mechanisms/index.js';
import { fork } from './forks.js';
import { becomesReady } from './dispatch.js';
import { NaiveSwap } from './memory/engine.js';
import { startTicks } from './orders.js';
import { startArrivals } from './requests.js';
import { Sampler } from './sampler.js';
import { looksAtOnce } from './search.js';
import { expand, type Arrival } from './scenario.js';
import type { TouchingTask } from './seam.js';
import type { Core, Host, Locks, Task, Vm } from './types.js';
import type { Scenario } from '../../src/index.js';

export class Oracle {
  readonly host: Host;

  /** `pages`: what the tasks of each VM touch, where a trace tells. */
  constructor(
    scenario: Scenario,
    arrivals: readonly Arrival[],
    pages: readonly (readonly number[] | null)[] = [],
    polled?: number,
  ) {
    const mechanism = mechanismOf(scenario.mechanism);
    const vms = expand(scenario).map(({ name, group }, index) =>
      newVm(index, name, group, streamsOf(scenario.seed, name)),
    );
    const { cores, smt, sockets, memory } = scenario.host;
    const usable = cores - mechanism.pollingCores - (memory?.cores ?? 0);
    const all = Array.from({ length: usable }, (_, i) => newCore(i, sockets, cores, smt));
    const h: Host = {
      clock: new Clock(() => {
        h.mechanism.after(h);
        looksAtOnce(h);
      }),
      scenario,
      polled: polled ?? vms.length,
      cores: all,
      vms,
      mechanism,
      costs: mechanism.costs(scenario.costs),
      swap: null,
      sampler: null,
      warmedAt: 0,
      pollNs: 0,
      pollSince: 0,
      idle: [...all],
      controllers: { punishedThreads: 0, relaxedThreads: 0, punishedBandwidth: 0, relaxedBandwidth: 0 },
      idleNs: 0,
      grantNs: [],
      rounds: [],
      parkNs: [],
      detectionNs: [],
      stepNs: noSteps(),
      finished: [],
    };
    this.host = h;
    if (scenario.vms.some((group) => group.memory !== undefined)) {
      const ready = (task: TouchingTask): void => becomesReady(h, vms[task.vm]!, task as Task);
      h.swap = new NaiveSwap({ clock: h.clock, ready }, scenario, pages);
    }
    if (scenario.warmupNs > 0) h.clock.at(scenario.warmupNs, RANK.warmup, () => warm(h));
    for (const vm of vms) vm.spec = mechanism.adapt(vm.spec);
    if (scenario.series !== null) h.sampler = new Sampler(h, scenario.series.intervalNs, scenario.series.samples);
    mechanism.start(h);
    startTicks(h);
    startArrivals(h, arrivals);
    mechanism.after(h);
    looksAtOnce(h);
  }

  run(): void {
    const { scenario } = this.host;
    this.runUntil(scenario.warmupNs + scenario.durationNs);
  }

  /** Goes on as this scenario says. */
  fork(scenario: Scenario): void {
    fork(this.host, scenario);
    looksAtOnce(this.host);
  }

  runUntil(time: number): void {
    this.host.clock.run(time);
  }
}

function newVm(index: number, name: string, group: Vm['spec'], streams: Vm['streams']): Vm {
  const vm: Vm = {
    index,
    name,
    spec: group,
    min: group.vcpus.min,
    max: group.vcpus.max,
    latencyCritical: group.class === 'latency-critical',
    priority: group.priority,
    vcpus: [],
    ingress: [],
    active: [],
    held: 0,
    allowed: group.vcpus.max,
    passedOverUntil: -Infinity,
    denied: false,
    waitingSince: Infinity,
    throttledSince: null,
    chargedNs: 0,
    coming: 0,
    roundRobin: 0,
    inFlight: 0,
    arrivals: 0,
    tasksArrived: 0,
    locks: noLocks(),
    streams,
    counted: noCounters(),
  };
  for (let i = 0; i < group.vcpus.max; i++) {
    vm.vcpus.push({
      vm,
      index: i,
      state: 'dormant',
      switching: false,
      core: null,
      lastCore: null,
      queue: [],
      running: null,
      search: null,
      spinning: null,
      spinningSince: 0,
      exitUntil: 0,
      step: null,
      askedAt: -1,
      frozen: false,
      frozenTask: null,
      frozenSince: 0,
      sectionEnds: null,
      parked: null,
    });
  }
  return vm;
}

export function newCore(index: number, sockets: number, cores: number, smt: number): Core {
  return {
    index,
    socket: Math.floor((index * sockets) / cores),
    physical: Math.floor(index / smt),
    vcpu: null,
    move: null,
    idleSince: 0,
    lastVm: null,
    heldSince: 0,
    keptEmpty: false,
    payer: null,
    account: 'transition',
    since: 0,
  };
}

function noLocks(): Locks {
  return {
    holder: null,
    line: [],
    acquires: 0,
    waits: 0,
    waitsEnded: 0,
    waitNs: 0,
    longestWaitNs: 0,
    longestConvoy: 0,
    holderPreemptions: 0,
    spinNs: 0,
  };
}

function noSteps(): Host['stepNs'] {
  return { notify: [], preempt: [], suspend: [], deschedule: [], wake: [], dispatch: [] };
}

/** Statistics begin. */
function warm(h: Host): void {
  for (const core of h.cores) settle(h, core);
  h.swap?.warmup();
  h.idleNs = 0;
  h.grantNs = [];
  h.rounds = [];
  h.parkNs = [];
  h.detectionNs = [];
  h.stepNs = noSteps();
  h.warmedAt = h.clock.now;
  h.pollNs = 0;
  h.pollSince = h.clock.now;
  Object.assign(h.controllers, { punishedThreads: 0, relaxedThreads: 0, punishedBandwidth: 0, relaxedBandwidth: 0 });
  for (const vm of h.vms) {
    vm.counted = { ...noCounters(), arrived: vm.inFlight };
    const { holder, line } = vm.locks;
    vm.locks = { ...noLocks(), holder, line };
    for (const v of vm.vcpus) v.spinningSince = h.clock.now;
  }
}
