// Deadlines and orders of a random scenario, from the genes of its VMs.

import type { ScenarioInput } from '../../src/index.js';
import type { Genes, VmGenes } from './generate.js';

type VmInput = ScenarioInput['vms'][number];
type Workload = NonNullable<VmInput['workload']>;

const KINDS = ['edf', 'llf', 'qllf', 'dm', 'fifo'] as const;

/** The VM with deadlines, and its tasks in an order. */
export function ordered({ on }: Genes, v: VmGenes, vm: VmInput, step: number): VmInput {
  const finish = on.finish && v.limit % 2 === 0;
  const saturates = vm.workload?.arrivals.process === 'saturate';
  return {
    ...vm,
    dispatch: 'single-queue',
    order: {
      kind: KINDS[(v.hold + v.process) % KINDS.length]!,
      bins: on.bins ? 1 + v.quantum : 4,
      tick: `${step * (1 + v.limit)}ns`,
      ...(on.bins && v.min > 0 ? { range: `${step * (1 + 7 * v.priority)}ns` } : {}),
      ...(on.decision
        ? { decision: { base: `${37 * v.traffic}ns`, perTask: `${11 * v.min}ns`, exponent: 1 + (v.hold % 2) } }
        : {}),
    },
    workload: {
      ...vm.workload!,
      deadline: `${step * (2 + 3 * v.quantum)}ns`,
      ...(finish || saturates ? { late: 'finish' } : {}),
    },
  };
}

/** One to three tasks, some of which are released together. */
export function periodicOf(v: VmGenes, step: number): Workload['arrivals'] {
  const tasks = v.stages.map(({ gap, service, width }) => ({
    period: `${step * (3 + (gap % 12))}ns`,
    service: `${step * (1 + (service % 6))}ns`,
    offset: `${step * (gap % 3)}ns`,
    ...(width % 2 === 0 ? { deadline: `${step * (6 + 2 * width)}ns` } : {}),
  }));
  return { process: 'periodic', tasks };
}
