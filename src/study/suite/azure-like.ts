// Arrivals for the suite's replay: made up, with the gaps and durations of a published trace, a second of it as a microsecond.
// Both are drawn from the trace's quantiles, straight lines between them, one after the other: what is kept is how uneven
// they are (few long gaps between handfuls at once, most of the work in few requests), not what follows what, nor which function.
//
// Source of the quantiles: the first 598 rows of the Azure Functions invocation trace of 2021 (Zhang et al., "Faster and
// Cheaper Serverless Computing on Harvested Resources", SOSP 2021; CC-BY-4.0), whose gaps have a mean of 5.599 s and a squared
// coefficient of variation of 3.76, whose durations have a mean of 23.82 s. No row of it is here.

import { SplitMix64 } from '../../workload/random.js';
import { memoryHost, type TraceHost } from '../../workload/text-source.js';

/** The name by which the suite's scenario asks for it; no file of the reader's has it. */
export const AZURE_LIKE = 'fluxhost-suite-1/azure-like.csv';

/** A quantile and its value, in seconds of the trace. */
type Quantiles = readonly (readonly [quantile: number, value: number])[];

export const GAPS: Quantiles = [
  [0, 0],
  [0.1, 0.000197],
  [0.25, 0.00103],
  [0.5, 0.0305],
  [0.6, 0.445],
  [0.65, 0.967],
  [0.7, 1.31],
  [0.75, 3.77],
  [0.8, 8.56],
  [0.85, 16.4],
  [0.9, 25.8],
  [0.95, 33.1],
  [0.97, 35.1],
  [0.99, 40.2],
  [1, 46],
];

export const DURATIONS: Quantiles = [
  [0, 0],
  [0.1, 0.002],
  [0.25, 0.0625],
  [0.5, 0.207],
  [0.6, 0.823],
  [0.65, 1.96],
  [0.7, 4.05],
  [0.75, 28.1],
  [0.8, 34.6],
  [0.85, 40.1],
  [0.9, 50.4],
  [0.95, 127],
  [0.97, 300],
  [0.99, 353],
  [1, 405],
];

/** A second of the trace, in nanoseconds simulated. */
const SECOND_NS = 1000;
/** The suite's scenario ends after 220 ms. */
const LENGTH_NS = 230e6;
const SEED = 2021;

/** The value at a share of a distribution that is straight between its quantiles. */
function at(quantiles: Quantiles, share: number): number {
  const above = quantiles.findIndex(([quantile]) => quantile > share);
  const [from, low] = quantiles[above - 1]!;
  const [to, high] = quantiles[above]!;
  return low + ((high - low) * (share - from)) / (to - from);
}

/** Columns arrival and service, in ns. */
export function azureLikeCsv(): string {
  const random = new SplitMix64(SEED);
  const lines = ['arrival,service'];
  for (let nowNs = 0; ;) {
    nowNs += at(GAPS, random.unit()) * SECOND_NS;
    if (nowNs > LENGTH_NS) return `${lines.join('\n')}\n`;
    // A duration of nothing is no work: the shortest is a nanosecond.
    lines.push(`${Math.round(nowNs)},${Math.max(1, Math.round(at(DURATIONS, random.unit()) * SECOND_NS))}`);
  }
}

/** A host that has the suite's own file beside all others. */
export function withSuiteFiles(others: TraceHost): TraceHost {
  let own: TraceHost | undefined;
  return {
    open(path) {
      if (path !== AZURE_LIKE) return others.open(path);
      own ??= memoryHost({ [AZURE_LIKE]: azureLikeCsv() });
      return own.open(path);
    },
  };
}
