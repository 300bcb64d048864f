// A policy judged: a quick stage that turns away what fails, the suite, its worst two milliseconds, and workloads of a seed that nobody
// could tune to. A policy that fails is scored as such; nothing that it does ends the judging.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { InputError } from '../input/errors.js';
import { POLICY_NAMES, PolicyError, type PolicyFault, type PolicyName } from '../policy.js';
import { canonicalJson } from '../scenario/canonical.js';
import type { Scenario } from '../scenario/types.js';
import type { Crew } from '../study/runs.js';
import { bare, seeded } from '../study/study.js';
import type { SuiteScenario } from '../study/suite/scenarios.js';
import { IDEAL, suiteAll, type SuiteEntry, type SuiteResult } from '../study/suite/suite.js';
import { heldOut, targeted } from './held-out.js';
import { type JudgedParts, type JudgedScenario, type JudgedSet, scoreRows } from './score.js';
import type { Worst, WorstStrips, WorstWindow } from './worst.js';

/** Of what a score is: another set of rules is another version. */
const JUDGE_VERSION = 1;
/** Of the suite, shortened: what a policy fails at shows there for a hundredth of the price. */
const QUICK = ['bursts', 'colocation', 'locks'];
const QUICK_NS = 30e6;

/** A way in which a policy failed. */
export interface JudgedFault {
  /** The scenario; null: before any was run. */
  scenario: string | null;
  /** Of which set; `load`: before any was run. */
  stage: JudgedStage['stage'] | 'load';
  /**
   * How: as in PolicyError; `time`: it did not come back; `limit`: tasks piled up, or it does not fit; `repeatable`: two runs differ;
   * `interface`: it is no policy, does not compile, imports or exports otherwise; `start`: it failed before it was asked anything.
   */
  fault: PolicyFault | 'limit' | 'repeatable' | 'interface' | 'start';
  /** In words. */
  detail: string;
}

/** What was run of it, in order. */
export interface JudgedStage extends JudgedSet {
  /** `quick`: three scenarios, shortened; `suite`; `held-out`: of the seed that was given. */
  stage: 'quick' | 'suite' | 'held-out';
  /** Seeds of each scenario. */
  replications: number;
}

/** What is found of a policy. */
export interface JudgeResult {
  /** Version of the rules. */
  judge: number;
  /** Its name. */
  policy: string;
  /** Which decisions it takes; null: a built-in mechanism. */
  decisions: PolicyName[] | null;
  /** Whether a snapshot holds all that it goes by (docs/policy-abi.md): false: forks go another way. Null: not in Wasm, or not tried. */
  stateless: boolean | null;
  /** `scored`; `faulty`: it failed somewhere, which counts 0 there; `below-floor`: the quick stage was not good enough to go on. */
  verdict: 'scored' | 'faulty' | 'below-floor';
  /** From 0 to 1, which is what `ideal` has: of the suite, or of the quick stage where it ended there; 0 where it failed in that. */
  score: number;
  /** What it is made of. */
  parts: JudgedParts;
  /** In order. */
  stages: JudgedStage[];
  /** None where it behaves. */
  faults: JudgedFault[];
  /** Of the scenario with the lowest score; null where nothing was run, or nothing waited. */
  worst: WorstWindow | null;
  /** The score on workloads of the seed that was given; null where none was. The seed itself is not told. */
  heldOut: number | null;
  /** The suite's table; null where it was not run. */
  suite: SuiteResult | null;
  /** Who held which core in the worst; present where a report is asked for. */
  strips?: WorstStrips;
  /** Of all of it but the table, the strips, `unasked` and `stateless`: equal for equal policies on every machine. */
  sha256: string;
  /** Decisions that it takes and no scenario of the suite asks for (those of keep-alive); absent where there is none. */
  unasked?: PolicyName[];
  /** Present when it was interrupted. */
  incomplete?: true;
}

/** Decisions that the suite asks for; it has no functions that are kept. */
export const SUITE_ASKS: readonly PolicyName[] = POLICY_NAMES.filter((name) => name !== 'keepFor' && name !== 'worth');

/** Whoever makes the runs. @throws PolicyError where the policy fails */
export interface JudgeCrew extends Crew {
  /** The worst of a run of the scenario. */
  worst(name: string, scenario: Scenario): Promise<Worst | null>;
}

