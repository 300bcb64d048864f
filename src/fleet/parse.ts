// From text or a value to a checked fleet; every problem at once, each with its line. Pure: no files, so it runs in browsers as it does in
// Node; file.ts reads.

import { argument } from '../input/argument.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { readDocument } from '../input/document.js';
import { type FieldProblem, type Problem, InputError, show } from '../input/errors.js';
import { refuseOtherKinds } from '../input/kinds.js';
import { fieldsOf } from '../input/mapping.js';
import { applyOverrides } from '../input/overrides.js';
import { oneForEachField, problemsOf } from '../input/problems.js';
import { kindProblems } from '../lifecycle/checks.js';
import { MECHANISM_KINDS } from '../mechanisms/kinds.js';
import { canonicalJson } from '../scenario/canonical.js';
import { coreProblems } from '../scenario/checks.js';
import { checkScenario, toProblem } from '../scenario/resolve.js';
import { unfold } from '../scenario/unfold.js';
import { defaultChoice } from './parameters.js';
import { type FleetInput, fleetSchema } from './schema.js';
import type { Fleet, Inside } from './types.js';

export interface LoadedFleet {
  readonly fleet: Fleet;
  readonly inside: Inside;
  /** Of the canonical JSON of the resolved fleet. */
  readonly sha256: string;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function insideOf(written: Record<string, unknown>): Inside {
  const { mechanism = defaultChoice('mechanism', ['hyperflux']), costs, vms } = written;
  const behaviour = isMapping(vms) && isMapping(vms['behaviour']) ? vms['behaviour'] : undefined;
  return { mechanism, ...(costs === undefined ? {} : { costs }), ...(behaviour === undefined ? {} : { behaviour }) };
}

/** Fields of a scenario's VM that a fleet has no use for. */
const NOT_HERE: Readonly<Record<string, string>> = {
  memory: 'none: memory inside the VMs of a fleet is not simulated',
  ...Object.fromEntries(
    ['name', 'count', 'class', 'vcpus'].map((field) => [
      field,
      'none: it is of each VM, by vms.trace or vms.generated',
    ]),
  ),
};

const refusedFields = ({ behaviour }: Inside): FieldProblem[] =>
  Object.keys(behaviour ?? {})
    .filter((field) => Object.hasOwn(NOT_HERE, field))
    .map((field) => ({
      path: ['vms', 'behaviour', field],
      given: 'a field of a VM of a scenario',
      expected: NOT_HERE[field]!,
    }));

/** A trace is replayed in one way. */
function staggeredProblems({ behaviour }: Inside, { vms }: Record<string, unknown>): FieldProblem[] {
  if (!isMapping(vms) || vms['staggered'] !== true) return [];
  const arrivals = fieldsOf(fieldsOf(behaviour?.['workload'])['arrivals']);
  if (arrivals['resample'] === undefined) return [];
  const expected = 'nothing: vms.staggered replays the trace over and over, each VM from an instant of its own';
  const path = ['vms', 'behaviour', 'workload', 'arrivals', 'resample'];
  return [{ path, given: show(arrivals['resample']), expected }];
}

/** Fields that mean what they mean in a scenario. */
const OF_SCENARIOS: ReadonlySet<string> = new Set(['mechanism', 'costs', 'functions', 'lifecycle']);

/** What a scenario of one such VM would be refused for. */
function insideProblems(inside: Inside, { functions, lifecycle }: Record<string, unknown>): FieldProblem[] {
  const { mechanism, costs, behaviour } = inside;
  const vm = { ...behaviour, name: 'vm', vcpus: { min: 0, max: 1 } };
  const probe = { version: 1, duration: '1s', host: { cores: 64 }, mechanism, vms: [vm] };
  const kind = isMapping(mechanism) ? mechanism['kind'] : mechanism;
  const ofKind = functions === undefined ? [] : kindProblems(String(kind));
  const { spread: _, reserve: __, ...given } = isMapping(functions) ? functions : {};
  const { problems } = checkScenario({
    ...probe,
    ...(costs === undefined ? {} : { costs }),
    ...(functions === undefined ? {} : { functions: isMapping(functions) ? given : functions }),
    ...(functions === undefined || lifecycle === undefined ? {} : { lifecycle }),
  });
  return [...ofKind, ...problems].flatMap((problem): FieldProblem[] => {
    const [first, , ...rest] = problem.path;
    if (first === 'vms') return [{ ...problem, path: ['vms', 'behaviour', ...rest] }];
    return OF_SCENARIOS.has(String(first)) ? [problem] : [];
  });
}

/** What a scenario of one such host would be refused for: the mechanism leaves no core. */
function hostProblems({ hosts, fidelity }: Fleet, { mechanism }: Inside): FieldProblem[] {
  const kind = MECHANISM_KINDS.find((one) => one === (isMapping(mechanism) ? mechanism['kind'] : mechanism));
  if (kind === undefined || fidelity.kind === 'packing') return [];
  return hosts.flatMap(({ cores }, i) =>
    coreProblems(cores, kind, 0).map((problem) => ({ ...problem, path: ['hosts', i, 'cores'] })),
  );
}

type Checked =
  | { readonly loaded: LoadedFleet; readonly problems: readonly [] }
  | { readonly problems: readonly FieldProblem[]; readonly loaded?: never };

function check(written: Record<string, unknown>): Checked {
  const checked = fleetSchema().safeParse(written);
  const inside = insideOf(written);
  const problems = oneForEachField([
    ...refusedFields(inside),
    ...(checked.success ? [] : problemsOf(checked.error, written)),
    ...insideProblems(inside, written),
    ...staggeredProblems(inside, written),
    ...(checked.success ? hostProblems(checked.data, inside) : []),
  ]);
  if (!checked.success || problems.length > 0) return { problems };
  const fleet = checked.data;
  const hash = bytesToHex(sha256(utf8ToBytes(canonicalJson({ ...fleet, inside }))));
  return { loaded: { fleet, inside, sha256: hash }, problems: [] };
}

/** @throws InputError with every problem */
export function parseFleet(
  text: string,
  { file, set = [] }: { file?: string; set?: readonly string[] } = {},
): LoadedFleet {
  const document = readDocument(
    text,
    file,
    'a fleet: a YAML or JSON mapping with version, hosts, and vms or functions',
  );
  refuseOtherKinds(document.value, 'fleet', file);
  const overridden = applyOverrides(document.value, set, unfold);
  const { loaded, problems } = check(overridden.value as Record<string, unknown>);
  const told: Problem[] = problems.map((problem) => {
    const source = overridden.applied.findLast(
      ({ path }) => path.length <= problem.path.length && path.every((part, index) => part === problem.path[index]),
    );
    if (source !== undefined) return { file: `--set ${source.text}`, ...toProblem(problem) };
    return { ...(file === undefined ? {} : { file }), line: document.lineOf(problem.path), ...toProblem(problem) };
  });
  const all = [...overridden.problems, ...told];
  if (loaded === undefined || all.length > 0) throw new InputError(all);
  return loaded;
}

/** @throws InputError with every problem */
export function resolveFleet(input: FleetInput): LoadedFleet {
  argument('fleet', input, 'a mapping', 'a fleet, as in { version: 1, hosts, vms }');
  const { loaded, problems } = check(input);
  if (loaded === undefined) throw new InputError(problems.map(toProblem));
  return loaded;
}
