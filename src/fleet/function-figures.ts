// Sums of functions to the result's figures, with intervals where hosts were sampled.

import { SERVED_TIERS } from '../lifecycle/counters.js';
import type { Distribution } from '../metrics/figures.js';
import { FUNCTION_COUNTS, type FunctionCount, type FunctionSums } from './function-row.js';
import type { Estimate, FunctionsResult } from './result.js';
import { countOf, isWhole, quantileOf, ratioOf, type SampledStratum, shareOf, type Sum, sumOf } from './survey.js';
import { answeredOf, distributionOfWeighted, type Tally, weighted, type WeightedLatencies } from './tally.js';

const GIB = 2 ** 30;
/** Tiers for which an instance was made. */
export const COLD = ['restore', 'vm', 'full'] as const;

/** What hosts tell; how many functions there are is known before. */
export type FunctionFigures = Omit<FunctionsResult, 'functions' | 'hosts' | 'requests' | 'nowhere'>;

export interface FunctionStratum extends SampledStratum<FunctionSums> {
  readonly weight: number;
}

const sumOver = (of: (name: FunctionCount) => number, names: readonly FunctionCount[]): number =>
  names.reduce((sum, name) => sum + of(name), 0);

/**
 * @param known requests of all hosts, where hosts were sampled: every sum is estimated as (sum / requests of the sample) × them
 *   (ratio estimator), so that a sample of hosts that are called more often than others says no more of them than of the others
 */
export function functionFigures(
  strata: readonly FunctionStratum[],
  isSampled: boolean,
  known?: number,
): FunctionFigures {
  const parts = strata.flatMap(({ weight, groups }) => groups.map(({ sums }) => ({ sums, weight })));
  const requests = weighted(
    FUNCTION_COUNTS,
    parts.map(({ sums, weight }) => ({ sums: sums?.requests, weight })),
  );
  const starts = weighted<never>(
    [],
    parts.map(({ sums, weight }) => ({ sums: sums?.starts, weight })),
  );
  const { counts } = requests;
  const factor = known === undefined || counts.arrived === 0 ? 1 : known / counts.arrived;
  const told = (name: FunctionCount): number => Math.round(factor * counts[name]);
  const times = (of: WeightedLatencies): Distribution => {
    const one = distributionOfWeighted(of, !isSampled);
    return factor === 1 ? one : { ...one, count: Math.round(factor * answeredOf(of)) };
  };
  const served = sumOver((name) => counts[name], SERVED_TIERS);
  const cold = sumOver((name) => counts[name], COLD);
  return {
    arrived: known ?? told('arrived'),
    carried: told('carried'),
    served: Object.fromEntries(SERVED_TIERS.map((tier) => [tier, told(tier)])) as FunctionFigures['served'],
    coldStartRate: served === 0 ? null : cold / served,
    dropped: told('dropped'),
    timedOut: told('timedOut'),
    inFlight: told('inFlight'),
    underWay: told('underWay'),
    completed: told('completed'),
    evictions: told('evictions'),
    expirations: told('expirations'),
    starts: told('starts'),
    startNs: times(starts),
    latencyNs: times(requests),
    warmGibSecondsPer1000: served === 0 ? null : ((counts.warmByteSeconds / GIB) * 1000) / served,
    usedMaxBytes: parts.reduce((most, { sums }) => Math.max(most, sums?.usedMaxBytes ?? 0), 0),
    ...(isSampled && served > 0 && !strata.every(isWhole)
      ? { confidence: intervals(strata, { counts, starts, requests }, known) }
      : {}),
  };
}

interface Whole {
  readonly counts: Readonly<Record<FunctionCount, number>>;
  readonly starts: WeightedLatencies;
  readonly requests: WeightedLatencies;
}

/** Sums that are estimated. */
const SUMS = ['completed', 'evictions', 'expirations', 'starts', 'dropped', 'timedOut'] as const;

/** A share of very many requests of hosts that differ: symmetric as a sum's is, and Wilson's where that has no width. */
function coldShare(...of: Parameters<typeof shareOf<FunctionSums>>): Estimate {
  const { estimate, low, high } = ratioOf(...of);
  return low === high ? shareOf(...of) : { estimate, low, high: Math.min(1, high!) };
}

function intervals(
  strata: readonly FunctionStratum[],
  { counts, starts, requests }: Whole,
  known: number | undefined,
): Record<string, Estimate> {
  const count = (...names: readonly FunctionCount[]): Sum<FunctionSums> => ({
    sum: sumOver((name) => counts[name], names),
    of: ({ requests: own }) => sumOver((name) => own.counts.get(name)!, names),
  });
  const times = (which: 'starts' | 'latency', whole: WeightedLatencies): Record<string, Estimate> => {
    const name = which === 'starts' ? 'startNs' : 'latencyNs';
    const ofKind = ({ starts: first, requests: last }: FunctionSums): Tally<never> =>
      which === 'starts' ? first : (last as unknown as Tally<never>);
    if (whole.buckets.length === 0) return {};
    const of: SampledStratum<Tally<never>>[] = strata.map((stratum) => ({
      of: stratum.of,
      groups: stratum.groups.map(({ hosts, sums }) => ({ hosts, sums: sums === undefined ? sums : ofKind(sums) })),
    }));
    const { p50, p99, p999 } = distributionOfWeighted(whole, false);
    const nanoseconds: Sum<Tally<never>> = { sum: whole.sum, of: ({ sum }) => Number(sum) };
    return {
      [`${name}.mean`]: ratioOf(of, nanoseconds, { sum: answeredOf(whole), of: countOf }),
      [`${name}.p50`]: quantileOf(of, whole, 0.5, p50!),
      [`${name}.p99`]: quantileOf(of, whole, 0.99, p99!),
      [`${name}.p999`]: quantileOf(of, whole, 0.999, p999!),
    };
  };
  const factor = known === undefined || counts.arrived === 0 ? 1 : known / counts.arrived;
  // what of a host is not as its requests say
  const total = (name: FunctionCount): Estimate => {
    const share = known === undefined ? 0 : counts[name] / counts.arrived;
    const of = ({ requests: { counts: own } }: FunctionSums): number =>
      factor * (own.get(name)! - share * own.get('arrived')!);
    return sumOf(strata, { sum: factor * counts[name], of });
  };
  return {
    ...(known === undefined ? { arrived: total('arrived') } : {}),
    ...Object.fromEntries(SUMS.map((name) => [name, total(name)])),
    coldStartRate: coldShare(strata, count(...COLD), count(...SERVED_TIERS)),
    warmGibSecondsPer1000: ratioOf(
      strata,
      {
        sum: (counts.warmByteSeconds / GIB) * 1000,
        of: ({ requests: own }) => (own.counts.get('warmByteSeconds')! / GIB) * 1000,
      },
      count(...SERVED_TIERS),
    ),
    ...times('starts', starts),
    ...times('latency', requests),
  };
}
