// What concerns lifecycle and functions together, on the written scenario: a field that is itself wrong has been told by the schema.

import { type FieldProblem, show } from '../input/errors.js';
import { isFields } from '../input/mapping.js';

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
