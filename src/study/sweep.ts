// A sweep: one scenario at many points, under each mechanism, with several seeds. The seeds are the same everywhere, so arrivals and
// service times are too, and what differs is the point's and the mechanism's. A point that makes no scenario is a row with the
// reason. What a row says, `run` with the row's `set` prints.

import type { Resample } from '../metrics/confidence.js';
import type { Interval } from '../metrics/figures.js';
import type { Few } from '../metrics/support.js';
import { LimitError } from '../core/errors.js';
import { InputError, show } from '../input/errors.js';
import { confidenceOf, replicationOf, samplingOf } from '../result/replications.js';
import type { Replication, Result, Warning } from '../result/result.js';
import { type Tail, tailsOf } from '../result/tails.js';
import type { Scenario } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import { type Axis, type Point, gridOf, latinOf, pointValue } from './axes.js';
import { arrivalFields, factorFor, measuredCores, offeredCores } from './load.js';
import { Doubts } from './doubts.js';
import { isWhole, type Shard, shardText, shareOf, WHOLE } from './engine.js';
import { type Crew, LostRunError } from './runs.js';
import { bare, noSample, sameTrace, seeded } from './study.js';
import { type Variant, mechanismFields } from './variant.js';

/** A figure over the replications of a row. */
export type SweepFigure = Pick<Interval, 'mean' | 'low' | 'high' | 'stddev'>;

/** One point under one mechanism. */
export interface SweepRow {
  /** By path: the value, a plain number as such. */
  point: Record<string, number | string>;
  /** As it was asked for: `hyperflux:signal=oldest`. */
  mechanism: string;
  /** Runs behind the figures. */
  replications: number;
  /** Of the headline figures of `run --replications`, by path: mean and 95 % interval. */
  figures: Record<string, SweepFigure>;
  /** For `--set`: what makes this row's scenario of the one that was given. */
  set: string[];
  /** What speaks against trusting the figures (docs/trust.md): of any replication, one of each code and field, in the words of the first. */
  warnings: Warning[];
  /**
   * Of quantiles with too few requests behind them in some replication, by the path of the figure: `few` leave them without an
   * upper limit, with `none` not one request lies beyond. Absent where all have enough.
   */
  support?: Record<string, 'few' | 'none'>;
  /**
   * Of quantiles that fewer than ten requests lie beyond in some replication, by path, `api.slo` for that of a VM's SLO: the fewest
   * that stand behind it in any. Absent where all have enough.
   */
  few?: Record<string, Few>;
  /** Where a precision was asked for: whether the intervals became so narrow, of quantiles that enough requests stand behind in each run. */
  reached?: boolean;
  /** Present where it was interrupted: fewer seeds than were asked for, all of which have ended. */
  incomplete?: true;
  /** Why the point makes no scenario, or no figures. */
  refused?: string;
  /** Present where it is a scenario, and nobody could simulate it: whoever tried died, or did not come back. */
  failed?: true;
  /** By VM: how long a share of the requests took at least, with the scenario's seed; where a report is asked for. */
  tails?: Record<string, Tail>;
}

/** Every row, in the order of points and mechanisms. */
export interface SweepResult {
  /** What was varied. */
  axes: {
    /** The field, or `load`. */
    path: string;
    /** In the order asked for; plain numbers as such. */
    values: (number | string)[];
  }[];
  /** A row each point and mechanism. */
  rows: SweepRow[];
  /** The SLOs that hold at every point: of VMs that state one which no axis changes. */
  slos?: {
    /** Its name, as in the figures' paths. */
    vm: string;
    /** Share of the requests that was to be no slower, 0 to 1. */
    quantile: number;
    /** Than this, in ns. */
    targetNs: number;
  }[];
  /** Present where rows are missing: it was interrupted, or is one part of several. */
  incomplete?: true;
  /** Present where it is one part of several, in words: `part 2 of 3`. */
  part?: string;
}

/** Runs of a row go on until an interval is so narrow. */
export interface Until {
  /** A latency: `p99`, of every VM with an SLO, or of all where none has one. */
  readonly figure: 'mean' | 'p50' | 'p90' | 'p99' | 'p999';
  /** Half of the interval over the mean. */
  readonly share: number;
}

