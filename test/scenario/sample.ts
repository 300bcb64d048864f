// A small scenario that is right, for tests to break one field at a time.

import { type Problem, InputError, formatProblem } from '../../src/input/errors.js';
import { parseScenario } from '../../src/scenario/parse.js';

export const SAMPLE = `version: 1
duration: 1s
host:
  cores: 17
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 1, max: 16 }
    workload:
      arrivals: { process: poisson, rate: 1.0e5 }
      request:
        stages:
          - tasks: 1
            service: { dist: exponential, mean: 10us }
`;

/** The problems of a text that must be refused. */
export function problemsOf(text: string, set: readonly string[] = []): readonly Problem[] {
  try {
    parseScenario(text, { file: 's.yaml', set });
  } catch (failure) {
    if (failure instanceof InputError) return failure.problems;
    throw failure;
  }
  throw new Error('the scenario was accepted');
}

export function linesOf(text: string, set: readonly string[] = []): string[] {
  return problemsOf(text, set).map(formatProblem);
}
