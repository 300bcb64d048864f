// A policy that is given and of which the scenario asks nothing: the run would be what it is without, and say nothing of it.

import type { MechanismKind } from '../mechanisms/types.js';
import { ASKED_BY, type PolicyName } from '../policy.js';
import type { Scenario } from '../scenario/types.js';

/** Under these a task waits for a VM or the host, on no vCPU: nobody dispatches or steals. */
const WITHOUT_QUEUES: readonly MechanismKind[] = ['ideal', 'microvm', 'nsdi22'];

function asks({ vms, mechanism, lifecycle }: Scenario, name: PolicyName): boolean {
  const queues = !WITHOUT_QUEUES.includes(mechanism.kind);
  switch (name) {
    case 'dispatch':
      return queues && vms.some(({ dispatch }) => dispatch === 'policy');
    case 'firstVictim':
      return queues && vms.some(({ stealing }) => stealing?.victim === 'policy');
    case 'coresWanted':
    case 'victim':
      return 'signal' in mechanism && mechanism.signal === 'policy';
    case 'keepFor':
    case 'worth':
      return lifecycle?.keepAlive.policy === 'policy';
  }
}

/** Why no decision of the policy `where` is asked for, in a line; undefined where one is. */
export function unasked(where: string, decisions: readonly PolicyName[], scenario: Scenario): string | undefined {
  if (decisions.some((name) => asks(scenario, name))) return undefined;
  const { kind } = scenario.mechanism;
  const lacks = [
    ...('signal' in scenario.mechanism ? [] : ['signal']),
    ...(WITHOUT_QUEUES.includes(kind) ? ['queues of vCPUs'] : []),
  ];
  const how = decisions.map((name) => `${name} by ${ASKED_BY[name]}`).join(', ');
  const why = lacks.length === 0 ? '' : `${kind} has no ${lacks.join(' and no ')}; `;
  return `${where}: nothing asks for a decision of it, so that the run is as without: ${why}a scenario asks for ${how}`;
}
