// What a program asks: a policy judged, with decisions in memory or in Wasm, or a built-in mechanism.

import { fuelled, DEFAULT_FUEL } from '../abi/fuel.js';
import { instantiatePolicy } from '../abi/policy.js';
import { argument, optional } from '../input/argument.js';
import { InputError, show } from '../input/errors.js';
import { decisionsOf, type Policy, type PolicyName } from '../policy.js';
import type { Scenario } from '../scenario/types.js';
import { Simulation } from '../simulation.js';
import { alone } from '../study/runs.js';
import { Study } from '../study/study.js';
import { withSuiteFiles } from '../study/suite/azure-like.js';
import { chosen, suiteScenarios } from '../study/suite/scenarios.js';
import { entryOf, policyEntry, type SuiteEntry } from '../study/suite/suite.js';
import { knownVariantsOf, type MechanismChoice } from '../study/variant.js';
import type { TimelineSink } from '../timeline/index.js';
import { memoryHost } from '../workload/text-source.js';
import { isStateless } from './conformance.js';
import { judgeAll, type JudgeCrew, type JudgeResult, loadFault, SUITE_ASKS, unfit } from './judge.js';
import { worstOf } from './worst.js';

/** Seeds of each scenario where nobody says. */
export const JUDGE_REPLICATIONS = 2;

/** How a policy is judged. */
export interface JudgeOptions {
  /** What it is called; default `policy`. */
  readonly name?: string;
  /** Some of the suite's scenarios, by name; default: all twelve. */
  readonly only?: readonly string[];
  /** Seeds of each scenario of the suite; default 2. */
  readonly replications?: number;
  /** Simulated time of each scenario behind its warm-up, in ns; default: the suite's own, of which its table is. */
  readonly durationNs?: number;
  /** A quick stage with less ends it there; from 0, the default, to 1. */
  readonly floor?: number;
  /** Whether the quick stage is left out; default false. */
  readonly straight?: boolean;
  /** Draws workloads that nobody could tune to, and scores the policy on them too. */
  readonly heldOut?: number;
  /** Loop heads and calls that a decision in Wasm may take; default 100,000. */
  readonly fuel?: number;
  /** Takes the timeline of the worst two milliseconds, as a Perfetto trace. */
  readonly timeline?: TimelineSink;
}

/** A policy to be judged: its decisions, a Wasm module of the policy interface, or a built-in mechanism. */
export type Judged =
  | Policy
  | Uint8Array
  | {
      /** By name, or with its settings. */
      readonly mechanism: MechanismChoice;
    };

/** Hyperflux that asks for those decisions. @throws InputError for a policy without any */
export function entryFor(name: string, decisions: readonly PolicyName[]): SuiteEntry {
  const asked = decisions.filter((one) => SUITE_ASKS.includes(one));
  if (asked.length === 0)
    throw new InputError({
      path: 'policy',
      given: decisions.join(', ') || 'no decision',
      expected: `one of ${SUITE_ASKS.join(', ')}: the suite keeps no functions, so that nothing asks for keepFor and worth`,
    });
  const wants = asked.includes('coresWanted') || asked.includes('victim');
  return policyEntry(name, {
    ...Object.fromEntries(asked.map((one) => [one, true])),
    ...(wants ? { coresWanted: true } : {}),
  });
}

/** Runs on this thread. */
export function judgeHere(create: (scenario: Scenario) => Promise<Simulation>, timeline?: TimelineSink): JudgeCrew {
  return {
    ...alone(new Study({ create })),
    worst: (name, scenario) => worstOf(name, () => create(scenario), timeline),
  };
}

/**
 * Scores a policy on the suite: a quick stage first, then every scenario, its worst two milliseconds, and workloads of a seed of one's own.
 * Decisions in memory run as they are: what never comes back does not come back; those in Wasm have fuel.
 *
 *     const { score, worst } = await judge(await readFile('policy.wasm'), { heldOut: 20_261_129 });
 *
 * @throws InputError for a policy that does not fit the interface, a scenario that is none
 */
export async function judge(judged: Judged, options: JudgeOptions = {}): Promise<JudgeResult> {
  argument('policy', judged, 'a mapping', 'decisions, the bytes of a module, or { mechanism }');
  argument('options', options, 'a mapping');
  const {
    name = 'policy',
    only,
    replications = JUDGE_REPLICATIONS,
    durationNs,
    floor,
    straight,
    heldOut,
    timeline,
  } = options;
  if (!Number.isSafeInteger(replications) || replications < 1)
    throw new InputError({ path: 'replications', given: show(replications), expected: 'a whole number from 1' });
  optional('only', only, 'a list of texts');
  let entry: SuiteEntry;
  let make: () => Policy | undefined = () => undefined;
  let decisions: readonly PolicyName[] | null = null;
  let stateless: boolean | null = null;
  if ('mechanism' in judged) entry = entryOf(knownVariantsOf([judged.mechanism], 'mechanism')[0]!);
  else {
    const module = judged instanceof Uint8Array ? await fuelled(judged, options.fuel ?? DEFAULT_FUEL) : undefined;
    decisions = module?.decisions ?? decisionsOf(judged as Policy);
    make = module === undefined ? () => judged as Policy : () => instantiatePolicy(module);
    entry = entryFor(name, decisions);
    if (module !== undefined) {
      try {
        make();
      } catch (error) {
        return unfit(name, loadFault(error));
      }
      stateless = await isStateless(module);
    }
  }
  const files = withSuiteFiles(memoryHost({}));
  const create = (scenario: Scenario): Promise<Simulation> => {
    const policy = make();
    return Simulation.create(scenario, policy === undefined ? { files } : { files, policy });
  };
  const all = chosen(suiteScenarios(), only);
  const scenarios =
    durationNs === undefined ? all : all.map((one) => ({ ...one, scenario: { ...one.scenario, durationNs } }));
  const question = { entry, decisions, stateless, scenarios, replications, floor, straight, heldOut };
  return judgeAll(question, judgeHere(create, timeline));
}
