// What concerns several fields at once: guarantees against cores, names, times and limits. Run on the written scenario
// even where the schema refuses some of it, so that every problem is told in one go; a field that is itself wrong is
// left out here, since the schema has told about it.

import { defaultNumber } from './table.js';
import { MECHANISM_KINDS, dedicatedCores } from '../mechanisms/kinds.js';
import type { FieldProblem, Path } from '../input/errors.js';
import { show } from '../input/errors.js';
import { type Fields, fieldsOf as fields } from '../input/mapping.js';
import { parseDuration, QuantityError, DURATION_LIMIT, formatDuration } from '../input/quantities.js';
import { MAX_VMS } from './schema/vm.js';
import type { MechanismKind } from '../mechanisms/types.js';

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function whole(value: unknown, min: number): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min ? value : undefined;
}

function duration(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return parseDuration(value);
  } catch (failure) {
    if (failure instanceof QuantityError) return undefined;
    throw failure;
  }
}

function kindOf(mechanism: unknown): MechanismKind | undefined {
  const written = typeof mechanism === 'string' ? mechanism : fields(mechanism)['kind'];
  return MECHANISM_KINDS.find((kind) => kind === written);
}

/** Cores that VMs can have must be at least one, and at least what is guaranteed to them. */
export function coreProblems(cores: number, kind: MechanismKind, guaranteed: number): FieldProblem[] {
  const kept = dedicatedCores(kind);
  const why =
    kept === 0 ? `host.cores is ${cores}` : `host.cores is ${cores}, of which ${kind} keeps ${kept} for polling`;
  if (cores <= kept)
    return [
      {
        path: ['host', 'cores'],
        given: String(cores),
        expected: `at least ${kept + 1}: ${kind} keeps ${kept} for polling`,
      },
    ];
  if (guaranteed <= cores - kept) return [];
  return [
    {
      path: ['vms'],
      given: `guarantees (vcpus.min × count) that add up to ${guaranteed}`,
      expected: `at most ${cores - kept} (${why})`,
    },
  ];
}

/** Sockets of equal size, of whole physical cores; a polling core's thread may be one of those or stand beside them. */
function threadProblems(cores: number, kind: MechanismKind, sockets: number, smt: number): FieldProblem[] {
  if (cores % sockets !== 0) {
    const expected = `a number that divides host.cores (${cores})`;
    return [{ path: ['host', 'sockets'], given: String(sockets), expected }];
  }
  const kept = dedicatedCores(kind);
  if (cores % (sockets * smt) === 0 || (kept > 0 && sockets === 1 && (cores - kept) % smt === 0)) return [];
  const each = sockets === 1 ? `host.cores (${cores})` : `the cores of a socket (${cores / sockets})`;
  const orLess = kept > 0 && sockets === 1 ? `, or what ${kind} leaves of it (${cores - kept})` : '';
  return [{ path: ['host', 'smt'], given: String(smt), expected: `a number that divides ${each}${orLess}` }];
}

function checkCores(root: Fields, vms: readonly Fields[]): FieldProblem[] {
  const cores = whole(fields(root['host'])['cores'], 1);
  const kind = kindOf(root['mechanism']);
  if (cores === undefined || kind === undefined) return [];
  const { sockets, smt } = fields(root['host']);
  const threads = threadProblems(cores, kind, whole(sockets ?? 1, 1) ?? 1, whole(smt ?? 1, 1) ?? 1);
  if (threads.length > 0) return threads;
  let guaranteed = 0;
  for (const vm of vms) {
    const { min, max } = fields(vm['vcpus']);
    const least = whole(min, 0) ?? 0;
    // More than the VM's own maximum is refused by itself and says nothing about the host.
    if (least <= (whole(max, 1) ?? Infinity)) guaranteed += least * (whole(vm['count'] ?? 1, 1) ?? 0);
  }
  return coreProblems(cores, kind, guaranteed);
}

