// From text or a value to a checked scenario of reserved memory; every problem at once, each with its line. Pure: no files, so it
// runs in browsers as it does in Node; file.ts reads.

import { canonicalJson } from '../scenario/canonical.js';
import { readDocument } from '../input/document.js';
import { type Problem, InputError } from '../input/errors.js';
import { refuseOtherKinds } from '../input/kinds.js';
import { applyOverrides } from '../input/overrides.js';
import { oneForEachField, problemsOf } from '../input/problems.js';
import { toProblem } from '../scenario/resolve.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { TraceHost } from '../workload/text-source.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { memoryPlan } from './accounting.js';
import { type VmArrival, readArrivals } from './vm-arrivals.js';
import { GRANULE_BYTES } from './core.js';
import { type ReserveScenario, reserveSchema, type ReserveInput } from './schema.js';

export interface LoadedReserve {
  readonly scenario: ReserveScenario;
  /** Where the scenario names a file of them. */
  readonly arrivals?: readonly VmArrival[];
  /** Of the canonical JSON of the resolved scenario. */
  readonly sha256: string;
}

/** A server that has no memory left to sell cannot be simulated. */
function tooSmall(scenario: ReserveScenario): Omit<Problem, 'file'> | undefined {
  if (memoryPlan(scenario).granulesPerNode > 0) return undefined;
  return {
    path: 'server.memory',
    given: `${scenario.server.memory} bytes`,
    expected: `room for at least ${GRANULE_BYTES} bytes in each of ${scenario.server.nodes} nodes beside kernel and descriptors`,
  };
}

/** @throws InputError with every problem */
export function parseReserve(
  text: string,
  { file, set = [] }: { file?: string; set?: readonly string[] } = {},
): LoadedReserve {
  const document = readDocument(text, file, 'a server: a YAML or JSON mapping with version, duration, server and vms');
  refuseOtherKinds(document.value, 'reserve', file);
  const overridden = applyOverrides(document.value, set);
  const checked = reserveSchema().safeParse(overridden.value);
  const named = file === undefined ? {} : { file };
  const problems: Problem[] = [...overridden.problems];
  if (!checked.success) {
    for (const problem of oneForEachField(problemsOf(checked.error, overridden.value))) {
      const source = overridden.applied.findLast(
        ({ path }) => path.length <= problem.path.length && path.every((part, index) => part === problem.path[index]),
      );
      problems.push(
        source === undefined
          ? { ...named, line: document.lineOf(problem.path), ...toProblem(problem) }
          : { file: `--set ${source.text}`, ...toProblem(problem) },
      );
    }
  }
  if (!checked.success || problems.length > 0) throw new InputError(problems);
  const small = tooSmall(checked.data);
  if (small !== undefined) throw new InputError({ ...named, line: document.lineOf(['server', 'memory']), ...small });
  return withHash(checked.data);
}

/** @throws InputError with every problem */
export function resolveReserve(input: ReserveInput): LoadedReserve {
  const checked = reserveSchema().safeParse(input);
  if (!checked.success) throw new InputError(oneForEachField(problemsOf(checked.error, input)).map(toProblem));
  const small = tooSmall(checked.data);
  if (small !== undefined) throw new InputError(small);
  return withHash(checked.data);
}

/**
 * The same with the VMs that it names a file of, if it does.
 *
 * @throws InputError with what is wrong in the file
 */
export async function withArrivals(loaded: LoadedReserve, host: TraceHost): Promise<LoadedReserve> {
  const { arrivals } = loaded.scenario;
  return arrivals === undefined ? loaded : { ...loaded, arrivals: await readArrivals(arrivals, host) };
}

export function withHash(scenario: ReserveScenario): LoadedReserve {
  return { scenario, sha256: bytesToHex(sha256(utf8ToBytes(canonicalJson(scenario)))) };
}
