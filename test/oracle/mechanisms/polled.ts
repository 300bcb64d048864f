// Mechanisms of an arbiter: `hyperflux`, `blind`, `shenango`, `hotplug`, `microvm`, `ditto`.

import { Arbiter, DEFAULTS, findIdle, type Knobs } from '../arbiter.js';
import { chooseIdle, chooseVictim, type findCore, mayLeave } from '../cores.js';
import { beginPark } from '../moves.js';
import { FREE, base, notBelowGuarantee, placeGuaranteed } from './base.js';
import type { Mechanism } from '../mechanism.js';
import type { MechanismOf } from '../scenario.js';
import type { Host } from '../types.js';

export function withArbiter(arbiter: Arbiter, mode: Knobs['mode'] = 'reactive'): Mechanism {
  return {
    ...base,
    yields: true,
    start(h) {
      placeGuaranteed(h);
      arbiter.start(h);
    },
    announce(h, vm, width) {
      if (mode !== 'reactive') arbiter.announce(h, vm, width);
    },
  };
}

export function hyperflux(knobs: MechanismOf<'hyperflux'>): Mechanism {
  if (knobs.signal === 'policy') throw new Error('a policy is not simulated');
  return {
    ...withArbiter(new Arbiter({ ...DEFAULTS, ...knobs, signal: knobs.signal }), knobs.mode),
    pollingCores: 1,
    finishesSections: knobs.finishSection,
    migrates: knobs.migrate,
  };
}

export function blind(knobs: MechanismOf<'blind'>): Mechanism {
  if (knobs.signal === 'policy') throw new Error('a policy is not simulated');
  return {
    ...withArbiter(new Arbiter({ ...DEFAULTS, ...knobs, signal: knobs.signal }), knobs.mode),
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

export function shenango(knobs: MechanismOf<'shenango'>): Mechanism {
  return {
    ...withArbiter(new Arbiter({ ...DEFAULTS, ...knobs, thresholdNs: knobs.intervalNs })),
    pollingCores: 1,
    costs: (costs) => ({ ...costs, ...fifths(knobs.moveLatencyNs) }),
  };
}

export function hotplug(knobs: MechanismOf<'hotplug'>): Mechanism {
  if (knobs.signal === 'policy') throw new Error('a policy is not simulated');
  return {
    ...withArbiter(new Arbiter({ ...DEFAULTS, ...knobs, signal: knobs.signal })),
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

export function ditto(knobs: MechanismOf<'ditto'>): Mechanism {
  return {
    ...withArbiter(new Arbiter({ ...DEFAULTS, ...knobs }, parkSearching)),
    yields: false,
    costs: (costs) => ({ ...costs, ...FREE, notify: knobs.removeLatencyNs, wake: knobs.addLatencyNs }),
  };
}

export function microvm(knobs: MechanismOf<'microvm'>): Mechanism {
  const find: typeof findCore = (h, vm) => {
    if (chooseIdle(h, vm) !== null) return findIdle(h, vm);
    return vm.held < vm.min ? chooseVictim(h, vm) : null;
  };
  const arbiter = new Arbiter(
    { ...DEFAULTS, ...knobs, signal: 'queue-length', queueLength: knobs.queueLength },
    undefined,
    find,
  );
  const booted = new Set<number>();
  return {
    ...withArbiter(arbiter),
    start(h) {
      for (const vm of h.vms) {
        vm.spec = {
          ...vm.spec,
          stealing: null,
          dispatch: vm.spec.dispatch === 'single-queue' ? 'single-queue' : knobs.balancer,
        };
        if (vm.min > 0) booted.add(vm.index);
      }
      placeGuaranteed(h);
      arbiter.start(h);
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
    entered: (_h, v) => booted.add(v.vm.index),
    mayYield: notBelowGuarantee,
  };
}