export interface JudgeQuestion {
  readonly entry: SuiteEntry;
  readonly decisions: readonly PolicyName[] | null;
  readonly stateless?: boolean | null | undefined;
  /** Of the suite. */
  readonly scenarios: readonly SuiteScenario[];
  readonly replications: number;
  /** Less in the quick stage ends it there; default 0. */
  readonly floor?: number | undefined;
  /** Seed of the held-out workloads. */
  readonly heldOut?: number | undefined;
  /** No quick stage. */
  readonly straight?: boolean | undefined;
  /** Takes who held which core in the worst into the result. */
  readonly strips?: boolean | undefined;
}

/** A run that a policy failed in, as the suite is told: it has no figures. */
class FailedError extends InputError {
  constructor(override readonly cause: PolicyError) {
    super({ path: 'policy', given: 'a policy that failed', expected: 'decisions' });
  }
}

class Judging {
  readonly faults: JudgedFault[] = [];
  readonly stages: JudgedStage[] = [];

  constructor(
    private readonly question: JudgeQuestion,
    private readonly crew: JudgeCrew,
  ) {}

  fault(stage: JudgedFault['stage'], scenario: string | null, fault: JudgedFault['fault'], detail: string): void {
    const known = this.faults.some((one) => one.stage === stage && one.scenario === scenario);
    if (!known) this.faults.push({ stage, scenario, fault, detail });
  }

  /** The crew of one stage: what a policy fails at is noted, and its row refused. */
  private noting(stage: JudgedStage['stage'], seen: Map<string, JudgedFault>): Crew {
    const { crew } = this;
    return {
      get width() {
        return crew.width;
      },
      async run(scenario, label, place) {
        try {
          return await crew.run(scenario, label, place);
        } catch (error) {
          if (!(error instanceof PolicyError)) throw error;
          const name = label.split(' ')[0]!;
          const known = seen.get(name);
          // of several seeds the same one whatever thread was first
          if (known === undefined || error.message < known.detail)
            seen.set(name, { stage, scenario: name, fault: error.fault, detail: error.message });
          throw new FailedError(error);
        }
      },
      ...(crew.onRows === undefined ? {} : { onRows: (done: number, all: number) => crew.onRows?.(done, all) }),
    };
  }

  async set(
    stage: JudgedStage['stage'],
    scenarios: readonly SuiteScenario[],
    replications: number,
  ): Promise<SuiteResult> {
    const { entry } = this.question;
    const seen = new Map<string, JudgedFault>();
    const suite = await suiteAll({ scenarios, entries: [entry], replications }, this.noting(stage, seen));
    for (const row of suite.rows) {
      if (row.mechanism !== entry.label || row.refused === undefined) continue;
      const { fault, detail } = seen.get(row.scenario) ?? { fault: 'limit' as const, detail: row.refused };
      this.fault(stage, row.scenario, fault, detail);
    }
    if (suite.incomplete !== true) this.stages.push({ stage, replications, ...scoreRows(suite, entry.label) });
    return suite;
  }

  /** Whether a second run of the first scenario takes another trajectory. */
  async repeated(quick: SuiteResult, scenarios: readonly SuiteScenario[]): Promise<void> {
    const { entry } = this.question;
    const row = quick.rows.find(({ mechanism, figures }) => mechanism === entry.label && figures !== null);
    const one = scenarios.find(({ name }) => name === row?.scenario);
    if (row === undefined || one === undefined) return;
    const scenario = { ...seeded(bare(entry.scenario(one.scenario)), 0), fingerprint: true };
    const again = await this.crew.run(scenario, `${one.name} again`);
    if (again === null || again.manifest.fingerprint === row.fingerprints[0]) return;
    this.fault(
      'quick',
      one.name,
      'repeatable',
      'two runs of one seed took two trajectories: decisions depend on more than the view',
    );
  }

  async held(seed: number): Promise<void> {
    const scenarios: SuiteScenario[] = [];
    for (const one of heldOut(seed)) {
      const ideal = await this.crew.run(bare(IDEAL.scenario(one.scenario)), `${one.name} ideal`);
      if (ideal === null) return;
      scenarios.push(targeted(one, ideal));
    }
    await this.set('held-out', scenarios, 1);
  }

  /** Of the last stage but the held-out one. */
  async worst(scenarios: readonly SuiteScenario[]): Promise<Worst | null> {
    const last = this.stages.findLast(({ stage }) => stage !== 'held-out');
    const lowest = last?.scenarios
      .filter(({ parts }) => parts !== null)
      .reduce<JudgedScenario | null>((least, one) => (least === null || one.score < least.score ? one : least), null);
    const one = scenarios.find(({ name }) => name === lowest?.name);
    if (one === undefined) return null;
    try {
      return await this.crew.worst(one.name, bare(this.question.entry.scenario(one.scenario)));
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      return null;
    }
  }
}

