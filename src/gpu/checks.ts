// What concerns the GPU and the VMs together, on the written scenario: a field that is itself wrong has been told by the schema.

import { expectedOneOf, type FieldProblem, show } from '../input/errors.js';
import { fieldsOf } from '../input/mapping.js';

const PROCESSES = ['poisson', 'deterministic'];

export function gpuProblems(written: unknown): FieldProblem[] {
  const { gpu, vms } = fieldsOf(written);
  const { vm } = fieldsOf(gpu);
  if (typeof vm !== 'string' || !Array.isArray(vms)) return [];
  const groups = (vms as readonly unknown[]).map(fieldsOf);
  const refuse = (expected: string): FieldProblem[] => [{ path: ['gpu', 'vm'], given: show(vm), expected }];
  const group = groups.find(({ name }) => name === vm);
  if (group === undefined) {
    const names = groups.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
    return refuse(expectedOneOf('the name of a VM', vm, names));
  }
  if (group['count'] !== undefined && group['count'] !== 1) return refuse('a VM of its own, not several (count)');
  const { process } = fieldsOf(fieldsOf(group['workload'])['arrivals']);
  if (typeof process === 'string' && !PROCESSES.includes(process))
    return refuse(`a VM whose arrivals are ${PROCESSES.join(' or ')}, not ${process}: they are the prompts of the GPU`);
  return [];
}
