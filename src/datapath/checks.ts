// What concerns the datapath and the VMs together, on the written scenario: a field that is itself wrong has been told by the schema.

import { expectedOneOf, type FieldProblem, show } from '../input/errors.js';
import { fieldsOf } from '../input/mapping.js';
import { dedicatedCores } from '../mechanisms/kinds.js';
import type { MechanismKind } from '../mechanisms/types.js';
import type { Datapath } from './spec.js';

const PROCESSES = ['poisson', 'deterministic'];

/** What is looked at of a resolved scenario. */
interface Hosted {
  readonly datapath?: Datapath | undefined;
  readonly host: { readonly cores: number; readonly memory?: { readonly cores: number } | undefined };
  readonly mechanism: { readonly kind: MechanismKind };
  readonly vms: readonly { readonly vcpus: { readonly min: number }; readonly count: number }[];
}

/** VMs must be left a core, and what is guaranteed to them. */
export function datapathCores(scenario: Hosted): FieldProblem[] {
  const { datapath, host, mechanism, vms } = scenario;
  if (datapath === undefined) return [];
  const left = host.cores - dedicatedCores(mechanism.kind) - (host.memory?.cores ?? 0);
  const least = Math.max(
    1,
    vms.reduce((sum, { vcpus, count }) => sum + vcpus.min * count, 0),
  );
  if (datapath.workers <= left - least) return [];
  const expected = `at most ${Math.max(0, left - least)}: of host.cores (${host.cores}) ${left} are left for VMs and the datapath, and VMs need ${least}`;
  return [{ path: ['datapath', 'workers'], given: String(datapath.workers), expected }];
}

export function datapathProblems(written: unknown): FieldProblem[] {
  const { datapath, vms } = fieldsOf(written);
  const { tenants } = fieldsOf(datapath);
  if (!Array.isArray(tenants) || !Array.isArray(vms)) return [];
  const groups = (vms as readonly unknown[]).map(fieldsOf);
  const names = groups.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const seen = new Set<string>();
  return (tenants as readonly unknown[]).flatMap((tenant, i): FieldProblem[] => {
    const { vm } = fieldsOf(tenant);
    if (typeof vm !== 'string') return [];
    const path = ['datapath', 'tenants', i, 'vm'];
    const refuse = (expected: string): FieldProblem[] => [{ path, given: show(vm), expected }];
    if (seen.has(vm)) return refuse('each VM once');
    seen.add(vm);
    const group = groups.find(({ name }) => name === vm);
    if (group === undefined) return refuse(expectedOneOf('the name of a VM', vm, names));
    if (group['count'] !== undefined && group['count'] !== 1) return refuse('a VM of its own, not several (count)');
    const { process } = fieldsOf(fieldsOf(group['workload'])['arrivals']);
    if (typeof process === 'string' && !PROCESSES.includes(process))
      return refuse(
        `a VM whose arrivals are ${PROCESSES.join(' or ')}, not ${process}: they are the packets of the datapath`,
      );
    return [];
  });
}
