// The same scenario under another mechanism, as `compare` needs it.

import { coreProblems } from './checks.js';
import { InputError } from './errors.js';
import { toProblem } from './resolve.js';
import { defaultMechanism } from './schema/mechanism.js';
import type { MechanismKind, Scenario } from './types.js';

export { MECHANISM_KINDS, dedicatedCores } from './mechanism-kinds.js';

/**
 * The scenario under another mechanism: its own knobs where it is of that kind already, else that kind's defaults.
 *
 * @throws InputError where the guarantees do not fit the cores that the mechanism leaves to VMs
 */
export function withMechanism(scenario: Scenario, kind: MechanismKind): Scenario {
  if (scenario.mechanism.kind === kind) return scenario;
  const guaranteed = scenario.vms.reduce((sum, vm) => sum + vm.vcpus.min * vm.count, 0);
  const problems = coreProblems(scenario.host.cores, kind, guaranteed);
  if (problems.length > 0) throw new InputError(problems.map(toProblem));
  return { ...scenario, mechanism: defaultMechanism(kind) };
}
