// What may differ between a running simulation and its fork: mechanism, costs, seed, policies, guarantees, rates and mean dwell times, the end.
// Everything else is laid out in memory already.

import { type Problem, show, InputError } from '../input/errors.js';
import type { Arrivals, VmGroup, Scenario } from './types.js';
import { vmsFed } from './fed.js';

/** The process without its rates and mean dwell times; how many states it has is laid out. */
function fixedOfArrivals(arrivals: Arrivals): unknown {
  switch (arrivals.process) {
    case 'poisson':
    case 'deterministic':
      return { process: arrivals.process };
    case 'onoff':
      return { process: arrivals.process, dwell: arrivals.dwell };
    case 'mmpp':
      return { process: arrivals.process, states: arrivals.states.length };
    default:
      return arrivals;
  }
}

/** `behind`: its arrivals are packets or prompts, which have come already. */
function fixedOfGroup(group: VmGroup, behind: boolean): unknown {
  const {
    workload,
    vcpus,
    dispatch: _d,
    stealing: _s,
    quantumNs: _q,
    queueLimit: _l,
    quota: _c,
    slo: _slo,
    ...rest
  } = group;
  return {
    ...rest,
    vcpus: { max: vcpus.max },
    workload:
      workload === null
        ? null
        : { ...workload, arrivals: behind ? workload.arrivals : fixedOfArrivals(workload.arrivals) },
  };
}

function fixed(scenario: Scenario): Record<string, unknown> {
  const { mechanism: _m, costs: _c, seed: _s, durationNs: _d, fingerprint: _f, vms, ...rest } = scenario;
  const behind = vmsFed(scenario);
  return { ...rest, vms: vms.map((group) => fixedOfGroup(group, behind.has(group.name))) };
}

function differences(before: unknown, after: unknown, path: string, problems: Problem[]): void {
  if (typeof before === 'object' && before !== null && typeof after === 'object' && after !== null) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [a, b] = [before, after].map((value) => (value as Record<string, unknown>)[key]);
      differences(a, b, path === '' ? key : `${path}.${key}`, problems);
    }
  } else if (!Object.is(before, after)) {
    problems.push({
      path,
      given: show(after),
      expected: `${show(before)}, as in the simulation that is forked: this is laid out already`,
    });
  }
}

/** @throws InputError naming every field of `after` that a fork cannot change */
export function checkFork(before: Scenario, after: Scenario): void {
  const problems: Problem[] = [];
  differences(fixed(before), fixed(after), '', problems);
  if (after.mechanism.kind === 'nsdi22' && before.mechanism.kind !== 'nsdi22') {
    problems.push({
      path: 'mechanism',
      given: 'nsdi22',
      expected: `another mechanism: nsdi22 has rules of its own for queues and parking, and runs from the start or not at all`,
    });
  }
  if (after.mechanism.kind === 'nsdi22' && before.mechanism.kind === 'nsdi22')
    after.vms.forEach(({ vcpus }, index) => {
      const laid = before.vms[index]?.vcpus.min;
      if (laid !== undefined && vcpus.min !== laid)
        problems.push({
          path: `vms.${index}.vcpus.min`,
          given: String(vcpus.min),
          expected: `${laid}: under nsdi22 a VM's cores are laid out from the start`,
        });
    });
  if (problems.length > 0) throw new InputError(problems);
}