/** A group of several VMs names them name-0, name-1, …; those names are taken too. */
function checkNames(vms: readonly Fields[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const counts = new Map<string, number>();
  const first = new Map<string, number>();
  vms.forEach((vm, index) => {
    const name = vm['name'];
    if (typeof name !== 'string') return;
    const before = first.get(name);
    if (before !== undefined) {
      problems.push({
        path: ['vms', index, 'name'],
        given: show(name),
        expected: `a name of its own (vms.${before} has it already)`,
      });
      return;
    }
    first.set(name, index);
    counts.set(name, whole(vm['count'] ?? 1, 1) ?? 1);
  });
  for (const [name, index] of first) {
    const numbered = /^(.*)-(0|[1-9]\d*)$/.exec(name);
    const group = numbered?.[1];
    const count = group === undefined ? undefined : counts.get(group);
    if (count !== undefined && count > 1 && Number(numbered![2]) < count) {
      problems.push({
        path: ['vms', index, 'name'],
        given: show(name),
        expected: `a name of its own (a VM of the group "${group}" is called so)`,
      });
    }
  }
  return problems;
}

function checkTimes(root: Fields): FieldProblem[] {
  const length = duration(root['duration']);
  const warmup = duration(root['warmup'] ?? '0ns');
  if (length === undefined || warmup === undefined || length + warmup <= DURATION_LIMIT) return [];
  return [
    {
      path: ['duration'],
      given: show(root['duration']),
      expected: `with the warm-up (${formatDuration(warmup)}) less than 2^53 ns (about 104 days)`,
    },
  ];
}

function checkLog(root: Fields): FieldProblem[] {
  const { from, until } = fields(root['log']);
  const [begins, ends] = [duration(from), duration(until)];
  if (begins === undefined || ends === undefined || begins <= ends) return [];
  return [{ path: ['log', 'until'], given: show(until), expected: `log.from (${formatDuration(begins)}) or later` }];
}

/** The greatest count that a written distribution can draw, where its own fields bound it. */
function greatestWritten(tasks: unknown): number | undefined {
  if (typeof tasks === 'number') return tasks;
  const dist = fields(tasks);
  switch (dist['dist']) {
    case 'constant':
      return whole(dist['value'], 0);
    case 'uniform':
    case 'pareto':
      return typeof dist['max'] === 'number' ? dist['max'] : undefined;
    case 'bimodal':
      return typeof dist['long'] === 'number' ? dist['long'] : undefined;
    default:
      return undefined;
  }
}

function checkLimits(root: Fields, vms: readonly Fields[]): FieldProblem[] {
  const limits = fields(root['limits']);
  const maxTasks = whole(limits['tasks'], 1) ?? defaultNumber('limits.tasks');
  const maxWidth = whole(limits['width'], 1) ?? defaultNumber('limits.width');
  const problems: FieldProblem[] = [];
  vms.forEach((vm, index) => {
    const workload = fields(vm['workload']);
    const arrivals = fields(workload['arrivals']);
    for (const field of ['clients', 'tasks']) {
      const count = whole(arrivals[field], 1);
      const path: Path = ['vms', index, 'workload', 'arrivals', field];
      if (count !== undefined && count > maxTasks)
        problems.push({ path, given: String(count), expected: `at most limits.tasks (${maxTasks})` });
    }
    list(fields(workload['request'])['stages']).forEach((stage, position) => {
      const { tasks } = fields(stage);
      const greatest = greatestWritten(tasks);
      const path: Path = ['vms', index, 'workload', 'request', 'stages', position, 'tasks'];
      if (greatest !== undefined && greatest > maxWidth)
        problems.push({ path, given: show(tasks), expected: `at most limits.width (${maxWidth}) tasks` });
    });
  });
  return problems;
}

/** A task of a saturating VM is replaced at the instant it is done: what is turned away would be back at once, for ever. */
function checkQueueLimits(vms: readonly Fields[]): FieldProblem[] {
  return vms.flatMap((vm, index) =>
    whole(vm['queueLimit'], 0) !== undefined && fields(fields(vm['workload'])['arrivals'])['process'] === 'saturate'
      ? [
          {
            path: ['vms', index, 'queueLimit'],
            given: String(vm['queueLimit']),
            expected: 'none: arrivals that saturate are always as many as their tasks, and none of them is dropped',
          },
        ]
      : [],
  );
}

function checkCount(vms: readonly Fields[]): FieldProblem[] {
  let total = 0;
  for (const vm of vms) total += whole(vm['count'] ?? 1, 1) ?? 0;
  return total <= MAX_VMS
    ? []
    : [{ path: ['vms'], given: `${total} VMs`, expected: `at most ${MAX_VMS} VMs on one host` }];
}

/** Two choices place tasks while searchers walk: the walk of `nsdi22` would have no end. */
function checkTwoChoices(root: Fields, vms: readonly Fields[]): FieldProblem[] {
  const { mechanism } = root;
  if (kindOf(mechanism) !== 'nsdi22' || fields(mechanism)['twoChoices'] !== true) return [];
  const expected = 'none: under nsdi22 tasks are placed by two choices or stolen, not both';
  return vms.flatMap(({ stealing }, index): FieldProblem[] =>
    stealing === 'none' ? [] : [{ path: ['vms', index, 'stealing'], given: show(stealing), expected }],
  );
}

export function checkTogether(written: unknown): FieldProblem[] {
  const root = fields(written);
  const vms = list(root['vms']).map(fields);
  return [
    ...checkTimes(root),
    ...checkLog(root),
    ...checkCores(root, vms),
    ...checkCount(vms),
    ...checkNames(vms),
    ...checkLimits(root, vms),
    ...checkQueueLimits(vms),
    ...checkTwoChoices(root, vms),
  ];
}
