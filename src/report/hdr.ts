// Latencies as files: the distribution function as CSV, and a histogram log of version 1.3 (G. Tene's HdrHistogram) with one V2
// histogram a VM, which HistogramLogAnalyzer, HistogramLogProcessor and the libraries of many languages read.
// Both have the same layout of buckets, so that a bucket goes over as it is, by its middle, into one at least as narrow.

import { having } from '../input/argument.js';
import { NS_PER_SECOND } from '../metrics/counters.js';
import type { Buckets } from '../metrics/figures.js';
import { bucketBounds, bucketIndex } from '../metrics/histogram.js';
import type { Result, VmResult } from '../result/result.js';
import { csvText } from './series.js';

/** What a file of --out holds. */
export interface LatencyFile {
  /** `cdf.csv` or `latency.hlog`. */
  readonly name: string;
  /** All of it. */
  readonly text: string;
}

type Bucketed = VmResult & { readonly latencyNs: { readonly histogram: Buckets } };

const bucketed = (vm: VmResult): vm is Bucketed => vm.latencyNs.histogram !== undefined;

/** VMs that share a distribution stand under their group's name. */
const nameOf = (vm: VmResult): string => vm.latencyShared ?? vm.name;

/** What a histogram is of. */
type Owner = 'VM' | 'class' | 'VM of a row';

/** `vm,latencyNs,share`: of the requests completed, how many took no longer. */
function cdfText(vms: readonly Bucketed[], of: Owner): string {
  const rows = vms.flatMap((vm) => {
    const { upTo, count } = vm.latencyNs.histogram;
    let seen = 0;
    return upTo.map((latencyNs, i) => {
      seen += count[i]!;
      return [nameOf(vm), latencyNs, seen / vm.latencyNs.count];
    });
  });
  return [...csvText([of.toLowerCase(), 'latencyNs', 'share'], rows)].join('');
}

/** log2 of half the sub-buckets of a power of two, by significant digits: HdrHistogram keeps 2 × 10^digits steps apart. */
const HALF_BITS: readonly (readonly [digits: number, bits: number])[] = [
  [1, 4],
  [2, 7],
  [3, 10],
  [4, 14],
  [5, 17],
];

const V2_COOKIE = 0x1c849303 | 0x10;
const V2_COMPRESSED_COOKIE = 0x1c849304 | 0x10;
const HEADER_BYTES = 40;

/** Big-endian bytes. */
class Bytes {
  readonly all: number[] = [];

  int32(value: number): void {
    for (const shift of [24, 16, 8, 0]) this.all.push((value >>> shift) & 0xff);
  }

  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value % 2 ** 32);
  }

  float64(value: number): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    for (let i = 0; i < 8; i++) this.all.push(view.getUint8(i));
  }

  /** ZigZag, then seven bits a byte from the lowest up, the ninth byte whole. Counts are below 2^53. */
  varint(value: number): void {
    let rest = value >= 0 ? 2 * value : -2 * value - 1;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.all.push((rest % 0x80) | 0x80);
    this.all.push(rest);
  }
}

/** Our buckets by their middles, the least and the greatest value by themselves, as counts of HdrHistogram's. */
function countsOf({ upTo, count }: Buckets, min: number, bits: number, ours: number): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (value: number, times: number): void => {
    const index = bucketIndex(value, bits);
    counts.set(index, (counts.get(index) ?? 0) + times);
  };
  const most = upTo.at(-1) ?? 0;
  upTo.forEach((value, i) => {
    const { low, high } = bucketBounds(bucketIndex(value, ours), ours);
    let left = count[i]!;
    if (i === 0) {
      add(min, 1);
      left -= 1;
    }
    if (i === upTo.length - 1 && left > 0) {
      add(most, 1);
      left -= 1;
    }
    if (left > 0) add(Math.min(Math.max(low + Math.floor((high - low) / 2), min), most), left);
  });
  return counts;
}

/** An uncompressed V2 histogram. */
function v2(counts: ReadonlyMap<number, number>, digits: number, most: number): number[] {
  const payload = new Bytes();
  let at = 0;
  for (const index of [...counts.keys()].sort((a, b) => a - b)) {
    if (index > at) payload.varint(at - index);
    payload.varint(counts.get(index)!);
    at = index + 1;
  }
  const bytes = new Bytes();
  bytes.int32(V2_COOKIE);
  bytes.int32(payload.all.length);
  bytes.int32(0); // normalizing index offset
  bytes.int32(digits);
  bytes.int64(1); // lowest discernible value, ns
  bytes.int64(Math.max(most, 2)); // highest trackable value
  bytes.float64(1); // integer to double conversion
  if (bytes.all.length !== HEADER_BYTES) throw new RangeError('a V2 header has 40 bytes');
  return [...bytes.all, ...payload.all];
}

const STORED_BYTES = 65_535;

/** A zlib stream of stored blocks (RFC 1950, 1951): what a compressor writes depends on its version, this does not. */
function zlibStored(data: readonly number[]): number[] {
  const out = [0x78, 0x01];
  for (let from = 0; from < data.length; from += STORED_BYTES) {
    const block = data.slice(from, from + STORED_BYTES);
    const size = block.length;
    out.push(from + size >= data.length ? 1 : 0, size & 0xff, size >> 8, ~size & 0xff, (~size >> 8) & 0xff);
    for (const byte of block) out.push(byte);
  }
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  out.push(b >> 8, b & 0xff, a >> 8, a & 0xff);
  return out;
}

