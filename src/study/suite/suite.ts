// The suite: fixed scenarios under each mechanism with several seeds, and what they come to together. `ideal` runs as well,
// since every score is against it: the same arrivals and services with cores that move at no cost. A mechanism that a scenario
// does not fit is a row with its reason, and its scores are of fewer scenarios.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { LimitError } from '../../core/errors.js';
import { InputError } from '../../input/errors.js';
import { meanInterval } from '../../metrics/confidence.js';
import { NS_PER_SECOND } from '../../metrics/counters.js';
import type { Interval } from '../../metrics/figures.js';
import type { Result } from '../../result/result.js';
import { CONFIDENCE_LEVEL } from '../../result/replications.js';
import { canonicalJson, scenarioSha256 } from '../../scenario/canonical.js';
import { withMechanism } from '../../scenario/mechanisms.js';
import type { Scenario } from '../../scenario/types.js';
import { bare, seeded } from '../study.js';
import type { Crew } from '../runs.js';
import type { Variant } from '../variant.js';
import { SUITE_VERSION, type SuiteScenario } from './scenarios.js';

/** A figure over the seeds. */
export type SuiteFigure = Pick<Interval, 'mean' | 'low' | 'high'>;

/** What a scenario comes to under a mechanism. */
export interface SuiteFigures {
  /** Of the VM that is nearest to its target or furthest beyond: latency at its SLO's quantile over the target. */
  tailOverTarget: SuiteFigure;
  /** Latency at the SLO's quantile over that under `ideal`, geometric mean over the VMs with an SLO. */
  tail: SuiteFigure;
  /** Cores held by latency-critical VMs, and by the mechanism itself, whatever they did there. */
  cores: SuiteFigure;
  /** Core time in which tasks of best-effort VMs ran, over that under `ideal`; null where it is none. */
  bestEffort: SuiteFigure;
  /** Cores that arrived at a VM, per simulated second. */
  movesPerSecond: SuiteFigure;
}

/** A scenario under a mechanism. */
export interface SuiteRow {
  /** Which scenario. */
  scenario: string;
  /** Which mechanism, as it was asked for. */
  mechanism: string;
  /** Runs in which every VM attained its SLO. */
  slo: {
    /** That many. */
    attainedIn: number;
    /** Of so many. */
    of: number;
  };
  /** By name. */
  figures: SuiteFigures | null;
  /** Of the scenario with this mechanism and the first seed, as in the manifest of `run`. */
  scenarioSha256: string;
  /** Of each seed's run. */
  fingerprints: string[];
  /** Why the mechanism does not fit. */
  refused?: string;
}

/** What a mechanism comes to over all scenarios that it fits. */
export interface SuiteScore {
  /** Which. */
  mechanism: string;
  /** From 1: by the share of runs with every SLO attained, then by `tail`. */
  rank: number;
  /** Scenarios that ran. */
  scenarios: number;
  /** Runs in which every VM attained its SLO. */
  slo: SuiteRow['slo'];
  /** Latency at the SLO's quantile over that under `ideal`, geometric mean over scenarios: 1 is the bound. */
  tail: SuiteFigure;
  /** The scenario where that is greatest. */
  worst: {
    /** Its name. */
    scenario: string;
    /** The ratio there. */
    tail: number;
  } | null;
  /** Cores held by latency-critical VMs and the mechanism, mean over scenarios. */
  cores: SuiteFigure;
  /** Best-effort work over that under `ideal`, mean over scenarios. */
  bestEffort: SuiteFigure;
  /** Cores that arrived at a VM, per simulated second, mean over scenarios. */
  movesPerSecond: SuiteFigure;
}

/** The suite's table and score cards. */
export interface SuiteResult {
  /** Of the set of scenarios: one version, one table. */
  suite: number;
  /** Runs with seeds of their own. */
  replications: number;
  /** What was run, in order. */
  scenarios: {
    /** Its name. */
    name: string;
    /** What it asks of a mechanism. */
    about: string;
  }[];
  /** A row each scenario and mechanism. */
  rows: SuiteRow[];
  /** One a mechanism, the best first. */
  scores: SuiteScore[];
  /** Of the rows, every event of every run included through their fingerprints: equal for equal tables. */
  sha256: string;
  /** Present when it was interrupted: rows that had not ended are missing, and there are no scores. */
  incomplete?: true;
}

