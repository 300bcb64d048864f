// The core's histograms, read where they lie: the core itself counts and looks for ranks, so that nothing is copied.

import * as L from '../../assembly/layout.js';
import { Histogram, bucketIndex, type Samples, type Totals } from '../metrics/histogram.js';
import { wordAt } from './words.js';

interface HistogramExports {
  histogramCount(at: number, bits: number): number;
  histogramOctaves(): number;
  histogramFrom(at: number, bits: number, bucket: number): number;
  histogramBucket(at: number, bits: number, octave: number, rank: number): number;
}

/** A histogram's header as the core keeps it: the least value as its complement, so that zeroed memory is an empty one. */
interface CoreTotals {
  sum: bigint;
  squares: bigint;
  least: bigint;
  max: bigint;
}

type Rounded = Pick<Totals, 'count' | 'sum' | 'sumSquares' | 'min' | 'max'>;

function rounded(count: number, { sum, squares, least, max }: CoreTotals): Rounded {
  const min = count === 0 ? 0 : Number(BigInt.asUintN(64, ~least));
  return { count, sum: Number(sum), sumSquares: Number(squares), min, max: Number(max) };
}

export class CoreHistograms {
  private readonly core: HistogramExports;
  /** Of all memory, as long as it does not grow. */
  private words = new Uint32Array(0);
  private numbers = new Float64Array(0);

  constructor(
    exports: WebAssembly.Exports,
    private readonly memory: WebAssembly.Memory,
  ) {
    this.core = exports as unknown as HistogramExports;
  }

  /** Samples surely above `value`: those of the buckets that begin above it. */
  above(at: number, subBucketBits: number, value: number): number {
    const bucket = bucketIndex(Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER), subBucketBits) + 1;
    return this.core.histogramFrom(at, subBucketBits, bucket);
  }

  /** One histogram as it stands; the core itself counts and looks for ranks, between least and greatest. */
  samples(at: number, subBucketBits: number, scale: number): Totals & Samples {
    const { core } = this;
    const count = core.histogramCount(at, subBucketBits);
    const octaves = this.octaves(count);
    const bucketOfRank = (rank: number): number => {
      let octave = 0;
      let left = rank;
      for (; left > octaves[octave]!; octave++) left -= octaves[octave]!;
      return core.histogramBucket(at, subBucketBits, octave, left);
    };
    const { sum, sumSquares, min, max } = this.roundedAt(count, at);
    return { count, sum, sumSquares, min, max, subBucketBits, scale, bucketOfRank };
  }

  /** Several put together here, where sums are still the core's integers: the same bits as if one had counted all. */
  merged(places: readonly number[], subBucketBits: number): Histogram {
    const used = places.filter((at) => this.core.histogramCount(at, subBucketBits) > 0);
    const most = Math.max(0, ...used.map((at) => Number(this.totals(at).max)));
    const counts = new Float64Array(bucketIndex(most, subBucketBits) + 1);
    const all: CoreTotals = { sum: 0n, squares: 0n, least: 0n, max: 0n };
    let count = 0;
    for (const at of used) {
      count += this.core.histogramCount(at, subBucketBits);
      this.addCounters(at, subBucketBits, counts);
      const { sum, squares, least, max } = this.totals(at);
      all.sum += sum;
      all.squares += squares;
      if (least > all.least) all.least = least;
      if (max > all.max) all.max = max;
    }
    return Histogram.fromRaw({ ...rounded(count, all), counts, subBucketBits, scale: 1 });
  }

  /** In halves of 32 bits, and only between least and greatest: most counters are 0, and a BigInt of each takes longer than many a run. */
  private addCounters(at: number, subBucketBits: number, counts: Float64Array): void {
    const { least, max } = this.totals(at);
    const from = bucketIndex(Number(BigInt.asUintN(64, ~least)), subBucketBits);
    const halves = new Uint32Array(this.memory.buffer, at + 8 * L.HISTOGRAM_COUNTERS, 2 * counts.length);
    for (let index = from, to = bucketIndex(Number(max), subBucketBits); index <= to; index++)
      counts[index]! += wordAt(halves, 2 * index);
  }

  private look(): void {
    const { buffer } = this.memory;
    if (this.words.buffer === buffer) return;
    this.words = new Uint32Array(buffer);
    this.numbers = new Float64Array(buffer);
  }

  /** How many of the `count` that were counted last are in each octave, up to the last. A list: one more typed array takes longer. */
  private octaves(count: number): number[] {
    this.look();
    const octaves: number[] = [];
    for (let at = this.core.histogramOctaves() / 8, left = count; left > 0; at++) {
      const here = this.numbers[at]!;
      octaves.push(here);
      left -= here;
    }
    return octaves;
  }

  /** `rounded(totals)`: halves of 32 bits round as a BigInt does, where there are no more than 64 bits. */
  private roundedAt(count: number, at: number): Rounded {
    this.look();
    const { words } = this;
    const from = at / 4;
    const whole = (word: number): number => wordAt(words, from + 2 * word);
    if (whole(L.HISTOGRAM_SUM_HI) > 0 || whole(L.HISTOGRAM_SQUARES_HI) > 0) return rounded(count, this.totals(at));
    const least = from + 2 * L.HISTOGRAM_MIN;
    const min = (~words[least]! >>> 0) + (~words[least + 1]! >>> 0) * 2 ** 32;
    return {
      count,
      sum: whole(L.HISTOGRAM_SUM),
      sumSquares: whole(L.HISTOGRAM_SQUARES_LO),
      min: count === 0 ? 0 : min,
      max: whole(L.HISTOGRAM_MAX),
    };
  }

  private totals(at: number): CoreTotals {
    const header = new BigUint64Array(this.memory.buffer, at, L.HISTOGRAM_COUNTERS);
    return {
      sum: (header[L.HISTOGRAM_SUM_HI]! << 64n) | header[L.HISTOGRAM_SUM]!,
      squares: (header[L.HISTOGRAM_SQUARES_HI]! << 64n) | header[L.HISTOGRAM_SQUARES_LO]!,
      least: header[L.HISTOGRAM_MIN]!,
      max: header[L.HISTOGRAM_MAX]!,
    };
  }
}
