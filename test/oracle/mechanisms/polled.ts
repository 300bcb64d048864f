// Mechanisms of an arbiter: `hyperflux`, `blind`, `shenango`, `hotplug`, `microvm`, `ditto`.

import { Arbiter, DEFAULTS, findIdle, type Knobs as ArbiterKnobs } from '../arbiter.js';
import { chooseIdle, chooseVictim, mayLeave, type findCore } from '../cores.js';
import { beginPark } from '../moves.js';
import { FREE, base, notBelowGuarantee, placeGuaranteed } from './base.js';
import type { Mechanism } from '../mechanism.js';
import type { Mechanism as Knobs, MechanismOf } from '../scenario.js';
import type { Host } from '../types.js';

/** `knobs` is what the mechanism reads; a fork writes into it. */
export function withArbiter<K extends Knobs>(knobs: K, arbiter: Arbiter, set: (knobs: K) => ArbiterKnobs): Mechanism {
  return {
    ...base,
    kind: knobs.kind,
    yields: true,
    coreFree: () => undefined,
    moved: () => undefined,
    start(h) {
      placeGuaranteed(h);
      arbiter.start(h);
    },
    change(h, next) {
      Object.assign(knobs, next);
      arbiter.change(h, set(knobs));
    },
    retire: () => arbiter.stop(),
    announce(h, vm, width) {
      if (arbiter.knobs.mode !== 'reactive') arbiter.announce(h, vm, width);
    },
  };
}

function signalled<K extends MechanismOf<'hyperflux' | 'blind' | 'hotplug'>>(knobs: K): ArbiterKnobs {
  const { signal } = knobs;
  if (signal === 'policy') throw new Error('a policy is not simulated');
  return { ...DEFAULTS, ...knobs, signal };
}

export function hyperflux(given: MechanismOf<'hyperflux'>): Mechanism {
  const knobs = { ...given };
  return {
    ...withArbiter(knobs, new Arbiter(signalled(knobs)), signalled),
    pollingCores: 1,
    finishesSections: () => knobs.finishSection,
    migrates: () => knobs.migrate,
  };
}

export function blind(given: MechanismOf<'blind'>): Mechanism {
  const knobs = { ...given };
  return {
    ...withArbiter(knobs, new Arbiter(signalled(knobs)), signalled),
    pollingCores: 1,
    blind: true,
    costs: (costs) => ({ ...costs, notify: 0, preempt: 0, suspend: 0 }),
  };
}

/** Five steps, the last of them what is left. */
export function fifths(latency: number) {
  const fifth = Math.floor(latency / 5);
  return {
    notify: fifth,
    preempt: fifth,
    suspend: 0,
    deschedule: fifth,
    wake: fifth,
    yield: fifth,
    dispatch: latency - 4 * fifth,
  };
}

export function shenango(given: MechanismOf<'shenango'>): Mechanism {
  const knobs = { ...given };
  const set = (one: typeof knobs): ArbiterKnobs => ({ ...DEFAULTS, ...one, thresholdNs: one.intervalNs });
  return {
    ...withArbiter(knobs, new Arbiter(set(knobs)), set),
    pollingCores: 1,
    costs: (costs) => ({ ...costs, ...fifths(knobs.moveLatencyNs) }),
  };
}

export function hotplug(given: MechanismOf<'hotplug'>): Mechanism {
  const knobs = { ...given };
  return {
    ...withArbiter(knobs, new Arbiter(signalled(knobs)), signalled),
    costs: (costs) => ({
      ...costs,
      ...FREE,
      wake: knobs.latencyNs,
      yield: knobs.unplugLatencyNs,
      notify: knobs.unplugLatencyNs,
      minSearch: knobs.idleBeforeNs,
    }),
    mayYield: notBelowGuarantee,
  };
}

/** First parks every vCPU that searches and is above its VM's guarantee. */
function parkSearching(h: Host): void {
  for (const core of h.cores) {
    if (mayLeave(core) && core.vcpu!.state === 'searching' && core.vcpu!.vm.held > core.vcpu!.vm.min) {
      beginPark(h, core, h.clock.now);
    }
  }
}

export function ditto(given: MechanismOf<'ditto'>): Mechanism {
  const knobs = { ...given };
  const set = (one: typeof knobs): ArbiterKnobs => ({ ...DEFAULTS, ...one });
  return {
    ...withArbiter(knobs, new Arbiter(set(knobs), parkSearching), set),
    yields: false,
    costs: (costs) => ({ ...costs, ...FREE, notify: knobs.removeLatencyNs, wake: knobs.addLatencyNs }),
  };
}

export function microvm(given: MechanismOf<'microvm'>): Mechanism {
  const knobs = { ...given };
  const find: typeof findCore = (h, vm) => {
    if (chooseIdle(h, vm) !== null) return findIdle(h, vm);
    return vm.held < vm.min ? chooseVictim(h, vm) : null;
  };
  const set = (one: typeof knobs): ArbiterKnobs => ({ ...DEFAULTS, ...one, signal: 'queue-length' });
  const arbiter = new Arbiter(set(knobs), undefined, find);
  const mechanism = withArbiter(knobs, arbiter, set);
  const booted = new Set<number>();
  return {
    ...mechanism,
    adapt: (spec) => ({
      ...spec,
      stealing: null,
      dispatch: spec.dispatch === 'single-queue' ? 'single-queue' : knobs.balancer,
    }),
    start(h) {
      for (const vm of h.vms) if (vm.min > 0) booted.add(vm.index);
      mechanism.start(h);
    },
    costs: (costs) => ({
      ...costs,
      dispatch: 0,
      yield: 0,
      issue: 0,
      pollBase: 0,
      pollPerVm: 0,
      minSearch: knobs.keepAliveNs,
    }),
    steps(h, vm) {
      const restores = booted.has(vm.index) && knobs.restoreNs > 0;
      return { ...h.costs, wake: restores ? knobs.restoreNs : knobs.bootNs };
    },
    starting(_h, vm) {
      const restores = booted.has(vm.index) && knobs.restoreNs > 0;
      vm.counted.coldStarts[restores ? 'restore' : 'boot']++;
    },
    woken: (vm) => booted.add(vm.index),
    mayYield: notBelowGuarantee,
  };
}