/** A mechanism of the suite: a variant, perhaps with decisions of one's own. */
export interface SuiteEntry {
  readonly label: string;
  /** @throws InputError where it does not fit */
  scenario(base: Scenario): Scenario;
}

export interface SuiteQuestion {
  readonly scenarios: readonly SuiteScenario[];
  readonly entries: readonly SuiteEntry[];
  readonly replications: number;
}

/** Seeds of each scenario where nobody says. */
export const SUITE_REPLICATIONS = 5;

export const entryOf = ({ label, mechanism }: Variant): SuiteEntry => ({
  label,
  scenario: (base) => withMechanism(base, Object.keys(mechanism).length === 1 ? mechanism.kind : mechanism),
});

export const IDEAL = entryOf({ label: 'ideal', mechanism: { kind: 'ideal' } });

/** Which decisions are one's own. */
export interface OwnDecisions {
  readonly dispatch?: unknown;
  readonly firstVictim?: unknown;
  readonly coresWanted?: unknown;
}

/** HyperFlux whose decisions, those that are named, are one's own. */
export const policyEntry = (label: string, own: OwnDecisions): SuiteEntry => ({
  label,
  scenario(base) {
    const vms = base.vms.map((vm) => ({
      ...vm,
      ...(own.dispatch === undefined ? {} : { dispatch: 'policy' as const }),
      ...(own.firstVictim === undefined || vm.stealing === null
        ? {}
        : { stealing: { ...vm.stealing, victim: 'policy' as const } }),
    }));
    const signal = own.coresWanted === undefined ? {} : { signal: 'policy' as const };
    return withMechanism({ ...base, vms }, { kind: 'hyperflux', ...signal });
  },
});

/** One run, in the figures that scores are made of. */
interface Measured {
  readonly attained: boolean;
  /** Of each VM with an SLO: latency at its quantile, and the target. */
  readonly tails: readonly { readonly latencyNs: number; readonly targetNs: number }[];
  readonly cores: number;
  readonly bestEffortSeconds: number;
  readonly moves: number;
  readonly fingerprint: string;
}

function measured({ vms, host, reallocation, manifest }: Result): Measured {
  const seconds = manifest.measuredNs / NS_PER_SECOND;
  const judged = vms.flatMap(({ slo }) => (slo === null ? [] : [slo]));
  const held = vms
    .filter((vm) => vm.class !== 'best-effort')
    .reduce((sum, { cpuSeconds }) => sum + Object.values(cpuSeconds).reduce((all, one) => all + one, 0), 0);
  const own = host.pollCoreSeconds - (host.memoryCoreSeconds ?? 0);
  return {
    attained: judged.every(({ attained }) => attained === true),
    // Where the quantile is of requests that were not answered, the latency is at least what could be seen of it.
    tails: judged.map(({ latencyNs, targetNs }) => ({ latencyNs: latencyNs ?? manifest.measuredNs, targetNs })),
    cores: (held + own) / seconds,
    bestEffortSeconds: vms.reduce((sum, vm) => sum + (vm.class === 'best-effort' ? vm.cpuSeconds.task : 0), 0),
    moves: reallocation.count / seconds,
    fingerprint: manifest.fingerprint,
  };
}

/**
 * The n-th root of a product. Bisection to neighbouring doubles: Math.pow may differ between engines in its last bit, and two
 * people are to get the same table.
 */
export function geometricMean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const most = Math.max(...values);
  if (most <= 0) return 0;
  // Shares of the greatest, so that the product of many does not overflow; what underflows is 0 for everybody.
  const product = values.reduce((all, value) => all * (value / most), 1);
  let [low, high] = [0, 1];
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high * most;
    let power = 1;
    for (let i = 0; i < values.length; i++) power *= middle;
    if (power < product) low = middle;
    else high = middle;
  }
}

