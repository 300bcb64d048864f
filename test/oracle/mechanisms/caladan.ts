// `caladan`: the core by score; controllers of hardware threads and of memory bandwidth.

import { Arbiter, DEFAULTS, type Knobs } from '../arbiter.js';
import { RANK } from '../clock.js';
import { chooseIdle, excess, mayLeave, mayTake, takeIdle } from '../cores.js';
import { beginPark } from '../moves.js';
import { traffic } from '../speeds.js';
import { fifths, withArbiter } from './polled.js';
import type { Mechanism } from '../mechanism.js';
import type { MechanismOf } from '../scenario.js';
import type { Core, Host, Vm } from '../types.js';

const DECAY_NS = 100_000;

export function caladan(given: MechanismOf<'caladan'>): Mechanism {
  const knobs = { ...given };
  let htPunishNs = 0;
  let limit = 0;
  const set = (one: typeof knobs): Knobs => {
    htPunishNs = one.htPunishNs ?? 0;
    limit = one.bandwidthLimitBytesPerSecond ?? 25e9;
    return { ...DEFAULTS, ...one, parkedWork: true };
  };
  const find = (h: Host, vm: Vm): Core | null => {
    const core = choose(h, vm);
    if (core !== null && core.vcpu === null) {
      takeIdle(h, core);
      if (core.keptEmpty) h.controllers.relaxedThreads++;
      core.keptEmpty = false;
    }
    return core;
  };
  const arbiter = new Arbiter(set(knobs), undefined, find);

  const siblings = (h: Host, core: Core): Core[] =>
    h.cores.filter((other) => other !== core && other.physical === core.physical);

  /** How long a task of a latency-critical VM has run here without a break, 0 while it is switched to; negative: none. */
  const ran = (h: Host, core: Core): number => {
    const running = core.vcpu?.running;
    if (!running || core.keptEmpty || !core.vcpu!.vm.latencyCritical) return -1;
    return Math.max(0, h.clock.now - running.firstAt);
  };

  const byScore = (h: Host, vm: Vm): Core | null => {
    if (h.scenario.host.smt === 1 && h.idle.length > 0) return chooseIdle(h, vm);
    let best: Core | null = null;
    for (const core of h.cores) {
      const free = h.idle.includes(core) && !core.keptEmpty;
      if (!free && !(mayLeave(core) && takable(h, vm, core))) continue;
      if (best === null || score(h, vm, core) > score(h, vm, best)) best = core;
    }
    return best;
  };

  const choose = (h: Host, vm: Vm): Core | null => {
    const best = byScore(h, vm);
    if (best !== null || htPunishNs === 0) return best;
    const beside = (core: Core): number =>
      Math.min(...siblings(h, core).map((s) => (s.vcpu?.vm === vm && ran(h, s) >= 0 ? ran(h, s) : Infinity)));
    const kept = h.cores.filter((core) => core.keptEmpty && h.idle.includes(core) && beside(core) < Infinity);
    return kept.sort((a, b) => beside(a) - beside(b) || a.index - b.index)[0] ?? null;
  };

  const takable = (h: Host, vm: Vm, core: Core): boolean => {
    const from = core.vcpu!.vm;
    if (mayTake(vm, from)) return true;
    const long = h.clock.now - core.heldSince >= knobs.bestEffortQuantumNs;
    return long && from !== vm && !from.latencyCritical && excess(from) > 0 && !vm.latencyCritical && vm.held === 0;
  };

  const score = (h: Host, vm: Vm, core: Core): number => {
    const { vcpu } = core;
    let points = 100;
    if (vcpu !== null) points = (vcpu.vm.latencyCritical ? 10 : 20) + Number(vcpu.state === 'searching');
    const beside = siblings(h, core);
    if (beside.some((s) => s.vcpu?.vm === vm)) points += 1;
    else {
      points += 3;
      if (beside.every((s) => s.vcpu === null)) points += 2;
      if (vcpu === null && core.lastVm === vm) points += Math.max(0, 1 - (h.clock.now - core.idleSince) / DECAY_NS);
    }
    if (htPunishNs > 0) {
      const longest = Math.max(-1, ...beside.map((s) => ran(h, s)));
      points += longest < 0 ? 1 : 1 - Math.min(1, longest / htPunishNs);
    }
    return points;
  };

  /** It is the one that became idle last. */
  const back = (h: Host, core: Core): void => {
    core.keptEmpty = false;
    const place = h.idle.indexOf(core);
    if (place >= 0) h.idle.unshift(...h.idle.splice(place, 1));
  };

  const giveBack = (h: Host, core: Core): void => {
    back(h, core);
    h.controllers.relaxedThreads++;
  };

  const threads = (h: Host): void => {
    for (const core of h.cores) {
      const own = ran(h, core);
      const long = siblings(h, core).find(
        (s) => ran(h, s) >= htPunishNs && (ran(h, s) > own || (ran(h, s) === own && s.index < core.index)),
      );
      if (long === undefined) {
        if (core.keptEmpty) giveBack(h, core);
      } else if (!core.keptEmpty) empty(h, core, long, own);
    }
  };

  const empty = (h: Host, core: Core, long: Core, own: number): void => {
    if (h.idle.includes(core)) {
      core.keptEmpty = true;
      h.controllers.punishedThreads++;
      return;
    }
    if (!mayLeave(core)) return;
    const { vm } = core.vcpu!;
    if (vm.latencyCritical || excess(vm) <= 0) {
      if (own >= htPunishNs && long.vcpu!.vm === vm) return;
      const other = byScore(h, vm);
      if (other === null || other === long || !arbiter.grantOutside(h, vm)) return;
    }
    beginPark(h, core, h.clock.now);
    core.keptEmpty = true;
    h.controllers.punishedThreads++;
  };

  let state: 'relax' | 'sample' | 'punish' = 'relax';
  const bandwidth = (h: Host): void => {
    const at = h.cores.reduce((sum, core) => sum + traffic(core.vcpu), 0);
    const most = h.scenario.host.memoryBandwidthBytesPerSecond ?? Infinity;
    const reached = Math.min(at, most) >= limit;
    if (state === 'sample') state = 'punish';
    else if (!reached) {
      if (state === 'relax') {
        const less = h.vms.find((vm) => vm.allowed < vm.max);
        if (less !== undefined) {
          less.allowed++;
          h.controllers.relaxedBandwidth++;
        }
      }
      state = 'relax';
    } else if (state === 'relax') state = 'sample';
    else punish(h);
  };

  const punish = (h: Host): void => {
    const of = (vm: Vm): number =>
      h.cores.reduce((sum, core) => sum + (core.vcpu?.vm === vm ? traffic(core.vcpu) : 0), 0);
    const worst = h.vms
      .filter((vm) => !vm.latencyCritical && excess(vm) > 0 && of(vm) >= limit / h.scenario.host.cores)
      .reduce<Vm | null>((a, b) => (a === null || of(b) > of(a) ? b : a), null);
    const core =
      worst === null ? undefined : h.cores.find((c) => c.vcpu?.vm === worst && c.vcpu.running !== null && mayLeave(c));
    if (worst === null || core === undefined) {
      state = 'relax';
      return;
    }
    worst.allowed = worst.held - 1;
    beginPark(h, core, h.clock.now);
    h.controllers.punishedBandwidth++;
  };

  /** Which course of looks is on; each fork begins another. */
  let course = 0;
  const plan = (h: Host, from: number): void => {
    const own = ++course;
    const at = Math.ceil(from / knobs.intervalNs) * knobs.intervalNs;
    const look = (): void => {
      if (own !== course) return;
      if (h.scenario.host.smt > 1 && htPunishNs > 0) threads(h);
      if (limit > 0 && h.vms.some((vm) => (vm.spec.bandwidthPerVcpuBytesPerSecond ?? 0) > 0)) bandwidth(h);
      plan(h, h.clock.now + 1);
    };
    h.clock.at(at, RANK.control, look);
  };

  const mechanism = withArbiter(knobs, arbiter, set);
  return {
    ...mechanism,
    pollingCores: 1,
    controllers: () => [htPunishNs > 0, limit > 0],
    costs: (costs) => ({ ...costs, ...fifths(knobs.moveLatencyNs) }),
    start(h) {
      mechanism.start(h);
      plan(h, h.clock.now === 0 ? 0 : h.clock.now + 1);
    },
    change(h, next) {
      mechanism.change(h, next);
      plan(h, h.clock.now + 1);
      if (htPunishNs === 0) h.cores.filter((core) => core.keptEmpty).forEach((core) => giveBack(h, core));
      if (limit === 0) for (const vm of h.vms) vm.allowed = vm.max;
    },
    retire(h) {
      course++;
      mechanism.retire(h);
      for (const core of h.cores) if (core.keptEmpty) back(h, core);
      for (const vm of h.vms) vm.allowed = vm.max;
    },
  };
}
