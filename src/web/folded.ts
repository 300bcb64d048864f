// The host as the page shows it: its VMs, and functions' VMs, which come and go by the dozen, as one.

import type { HostLook, Simulation } from '../index.js';
import type { Scenario } from '../scenario/types.js';

/** VMs that the scenario names; behind them come those of functions. */
const ownVms = ({ vms }: Pick<Scenario, 'vms'>): number => vms.reduce((sum, { count }) => sum + count, 0);

export function lookOf(simulation: Simulation): HostLook {
  const look = simulation.look();
  const own = ownVms(simulation.scenario);
  if (look.vms.length === own) return look;
  const vms = look.vms.slice(0, own);
  const all = { name: 'functions', held: 0, waiting: 0, oldestDelayNs: 0, completed: 0, latencySumNs: 0 };
  for (const { held, waiting, oldestDelayNs, completed, latencySumNs } of look.vms.slice(own)) {
    all.held += held;
    all.waiting += waiting;
    all.oldestDelayNs = Math.max(all.oldestDelayNs, oldestDelayNs);
    all.completed += completed;
    all.latencySumNs += latencySumNs;
  }
  const cores = look.cores.map((core) => ({
    ...core,
    vm: Math.min(core.vm, own),
    target: Math.min(core.target, own),
  }));
  return { ...look, cores, vms: [...vms, all] };
}