/** What is asked of a sweep. */
export interface SweepQuestion {
  readonly axes: readonly Axis[];
  /** Points of a Latin hypercube in place of the grid. */
  readonly latin?: number | undefined;
  readonly variants: readonly Variant[];
  /** Seeds of each row; with `until` the most. */
  readonly replications: number;
  readonly until?: Until | undefined;
}

/** Seeds that `until` may take where nobody says. */
export const UNTIL_REPLICATIONS = 64;

/** Fewer agree by chance too often to stop by. */
const LEAST_FOR_UNTIL = 4;

/** @throws InputError for what is no precision */
export function parseUntil(text: string): Until {
  const match = /^(mean|p50|p90|p99|p999)\s*(?:±|\+-|\+\/-)\s*(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const share = Number(match?.[2]) / 100;
  if (match === null || !(share > 0))
    throw new InputError({
      path: '--until',
      given: show(text),
      expected: 'mean, p50, p90, p99 or p999 with a share of it, as in p99±2% (or p99+-2%)',
    });
  return { figure: match[1] as Until['figure'], share };
}

/**
 * Whether the intervals of the figures that `until` is about are narrow enough. Intervals of quantiles that too few requests stand
 * behind say how the greatest values scatter, and are never: `hopeless`, where it is so in every run, no number of seeds helps.
 */
function narrowness(
  replications: readonly Replication[],
  scenario: Scenario,
  { figure, share }: Until,
  sampling: Resample | null | undefined,
  poor: ReadonlyMap<string, number>,
): 'narrow' | 'wide' | 'hopeless' {
  if (replications.length < LEAST_FOR_UNTIL) return 'wide';
  const { figures } = confidenceOf(replications, sampling);
  const anySlo = scenario.vms.some((vm) => vm.slo !== undefined);
  const paths = Object.keys(figures).filter((path) => path.endsWith(`.latencyNs.${figure}`));
  const asked = paths.filter((path) => {
    const name = path.slice(0, path.indexOf('.'));
    const group = scenario.vms.find((vm) => vm.name === name || name.startsWith(`${vm.name}-`));
    return !anySlo || group?.slo !== undefined;
  });
  if (asked.some((path) => poor.get(path) === replications.length)) return 'hopeless';
  const isNarrow = asked.every((path) => {
    const { mean, low, high } = figures[path]!;
    if (poor.has(path)) return false;
    return mean === null || low === null || high === null ? mean === null : (high - low) / 2 <= share * Math.abs(mean);
  });
  return isNarrow ? 'narrow' : 'wide';
}

/** What is asked for with `until` would never come. */
const noIntervals = (): InputError =>
  new InputError({
    path: '--until',
    given: 'a trace whose replications are no sample of other days',
    expected: 'arrivals with resample, and ten blocks or more (docs/trust.md)',
  });

/** The SLOs that hold at every point; absent where there is none. */
function slosOf({ vms }: Scenario, axes: readonly Axis[]): Pick<SweepResult, 'slos'> {
  if (axes.some(({ path }) => /(^|\.)slo(\.|$)/.test(path))) return {};
  const slos = vms.flatMap(({ name, count, slo }) => {
    if (slo === undefined) return [];
    const names = count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}-${i}`);
    return names.map((vm) => ({ vm, quantile: slo.quantile, targetNs: slo.latencyNs }));
  });
  return slos.length === 0 ? {} : { slos };
}

/** The scenario of a point under a mechanism, and what `--set` must say for it. */
async function scenarioAt(
  base: Scenario,
  axes: readonly Axis[],
  point: Point,
  variant: Variant,
  crew: Crew,
  row: number,
): Promise<{ scenario: Scenario; set: string[] } | null> {
  const fields = axes.flatMap(({ path }, i) => (path === 'load' ? [] : [`${path}=${point[i]!}`]));
  const set = [...mechanismFields(variant, base), ...fields];
  const scenario = withFields(base, set);
  const at = axes.findIndex(({ path }) => path === 'load');
  if (at < 0) return { scenario, set };
  let offered = offeredCores(scenario);
  if (offered === undefined) {
    // what a trace brings depends neither on the mechanism nor on the host
    const ideal = bare(withFields(scenario, scenario.mechanism.kind === 'ideal' ? [] : ['mechanism=ideal']));
    const result = await crew.run(ideal, 'the load of the trace', { row, replication: null });
    if (result === null) return null;
    offered = measuredCores(result);
  }
  const scaled = arrivalFields(scenario, factorFor(Number(point[at]!), offered, scenario));
  return { scenario: withFields(scenario, scaled), set: [...set, ...scaled] };
}

const pointsOf = (base: Scenario, { axes, latin }: SweepQuestion): Point[] =>
  latin === undefined ? gridOf(axes) : latinOf(axes, latin, base.seed);

/** The first, the middle and the last point under each mechanism, each for a third of the points. */
export async function pilotsOf(
  base: Scenario,
  question: SweepQuestion,
  crew: Crew,
): Promise<{ scenario: Scenario; runs: number }[]> {
  const points = pointsOf(base, question);
  const some = [...new Set([0, Math.floor(points.length / 2), points.length - 1])];
  const plans: { scenario: Scenario; runs: number }[] = [];
  for (const [i, at] of some.entries()) {
    const share = Math.floor((points.length + i) / some.length); // they add up to all points
    for (const variant of question.variants) {
      const made = await scenarioAt(base, question.axes, points[at]!, variant, crew, at).catch((error: unknown) => {
        if (error instanceof InputError) return null; // a row with its reason, which costs nothing
        throw error;
      });
      if (made !== null) plans.push({ scenario: bare(made.scenario), runs: share * question.replications });
    }
  }
  return plans;
}

/** @throws InputError for mechanisms that are varied beside others that are listed: which of them a row has could not be said */
function checkMechanismAxis(base: Scenario, { axes, variants }: SweepQuestion): void {
  const listed = variants.length > 1 || variants[0]?.label !== base.mechanism.kind;
  if (!listed || !axes.some(({ path }) => path === 'mechanism')) return;
  const given = `mechanism beside ${variants.map(({ label }) => label).join(', ')}`;
  throw new InputError({
    path: '--vary',
    given,
    expected: 'mechanisms in one place: --mechanisms A,B,... lists them all',
  });
}

/** A scenario that could not be simulated to its end. */
const unanswered = (error: LimitError | LostRunError): Pick<SweepRow, 'refused' | 'failed'> => ({
  refused: error.message,
  ...(error instanceof LostRunError ? { failed: true as const } : {}),
});

/** What a row is of. */
export type SweepPlace = Pick<SweepRow, 'point' | 'mechanism'>;

const placeOf = (axes: readonly Axis[], point: Point, { label }: Variant): SweepPlace => ({
  point: Object.fromEntries(axes.map(({ path }, i) => [path, pointValue(point[i]!)])),
  mechanism: axes.reduce((found, { path }, i) => (path === 'mechanism' ? point[i]! : found), label),
});

/** Of every row that there is to make, by its number. */
export const placesOf = (base: Scenario, question: SweepQuestion): SweepPlace[] =>
  pointsOf(base, question).flatMap((point) =>
    question.variants.map((variant) => placeOf(question.axes, point, variant)),
  );

/** `shard`: a part of the rows alone. @throws InputError where no point makes a scenario, with the reason of the first */
export async function sweepAll(
  base: Scenario,
  question: SweepQuestion,
  crew: Crew,
  shard: Shard = WHOLE,
): Promise<SweepResult> {
  const { axes, latin, variants, replications, until } = question;
  checkMechanismAxis(base, question);
  const points = pointsOf(base, question);
  const all = points.flatMap((point) => variants.map((variant) => ({ point, variant })));
  const jobs = shareOf(
    all.map((job, row) => ({ ...job, row })),
    shard,
  );
  const rows: (SweepRow | undefined)[] = jobs.map(() => undefined);
  const values = (i: number) =>
    (latin === undefined ? axes[i]!.values : points.map((point) => point[i]!)).map(pointValue);
  let next = 0;
  let done = 0;
  let interrupted = false;
  let firstRefusal: InputError | undefined;
  let refusals = 0;

  // the crew may grow while it is at work
  let hands = 0;
  let [end, fail]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const ended = new Promise<void>((resolve, reject) => ([end, fail] = [resolve, reject]));
  const takeOn = (): void => {
    while (hands < Math.max(1, crew.width) && next < jobs.length && !interrupted) {
      hands++;
      void hand()
        .then(() => --hands === 0 && end())
        .catch(fail);
    }
    if (hands === 0) end();
  };

  const rowOf = async ({ point, variant, row: at }: (typeof jobs)[number]): Promise<SweepRow | undefined> => {
    const row: SweepRow = {
      ...placeOf(axes, point, variant),
      replications: 0,
      figures: {},
      set: [],
      warnings: [],
    };
    let made: Awaited<ReturnType<typeof scenarioAt>>;
    try {
      made = await scenarioAt(base, axes, point, variant, crew, at);
    } catch (error) {
      if (error instanceof LimitError || error instanceof LostRunError) return { ...row, ...unanswered(error) };
      if (!(error instanceof InputError)) throw error;
      firstRefusal ??= error;
      refusals += 1;
      const { path, given, expected } = error.problems[0]!;
      return { ...row, refused: `${path === '' ? '' : `${path}: `}given ${given}, expected ${expected}` };
    }
    if (made === null) return undefined;
    const runs: Replication[] = [];
    const doubts = new Doubts();
    let sampling: ReturnType<typeof samplingOf>;
    for (let r = 0; r < replications; r++) {
      const name = Object.entries(row.point)
        .map(([path, value]) => `${path}=${value}`)
        .join(' ');
      let result: Result | null;
      try {
        const place = { row: at, replication: r };
        result = await crew.run(seeded(bare(made.scenario), r), `${variant.label} ${name}`, place);
        takeOn();
      } catch (error) {
        if (error instanceof LimitError || error instanceof LostRunError)
          return { ...row, set: made.set, ...unanswered(error) };
        throw error;
      }
      if (result === null) {
        if (runs.length === 0) return undefined;
        row.incomplete = true;
        break;
      }
      if (r === 0) sampling = samplingOf(result, sameTrace(made.scenario));
      if (until !== undefined && sampling === null) {
        refusals += 1;
        firstRefusal ??= noIntervals();
        return { ...row, set: made.set, refused: noIntervals().message };
      }
      if (r === 0) row.tails = tailsOf(result);
      runs.push(replicationOf(result, r));
      doubts.addRun(result);
      if (r === 1) doubts.add(noSample(made.scenario, result));
      if (until === undefined) continue;
      const width = narrowness(runs, made.scenario, until, sampling, doubts.poorIn);
      row.reached = width === 'narrow';
      if (width !== 'wide') break;
    }
    const figures = Object.entries(confidenceOf(runs, sampling).figures).map(
      ([path, { mean, low, high, stddev }]) => [path, { mean, low, high, stddev }] as const,
    );
    if (Object.keys(row.tails ?? {}).length === 0) delete row.tails;
    return { ...row, replications: runs.length, figures: Object.fromEntries(figures), set: made.set, ...doubts.told };
  };

  const hand = async (): Promise<void> => {
    while (next < jobs.length && !interrupted) {
      const index = next++;
      const row = await rowOf(jobs[index]!);
      if (row === undefined || row.incomplete === true) interrupted = true;
      rows[index] = row;
      crew.onRows?.(++done, jobs.length);
    }
  };
  takeOn();
  await ended;
  const finished = rows.filter((row) => row !== undefined);
  // refused everywhere is a mistake in the question, not an answer
  if (firstRefusal !== undefined && refusals === all.length) throw firstRefusal;
  return {
    axes: axes.map(({ path }, i) => ({ path, values: values(i) })),
    rows: finished,
    ...slosOf(base, axes),
    ...(finished.length < all.length || finished.some((row) => row.incomplete === true)
      ? { incomplete: true as const }
      : {}),
    ...(isWhole(shard) ? {} : { part: shardText(shard) }),
  };
}
