// The VMs that instances of functions run in: groups of their own behind the scenario's VMs, one for each number of vCPUs.

import { slotClasses, type LaidFunctions } from '../lifecycle/words.js';
import type { Scenario, VmGroup } from '../scenario/types.js';

/** A scenario with the VMs for its functions. */
export type LaidScenario = Scenario & { readonly laid?: LaidFunctions | undefined };

/** The scenario as it is laid out. */
export function withSlots(scenario: Scenario, laid: LaidFunctions | undefined): LaidScenario {
  if (laid === undefined) return scenario;
  const groups = slotClasses(laid.spec).map((vcpus): VmGroup => ({
    name: `functions of ${vcpus}`,
    count: laid.slots,
    class: 'best-effort',
    priority: 0,
    vcpus: { min: 0, max: vcpus },
    dispatch: 'shortest-queue',
    stealing: { amount: 'half', victim: 'random' },
    quantumNs: 0,
    workload: null,
  }));
  return { ...scenario, vms: [...scenario.vms, ...groups], laid };
}
