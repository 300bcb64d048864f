// The same scenario under another mechanism, as `compare` needs it.

import { datapathCores } from '../datapath/checks.js';
import { memoryProblems } from '../swap/checks.js';
import { coreProblems } from './checks.js';
import { expectedOneOf, InputError, show } from '../input/errors.js';
import { kindProblems } from '../lifecycle/checks.js';
import { orderProblems } from '../order/checks.js';
import { toProblem } from './resolve.js';
import { defaultMechanism } from '../mechanisms/schema.js';
import type { Scenario } from './types.js';
import { resolvedScenario } from './resolved-argument.js';
import { MECHANISM_KINDS } from '../mechanisms/kinds.js';
import type { MechanismInput, MechanismKind } from '../mechanisms/types.js';
import { withFields } from './written.js';

export { MECHANISM_KINDS, dedicatedCores } from '../mechanisms/kinds.js';

/**
 * The scenario under another mechanism: its own knobs where it is of that kind already, else that kind's defaults, and
 * over them those that are given.
 *
 * @example
 * withMechanism(scenario, 'caladan');
 * withMechanism(scenario, { kind: 'hyperflux', signal: 'oldest', threshold: '5us' });
 *
 * @throws InputError for a knob that is none, where the guarantees do not fit the cores that the mechanism leaves to VMs, and for
 *   functions under a mechanism that can run none
 */
export function withMechanism(scenario: Scenario, mechanism: MechanismKind | MechanismInput): Scenario {
  resolvedScenario(scenario);
  const given = typeof mechanism === 'string' ? { kind: mechanism } : mechanism;
  const { kind, ...knobs } = (given as MechanismInput | null | undefined) ?? { kind: undefined };
  if (kind === undefined || !MECHANISM_KINDS.includes(kind)) {
    const expected = expectedOneOf('a known mechanism', String(kind), MECHANISM_KINDS);
    throw new InputError({ path: 'mechanism', given: show(kind), expected });
  }
  const base = withKind(scenario, kind);
  try {
    return withFields(
      base,
      Object.entries(knobs).map(([knob, value]) => `mechanism.${knob}=${JSON.stringify(value)}`),
    );
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map(({ path, given, expected }) => ({ path, given, expected })));
  }
}

function withKind(scenario: Scenario, kind: MechanismKind): Scenario {
  const ofFunctions = scenario.functions === undefined ? [] : kindProblems(kind);
  if (ofFunctions.length > 0) throw new InputError(ofFunctions.map(toProblem));
  if (scenario.mechanism.kind === kind) return scenario;
  const guaranteed = scenario.vms.reduce((sum, vm) => sum + vm.vcpus.min * vm.count, 0);
  const changed = { ...scenario, mechanism: defaultMechanism(kind) };
  const ofParts = [...memoryProblems(changed), ...datapathCores(changed), ...orderProblems(changed)];
  const problems = [...coreProblems(scenario.host.cores, kind, guaranteed), ...ofParts];
  if (problems.length > 0) throw new InputError(problems.map(toProblem));
  return changed;
}
