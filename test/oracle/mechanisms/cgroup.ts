// `cgroup`: Linux's CPU bandwidth control, without an arbiter.

import { settle } from '../accounts.js';
import { RANK, type Event } from '../clock.js';
import { activate } from '../dispatch.js';
import { findCore, inOrder, mayGrow, mayLeave } from '../cores.js';
import { beginMove, beginPark } from '../moves.js';
import { waitingTasks } from '../waiting.js';
import { FREE, base, placeGuaranteed } from './base.js';
import type { Mechanism } from '../mechanism.js';
import type { MechanismOf } from '../scenario.js';
import type { Host, Vcpu, Vm } from '../types.js';

interface Quota {
  readonly vm: Vm;
  quotaNs: number;
  /** `chargedNs` of the VM at which nothing was used. */
  from: number;
  throttled: boolean;
  wasThrottled: boolean;
  /** It knows what stopping takes. */
  anticipates: boolean;
  expire: Event | null;
}

export function cgroup(given: MechanismOf<'cgroup'>): Mechanism {
  const knobs = { ...given };
  let quotas: Quota[] = [];
  let retired = false;
  let placing = false;
  const quotaOf = (vm: Vm): Quota | undefined => quotas.find((quota) => quota.vm === vm);

  const used = (h: Host, quota: Quota): number => {
    for (const core of h.cores) if (core.payer === quota.vm) settle(h, core);
    return quota.vm.chargedNs - quota.from;
  };

  const demand = (vm: Vm): number => {
    if (!unstolen(vm)) return waitingTasks(vm).length - vm.coming;
    const has = (v: Vcpu): boolean => v.frozenTask !== null || v.queue.length > 0;
    const dormant = vm.vcpus.filter((v) => v.core === null && has(v));
    const arriving = vm.vcpus.filter((v) => (v.state === 'waking' || v.state === 'entering') && has(v));
    return vm.ingress.length + dormant.length - (vm.coming - arriving.length);
  };

  const wants = (h: Host, vm: Vm): boolean => {
    const quota = quotaOf(vm);
    if (quota !== undefined && (quota.throttled || used(h, quota) >= quota.quotaNs)) return false;
    return mayGrow(h, vm) && demand(vm) > 0;
  };

  const serve = (h: Host, vm: Vm): void => {
    while (wants(h, vm)) {
      const core = findCore(h, vm);
      if (core === null) return;
      beginMove(h, core, vm, h.clock.now);
    }
  };

  const stopAll = (h: Host, vm: Vm): void => {
    for (const core of h.cores) {
      if (core.vcpu?.vm === vm && mayLeave(core)) beginPark(h, core, h.clock.now);
    }
  };

  const expires = (h: Host, quota: Quota): void => {
    quota.expire = null;
    quota.throttled = true;
    quota.wasThrottled = true;
    quota.vm.throttledSince = h.clock.now;
    stopAll(h, quota.vm);
  };

  const replenish = (h: Host): void => {
    if (retired) return;
    for (const quota of quotas) {
      const spent = used(h, quota);
      quota.from = quota.vm.chargedNs - Math.max(0, spent - quota.quotaNs);
      quota.anticipates = quota.wasThrottled;
      if (quota.throttled && used(h, quota) < quota.quotaNs) {
        quota.throttled = false;
        quota.vm.counted.throttledNs += h.clock.now - Math.max(quota.vm.throttledSince!, h.warmedAt);
        quota.vm.throttledSince = null;
      }
      quota.wasThrottled = quota.throttled;
    }
    for (const vm of inOrder(h.vms, (one) => one.waitingSince)) serve(h, vm);
    h.clock.at(h.clock.now + knobs.periodNs, RANK.replenish, () => replenish(h));
  };

  /** Plans when what is used reaches the quota, as cores come and go. */
  const plan = (h: Host, quota: Quota): void => {
    quota.expire = cancelled(quota.expire);
    if (quota.throttled) return;
    const rate = h.cores.filter((core) => core.payer === quota.vm).length;
    if (rate === 0) return;
    const staying = h.cores.filter(
      (core) => core.vcpu?.vm === quota.vm && core.vcpu.state !== 'descheduling' && core.vcpu.state !== 'yielding',
    );
    const stopping = quota.anticipates ? knobs.contextSwitchNs * staying.length : 0;
    const left = Math.max(0, quota.quotaNs - stopping - used(h, quota));
    quota.expire = h.clock.at(h.clock.now + Math.ceil(left / rate), RANK.expire, () => expires(h, quota), [
      quota.vm.index,
    ]);
  };

  return {
    ...base,
    yields: true,
    blind: true,
    kind: 'cgroup',
    start(h) {
      for (const core of h.cores) settle(h, core);
      quotas = h.vms.flatMap((vm) => {
        const cores = coresOf(vm);
        if (cores === 0) return [];
        return {
          vm,
          quotaNs: Math.round(cores * knobs.periodNs),
          from: vm.chargedNs,
          throttled: false,
          wasThrottled: false,
          anticipates: false,
          expire: null,
        };
      });
      for (const vm of h.vms) if (unstolen(vm)) vm.vcpus.forEach(activate);
      placing = true;
      placeGuaranteed(h);
      placing = false;
      for (const vm of inOrder(h.vms, (one) => one.waitingSince)) serve(h, vm);
      const next = (Math.floor(h.clock.now / knobs.periodNs) + 1) * knobs.periodNs;
      h.clock.at(next, RANK.replenish, () => replenish(h));
    },
    change(_h, next) {
      Object.assign(knobs, next);
      for (const quota of quotas) quota.quotaNs = Math.round(coresOf(quota.vm) * knobs.periodNs);
    },
    retire(h) {
      retired = true;
      for (const { vm } of quotas)
        if (vm.throttledSince !== null) {
          vm.counted.throttledNs += h.clock.now - Math.max(vm.throttledSince, h.warmedAt);
          vm.throttledSince = null;
        }
      for (const quota of quotas) quota.expire = cancelled(quota.expire);
      quotas = [];
    },
    costs: (costs) => ({
      ...costs,
      ...FREE,
      deschedule: knobs.contextSwitchNs,
      wake: knobs.contextSwitchNs,
      yield: knobs.contextSwitchNs,
    }),
    queued: (h, vm) => serve(h, vm),
    moved: () => undefined,
    coreFree(h) {
      if (placing) return;
      const first = inOrder(
        h.vms.filter((vm) => wants(h, vm)),
        (vm) => vm.waitingSince,
      )[0];
      if (first !== undefined) serve(h, first);
    },
    alwaysActive: unstolen,
    entered(h, v) {
      if (quotaOf(v.vm)?.throttled === true && mayLeave(v.core!)) beginPark(h, v.core!, h.clock.now);
    },
    after(h) {
      for (const quota of quotas) plan(h, quota);
    },
  };
}

/** Cores' worth of its quota; 0: none. */
function coresOf(vm: Vm): number {
  return (vm.spec as { quota?: number }).quota ?? vm.min;
}

function unstolen(vm: Vm): boolean {
  return vm.spec.stealing === null;
}

function cancelled(event: Event | null): null {
  if (event !== null) event.cancelled = true;
  return null;
}
