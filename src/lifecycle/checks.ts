// What concerns lifecycle and functions together, on the written scenario: a field that is itself wrong has been told by the schema.

import { type FieldProblem, show } from '../input/errors.js';
import { fieldsOf, isFields } from '../input/mapping.js';

/** Mechanisms that run no functions, whose VMs have no guaranteed core, and why. */
const WITHOUT_FUNCTIONS: Readonly<Record<string, string>> = {
  static: 'cores stay where they are guaranteed',
  nsdi22: 'each guaranteed core is laid out with its VM at time 0, and every other is parked',
};

/** Of a scenario with functions, under a mechanism that can run none. */
export function kindProblems(kind: string): FieldProblem[] {
  const reason = WITHOUT_FUNCTIONS[kind];
  if (reason === undefined) return [];
  const expected = `ideal, hyperflux, blind, shenango, caladan, ditto, cgroup, hotplug or microvm: under ${kind} ${reason}, and the VMs of functions have none`;
  return [{ path: ['mechanism', 'kind'], given: show(kind), expected }];
}

const OF_POLICY: Readonly<Record<string, string>> = {
  ...{ time: 'fixed', from: 'fixed' },
  ...{ frequency: 'gd', rules: 'hist', instances: 'pool' },
};

/** Settings that are another policy's, as they are left where only `policy` was changed: told before the schema calls them unknown. */
export function otherPolicies(written: unknown): FieldProblem[] {
  const keepAlive = fieldsOf(fieldsOf(fieldsOf(written)['lifecycle'])['keepAlive']);
  const policy = keepAlive['policy'];
  if (typeof policy !== 'string') return [];
  return Object.keys(keepAlive).flatMap((name) => {
    const of = OF_POLICY[name];
    if (of === undefined || of === policy) return [];
    const expected = `a field of ${policy} (${name} is of ${of}: --set 'lifecycle.keepAlive={policy: ${policy}}' sets the whole anew)`;
    return [{ path: ['lifecycle', 'keepAlive', name], given: 'an unknown field', expected }];
  });
}

export function lifecycleProblems(written: unknown): FieldProblem[] {
  if (!isFields(written)) return [];
  const { lifecycle, functions } = written;
  if (lifecycle === undefined) return [];
  if (functions === undefined)
    return [
      {
        path: ['functions'],
        given: 'nothing',
        expected: 'functions whose VMs come and go (lifecycle says how they do)',
      },
    ];
  if (!isFields(lifecycle) || !isFields(functions)) return [];
  const confidential = functions['confidential'] ?? 0;
  if (lifecycle['attest'] === undefined || confidential !== 0) return [];
  return [
    {
      path: ['lifecycle', 'attest'],
      given: show(lifecycle['attest']),
      expected: 'nothing: no function is confidential (functions.confidential: a share above 0 makes some so)',
    },
  ];
}
