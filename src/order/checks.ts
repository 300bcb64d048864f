// What an order of the run queue and deadlines need of the rest of a scenario.

import type { FieldProblem, Path } from '../input/errors.js';
import { abandons, bringsDeadlines, hasDeadlines, isOrdered, type OrderedScenario, type OrderedVm } from './types.js';

/** Mechanisms whose guests leave a task with the vCPU that lost its core, or queue it in a way of their own. */
const WITHOUT: Readonly<Record<string, string>> = {
  blind: 'blind freezes a task with the vCPU that it takes off its core, so no other can run it',
  cgroup: 'cgroup freezes a task with the vCPU that it takes off its core, so no other can run it',
  nsdi22: 'nsdi22 keeps the queues of its reference, one for each vCPU',
};

/** The field that asks for one queue. */
const asking = (vm: OrderedVm): { readonly path: Path; readonly given: string } =>
  isOrdered(vm)
    ? { path: ['order'], given: vm.order!.kind }
    : { path: ['workload', 'late'], given: 'abandon (late: finish lets requests end late)' };

function oneQueueProblems(vm: OrderedVm, { mechanism, host }: OrderedScenario): FieldProblem[] {
  if (!isOrdered(vm) && !abandons(vm)) return [];
  const { path, given } = asking(vm);
  const problems: FieldProblem[] = [];
  const refuse = (expected: string): void => void problems.push({ path, given, expected });
  const why = WITHOUT[mechanism.kind];
  if (why !== undefined) refuse(`another mechanism (${why})`);
  if (vm.dispatch !== 'single-queue' && mechanism.kind !== 'ideal') {
    problems.push({
      path: ['dispatch'],
      given: vm.dispatch,
      expected: `single-queue: ${path.join('.')} ${given} chooses among all waiting tasks of a VM, and stealing would choose anew`,
    });
  }
  if (vm.quantumNs > 0) refuse('no quantum beside it: who runs is decided by one of them');
  if (vm.workload?.request.lock !== undefined) refuse('requests without a lock: whoever holds it could be set aside');
  if (host.smt > 1 || host.memoryBandwidthBytesPerSecond !== undefined)
    refuse('cores of one speed (no smt, no memoryBandwidth): what is left of a task would change while it runs');
  return problems;
}

function vmProblems(vm: OrderedVm, scenario: OrderedScenario): FieldProblem[] {
  const problems = oneQueueProblems(vm, scenario);
  const { order, workload } = vm;
  const deadlines = hasDeadlines(vm);
  if (isOrdered(vm) && !deadlines) {
    const expected =
      'fifo, or requests with deadlines (workload.deadline, periodic arrivals, or a trace that brings them)';
    problems.push({ path: ['order'], given: order!.kind, expected });
  }
  if (workload?.late !== undefined && !deadlines)
    problems.push({
      path: ['workload', 'late'],
      given: workload.late,
      expected: 'requests with a deadline',
    });
  if (order?.kind === 'qllf' && order.rangeNs === undefined && bringsDeadlines(vm))
    problems.push({
      path: ['order', 'range'],
      given: 'nothing',
      expected: 'the slack that the bins divide: the deadlines of a trace are not known before it is read',
    });
  if (abandons(vm) && workload?.arrivals.process === 'saturate')
    problems.push({
      path: ['workload', 'late'],
      given: 'abandon',
      expected: 'finish: arrivals that saturate are always as many as their tasks, and none of them is given up',
    });
  if ((order !== undefined || deadlines) && scenario.functions !== undefined)
    problems.push({ path: [], given: vm.name, expected: 'no order and no deadlines beside functions' });
  if ((order !== undefined || deadlines) && scenario.vms.some(({ memory }) => memory !== undefined))
    problems.push({
      path: [],
      given: vm.name,
      expected: 'no order and no deadlines on a host whose memory is swapped',
    });
  return problems;
}

/** Of a scenario whose every field is right by itself. */
export function orderProblems(scenario: OrderedScenario): FieldProblem[] {
  return scenario.vms.flatMap((vm, index) =>
    vmProblems(vm, scenario).map((problem) => ({ ...problem, path: ['vms', index, ...problem.path] })),
  );
}