const over = (values: readonly (number | null)[]): SuiteFigure => {
  const { mean, low, high } = meanInterval(values, CONFIDENCE_LEVEL);
  return { mean, low, high };
};

/** Latencies over those of the bound, of one seed. */
const tailRatio = (run: Measured, bound: Measured): number | null =>
  geometricMean(run.tails.map(({ latencyNs }, i) => latencyNs / bound.tails[i]!.latencyNs));

const bestEffortRatio = (run: Measured, bound: Measured): number | null =>
  bound.bestEffortSeconds === 0 ? null : run.bestEffortSeconds / bound.bestEffortSeconds;

function figuresOf(runs: readonly Measured[], bounds: readonly Measured[]): SuiteFigures {
  return {
    tailOverTarget: over(
      runs.map(({ tails }) => Math.max(...tails.map(({ latencyNs, targetNs }) => latencyNs / targetNs))),
    ),
    tail: over(runs.map((run, r) => tailRatio(run, bounds[r]!))),
    cores: over(runs.map(({ cores }) => cores)),
    bestEffort: over(runs.map((run, r) => bestEffortRatio(run, bounds[r]!))),
    movesPerSecond: over(runs.map(({ moves }) => moves)),
  };
}

interface Cell {
  readonly runs: readonly Measured[];
  readonly bounds: readonly Measured[];
  readonly row: SuiteRow;
}

function cellOf(scenario: string, mechanism: string, plan: Plan, { runs, bounds }: Omit<Cell, 'row'>): Cell {
  const row: SuiteRow = {
    scenario,
    mechanism,
    slo: { attainedIn: 0, of: 0 },
    figures: null,
    scenarioSha256: plan.scenario === undefined ? '' : scenarioSha256(plan.scenario),
    fingerprints: [],
  };
  if (plan.refused !== undefined) return { runs: [], bounds: [], row: { ...row, refused: plan.refused } };
  const slo = { attainedIn: runs.filter(({ attained }) => attained).length, of: runs.length };
  const fingerprints = runs.map(({ fingerprint }) => fingerprint);
  return { runs, bounds, row: { ...row, slo, figures: figuresOf(runs, bounds), fingerprints } };
}

const average = (values: readonly (number | null)[]): number | null => meanInterval(values, CONFIDENCE_LEVEL).mean;

/** Each seed gives a score over all scenarios, and the seeds an interval of it. */
function scoreOf(mechanism: string, cells: readonly Cell[], replications: number): Omit<SuiteScore, 'rank'> {
  const ran = cells.filter(({ row }) => row.figures !== null);
  const seeds = Array.from({ length: replications }, (_, r) => r);
  const bySeed = (value: (run: Measured, bound: Measured) => number | null): (number | null)[][] =>
    seeds.map((r) => ran.map(({ runs, bounds }) => value(runs[r]!, bounds[r]!)));
  const worst = ran.reduce<SuiteScore['worst']>((found, { row }) => {
    const tail = row.figures!.tail.mean;
    return tail === null || (found !== null && found.tail >= tail) ? found : { scenario: row.scenario, tail };
  }, null);
  return {
    mechanism,
    scenarios: ran.length,
    slo: {
      attainedIn: ran.reduce((sum, { row }) => sum + row.slo.attainedIn, 0),
      of: ran.reduce((sum, { row }) => sum + row.slo.of, 0),
    },
    tail: over(bySeed(tailRatio).map((ratios) => geometricMean(ratios.filter((one) => one !== null)))),
    worst,
    cores: over(bySeed(({ cores }) => cores).map(average)),
    bestEffort: over(bySeed(bestEffortRatio).map(average)),
    movesPerSecond: over(bySeed(({ moves }) => moves).map(average)),
  };
}

const share = ({ attainedIn, of }: SuiteRow['slo']): number => (of === 0 ? -1 : attainedIn / of);

function ranked(scores: readonly Omit<SuiteScore, 'rank'>[]): SuiteScore[] {
  const ordered = [...scores].sort(
    (a, b) => share(b.slo) - share(a.slo) || (a.tail.mean ?? Infinity) - (b.tail.mean ?? Infinity),
  );
  return ordered.map((score, i) => ({ ...score, rank: i + 1 }));
}