/** A histogram as HdrHistogram's logs have it: compressed V2 in base 64. */
export function encodedHistogram(buckets: Buckets, min: number, precision: number): string {
  const ours = Math.round(Math.log2(1 / precision)) - 1;
  const [digits, bits] = HALF_BITS.find(([, own]) => own >= ours) ?? HALF_BITS.at(-1)!;
  const most = buckets.upTo.at(-1) ?? 0;
  const deflated = zlibStored(v2(countsOf(buckets, min, bits, ours), digits, most));
  const bytes = new Bytes();
  bytes.int32(V2_COMPRESSED_COOKIE);
  bytes.int32(deflated.length);
  return btoa([...bytes.all, ...deflated].map((byte) => String.fromCharCode(byte)).join(''));
}

/** Seconds with three decimals, as logs have them. */
const seconds = (ns: number): string => (ns / NS_PER_SECOND).toFixed(3);

/** A line of a log. */
export interface Logged {
  /** Whose latencies. */
  readonly tag: string;
  readonly histogram: Buckets;
  readonly precision: number;
  /** In ns. */
  readonly min: number;
  readonly max: number;
  readonly fromNs: number;
  readonly lengthNs: number;
}

interface Gathered extends Omit<Logged, 'tag' | 'histogram'> {
  readonly counts: Map<number, { upTo: number; count: number }>;
}

/** Histograms of runs of one scenario with several seeds, added up by VM. */
export class SeedLatencies {
  private readonly byTag = new Map<string, Gathered>();

  add({ vms, manifest, histogram: { precision } }: Result): void {
    const told = new Set<string>();
    for (const vm of vms.filter(bucketed)) {
      const tag = nameOf(vm);
      if (told.has(tag) || vm.latencyNs.count === 0) continue; // shared ones count once
      told.add(tag);
      const { histogram, min, max } = vm.latencyNs;
      const before = this.byTag.get(tag);
      const counts = before?.counts ?? new Map<number, { upTo: number; count: number }>();
      const bits = Math.round(Math.log2(1 / precision)) - 1;
      histogram.upTo.forEach((upTo, i) => {
        const bucket = bucketIndex(upTo, bits);
        const found = counts.get(bucket) ?? { upTo: 0, count: 0 };
        counts.set(bucket, { upTo: Math.max(found.upTo, upTo), count: found.count + histogram.count[i]! });
      });
      this.byTag.set(tag, {
        precision,
        counts,
        min: Math.min(before?.min ?? Infinity, min ?? 0),
        max: Math.max(before?.max ?? 0, max ?? 0),
        fromNs: manifest.warmupNs,
        lengthNs: manifest.measuredNs,
      });
    }
  }

  /** By VM, under `prefix`. */
  logged(prefix: string): Logged[] {
    return [...this.byTag].map(([tag, { counts, ...rest }]) => {
      const buckets = [...counts].sort(([a], [b]) => a - b).map(([, bucket]) => bucket);
      const histogram = { upTo: buckets.map(({ upTo }) => upTo), count: buckets.map(({ count }) => count) };
      return { ...rest, tag: `${prefix}${tag}`, histogram };
    });
  }
}

export function logLine({ tag, histogram, precision, min, max, fromNs, lengthNs }: Logged): string {
  const encoded = encodedHistogram(histogram, min, precision);
  return `Tag=${tag},${seconds(fromNs)},${seconds(lengthNs)},${(max / 1e6).toFixed(3)},${encoded}`;
}

/** A histogram log of version 1.3. */
export function logText(program: string, of: Owner, lines: readonly string[]): string {
  return [
    `#[Latencies in ns of ${program}, one histogram a ${of}]`,
    '#[Histogram log format version 1.3]',
    '#[StartTime: 0.000 (seconds since epoch), simulated]',
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines,
    '',
  ].join('\n');
}

/** `cdf.csv` and `latency.hlog`; nothing where no histogram was asked for, or nothing completed. */
export function latencyFiles(result: Result, of: Owner = 'VM'): LatencyFile[] {
  having('result', result, ['manifest', 'vms', 'histogram'], 'the result of a run');
  const vms = result.vms.filter(bucketed).filter(({ latencyNs }) => latencyNs.count > 0);
  if (vms.length === 0) return [];
  const { manifest, histogram } = result;
  const lines = vms.map((vm) =>
    logLine({
      tag: nameOf(vm),
      histogram: vm.latencyNs.histogram,
      precision: histogram.precision,
      min: vm.latencyNs.min ?? 0,
      max: vm.latencyNs.max ?? 0,
      fromNs: manifest.warmupNs,
      lengthNs: manifest.measuredNs,
    }),
  );
  return [
    { name: 'cdf.csv', text: cdfText(vms, of) },
    { name: 'latency.hlog', text: logText(`${manifest.name} ${manifest.version}`, of, lines) },
  ];
}