const quickened = (scenarios: readonly SuiteScenario[]): SuiteScenario[] => {
  const some = scenarios.filter(({ name }) => QUICK.includes(name));
  return (some.length > 0 ? some : scenarios.slice(0, 1)).map((one) => ({
    ...one,
    scenario: { ...one.scenario, durationNs: Math.min(QUICK_NS, one.scenario.durationNs) },
  }));
};

const NOTHING: JudgedParts = { slo: 0, tail: 0, work: 0 };

/** What is found, with its hash. */
function told(found: Omit<JudgeResult, 'sha256' | 'suite'>, suite: SuiteResult | null): JudgeResult {
  // the same policy in another language is the same, though only in Wasm it can be tried whether a snapshot holds all of it
  const { stateless: _, ...hashed } = found;
  return { ...found, suite, sha256: bytesToHex(sha256(utf8ToBytes(canonicalJson(hashed)))) };
}

/** Of a policy that failed before any scenario was run. */
export function unfit(policy: string, fault: Pick<JudgedFault, 'fault' | 'detail'>): JudgeResult {
  return told(
    {
      judge: JUDGE_VERSION,
      policy,
      decisions: [],
      stateless: null,
      verdict: 'faulty',
      score: 0,
      parts: NOTHING,
      stages: [],
      faults: [{ scenario: null, stage: 'load', ...fault }],
      worst: null,
      heldOut: null,
    },
    null,
  );
}

/** With the files' names alone: where they lie is another thing on every machine. */
const named = ({ problems }: InputError): string =>
  new InputError(
    problems.map(({ file, ...rest }) => (file === undefined ? rest : { ...rest, file: file.split(/[/\\]/).at(-1)! })),
  ).message;

/** What a policy failed with before it was asked anything. @throws what is no failure of its own */
export function loadFault(error: unknown): Pick<JudgedFault, 'fault' | 'detail'> {
  if (error instanceof PolicyError) return { fault: error.fault === 'time' ? 'time' : 'start', detail: error.message };
  if (error instanceof InputError) return { fault: 'interface', detail: named(error) };
  throw error;
}

/** Judges it from the cheapest stage on. */
export async function judgeAll(question: JudgeQuestion, crew: JudgeCrew): Promise<JudgeResult> {
  try {
    return await judgeStages(question, crew);
  } catch (error) {
    // the bound's runs ask it nothing: it failed where it is loaded once more
    if (!(error instanceof FailedError)) throw error;
    return unfit(question.entry.label, loadFault(error.cause));
  }
}

async function judgeStages(question: JudgeQuestion, crew: JudgeCrew): Promise<JudgeResult> {
  const { entry, scenarios, replications, floor = 0, straight = false } = question;
  const judging = new Judging(question, crew);
  const quick = quickened(scenarios);
  let suite: SuiteResult | null = null;
  let [ended, incomplete] = [false, false];
  if (!straight) {
    const result = await judging.set('quick', quick, 1);
    incomplete = result.incomplete === true;
    if (!incomplete) await judging.repeated(result, quick);
    ended = incomplete || judging.faults.length > 0 || judging.stages[0]!.score < floor;
  }
  if (!ended) {
    suite = await judging.set('suite', scenarios, replications);
    incomplete = suite.incomplete === true;
  }
  const { faults, stages } = judging;
  const last = stages.at(-1);
  const failedEarly = suite === null && faults.length > 0;
  const worst = incomplete ? null : await judging.worst(suite === null ? quick : scenarios);
  if (!incomplete && suite !== null && question.heldOut !== undefined) await judging.held(question.heldOut);
  const found: Omit<JudgeResult, 'sha256' | 'suite'> = {
    judge: JUDGE_VERSION,
    policy: entry.label,
    decisions: question.decisions === null ? null : [...question.decisions],
    stateless: question.stateless ?? null,
    verdict: faults.length > 0 ? 'faulty' : suite === null ? 'below-floor' : 'scored',
    score: failedEarly || last === undefined ? 0 : last.score,
    parts: failedEarly || last === undefined ? NOTHING : last.parts,
    stages,
    faults,
    worst: worst?.window ?? null,
    heldOut: stages.find(({ stage }) => stage === 'held-out')?.score ?? null,
  };
  const unasked = (question.decisions ?? []).filter((name) => !SUITE_ASKS.includes(name));
  return {
    ...told(found, suite),
    ...(unasked.length > 0 ? { unasked } : {}),
    ...(question.strips === true && worst !== null ? { strips: worst.strips } : {}),
    ...(incomplete ? { incomplete: true as const } : {}),
  };
}