/** A cell to be: its scenario, or why there is none. */
interface Plan {
  readonly label: string;
  /** What does not fit the bound fits nobody: that is refused as a whole. */
  readonly isBound: boolean;
  readonly scenario?: Scenario;
  refused?: string;
}

/** @throws what is no refusal, or one of the bound */
function refusalOf(error: unknown, isBound: boolean): string {
  if (isBound || !(error instanceof InputError || error instanceof LimitError)) throw error;
  if (error instanceof LimitError) return error.message;
  const { path, given, expected } = error.problems[0]!;
  return `${path === '' ? '' : `${path}: `}given ${given}, expected ${expected}`;
}

function planOf(entry: SuiteEntry, { name, scenario }: SuiteScenario): Plan {
  const isBound = entry.label === IDEAL.label;
  const plan = { label: `${name} ${entry.label}`, isBound };
  try {
    return { ...plan, scenario: entry.scenario(scenario) };
  } catch (error) {
    return { ...plan, refused: refusalOf(error, isBound) };
  }
}

/** Every run that there is to make, on as many hands as the crew has; undefined where it was interrupted. */
async function runAll(plans: readonly Plan[], replications: number, crew: Crew): Promise<Measured[][] | undefined> {
  const done: Measured[][] = plans.map(() => []);
  const jobs = plans.flatMap(({ scenario }, at) =>
    scenario === undefined ? [] : Array.from({ length: replications }, (_, r) => ({ at, r, scenario })),
  );
  let [next, ended, interrupted] = [0, 0, false];
  const hand = async (): Promise<void> => {
    while (next < jobs.length && !interrupted) {
      const { at, r, scenario } = jobs[next++]!;
      const plan = plans[at]!;
      try {
        const result = await crew.run({ ...seeded(bare(scenario), r), fingerprint: true }, plan.label);
        if (result === null) interrupted = true;
        else done[at]![r] = measured(result);
      } catch (error) {
        plan.refused ??= refusalOf(error, plan.isBound);
      }
      crew.onRows?.(++ended, jobs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(crew.width, jobs.length)) }, hand));
  return interrupted ? undefined : done;
}

/** Every scenario that there is to run, and how often. */
export const plansOf = ({ scenarios, entries, replications }: SuiteQuestion): { scenario: Scenario; runs: number }[] =>
  scenarios.flatMap((one) =>
    entries.flatMap((entry) => {
      const { scenario } = planOf(entry, one);
      return scenario === undefined ? [] : [{ scenario, runs: replications }];
    }),
  );

/** Every scenario under every mechanism. */
export async function suiteAll(question: SuiteQuestion, crew: Crew): Promise<SuiteResult> {
  const { scenarios, replications } = question;
  const entries = question.entries.some(({ label }) => label === IDEAL.label)
    ? question.entries
    : [IDEAL, ...question.entries];
  const plans = scenarios.flatMap((one) => entries.map((entry) => planOf(entry, one)));
  const result: SuiteResult = {
    suite: SUITE_VERSION,
    replications,
    scenarios: scenarios.map(({ name, about }) => ({ name, about })),
    rows: [],
    scores: [],
    sha256: '',
  };
  const done = await runAll(plans, replications, crew);
  if (done === undefined) return { ...result, incomplete: true };

  const idealAt = entries.findIndex(({ label }) => label === IDEAL.label);
  const cells = scenarios.flatMap(({ name }, s) => {
    const bounds = done[s * entries.length + idealAt]!;
    return entries.map(({ label }, e) =>
      cellOf(name, label, plans[s * entries.length + e]!, {
        runs: done[s * entries.length + e]!,
        bounds,
      }),
    );
  });
  const rows = cells.map(({ row }) => row);
  return {
    ...result,
    rows,
    scores: ranked(
      entries.map(({ label }) =>
        scoreOf(
          label,
          cells.filter(({ row }) => row.mechanism === label),
          replications,
        ),
      ),
    ),
    sha256: bytesToHex(sha256(utf8ToBytes(canonicalJson({ suite: SUITE_VERSION, replications, rows })))),
  };
}
