// Arrival, service, think and width distributions, sampled inside the core so that every machine draws the same bits.
// log, exp and pow are our own (math.ts), never the host's nor the compiler's.
// Exponential and normal: ziggurats of Marsaglia & Tsang (2000) with 256 layers; 98.9 and 98.5 % of draws take one table look and
// one comparison.

import * as L from "../layout";
import { next, unit } from "./random";
import { allocate } from "./arena";
import { exp, log, pow } from "./math";

//  ┌ 0 kind u32 ┬ 4 length u32 ┬ 8 a f64 ┬ 16 b f64 ┬ 24 c f64 ┬ 32 table usize ┬ 40 mean f64 ┐
@unmanaged
export class Distribution {
  kind: u32;
  length: u32;
  a: f64;
  b: f64;
  c: f64;
  table: usize;
  mean: f64;
}

// @ts-ignore: decorator
@inline const LAYERS: u32 = 256;
// @ts-ignore: decorator
@inline const TAIL: f64 = 7.69711747013104972; // where layer 0 ends: r of the 256-layer table
// @ts-ignore: decorator
@inline const AREA: f64 = 0.0039496598225815571993; // of each layer
// the same of the normal density e^(-x²/2) over x ≥ 0
// @ts-ignore: decorator
@inline const NORMAL_TAIL: f64 = 3.654152885361009;
// @ts-ignore: decorator
@inline const NORMAL_AREA: f64 = 0.0049286732339746554;

// @ts-ignore: decorator
@inline const TABLE: usize = 257 * 8;
const TABLES: usize = memory.data(8, 8); // where they lie: in memory, so that a snapshot carries it

/** Fills the ziggurats' tables, widths and densities of each; must run before the first draw. Costs 510 logarithms. */
export function prepareTables(): void {
  const X = allocate(TABLE * 4);
  store<usize>(TABLES, X);
  prepareExponential(X, X + TABLE);
  prepareNormal(X + 2 * TABLE, X + 3 * TABLE);
}

function prepareExponential(X: usize, Y: usize): void {
  store<f64>(X, AREA * exp(TAIL));
  store<f64>(X, TAIL, 8);
  for (let i: u32 = 2; i < LAYERS; i++) {
    const before = load<f64>(X + ((i - 1) << 3));
    store<f64>(X + (i << 3), -log(AREA / before + exp(-before)));
  }
  store<f64>(X + (LAYERS << 3), 0);
  for (let i: u32 = 0; i <= LAYERS; i++) store<f64>(Y + (i << 3), exp(-load<f64>(X + (i << 3))));
}

function prepareNormal(X: usize, Y: usize): void {
  store<f64>(X, NORMAL_AREA * exp((NORMAL_TAIL * NORMAL_TAIL) / 2));
  store<f64>(X, NORMAL_TAIL, 8);
  for (let i: u32 = 2; i < LAYERS; i++) {
    const before = load<f64>(X + ((i - 1) << 3));
    store<f64>(X + (i << 3), Math.sqrt(-2 * log(NORMAL_AREA / before + density(before))));
  }
  store<f64>(X + (LAYERS << 3), 0);
  for (let i: u32 = 0; i <= LAYERS; i++) store<f64>(Y + (i << 3), density(load<f64>(X + (i << 3))));
}

/** The normal density, 1 at 0. */
function density(x: f64): f64 {
  return exp((x * x) / -2);
}

/** Exponential with mean 1. */
// @ts-ignore: decorator
@inline
export function exponential(stream: usize): f64 {
  const bits = next(stream);
  const layer = layerOf(bits);
  const x = exponentialIn(bits, layer);
  if (x < load<f64>(layer, 8)) return x;
  return exponentialEdge(stream, <u32>bits & 255, x);
}

/** Where the width of the layer that `bits` choose lies; that of the next one, which is its rectangle's, follows. */
// @ts-ignore: decorator
@inline
export function layerOf(bits: u64): usize {
  return load<usize>(TABLES) + ((<usize>bits & 255) << 3);
}

/** What `bits` draw, if it lies in the rectangle of the layer at `layer`: it is less than what stands behind that. */
// @ts-ignore: decorator
@inline
export function exponentialIn(bits: u64, layer: usize): f64 {
  return unit(bits) * load<f64>(layer);
}

/** A draw of time as whole nanoseconds. */
// @ts-ignore: decorator
@inline
export function wholeNs(x: f64): u64 {
  return <u64>(<i64>min<f64>(x + 0.5, LONGEST));
}

// @ts-ignore: decorator
@inline
export function isExponential(d: Distribution): bool {
  return d.kind == L.DIST_EXPONENTIAL;
}

/** The 1.1 % of draws that fall outside a layer's rectangle. */
function exponentialEdge(stream: usize, first: u32, first_x: f64): f64 {
  const X = load<usize>(TABLES); // layer widths, 257 f64
  const Y = X + 257 * 8; // exp(-width)
  let base: f64 = 0;
  let i = first;
  let x = first_x;
  while (true) {
    if (i == 0) base += TAIL; // memoryless: the tail is the distribution itself, shifted
    else {
      const low = load<f64>(Y + (i << 3));
      const high = load<f64>(Y + ((i + 1) << 3));
      if (low + uniform(stream) * (high - low) < exp(-x)) return base + x;
    }
    const bits = next(stream);
    i = <u32>bits & 255;
    x = unit(bits) * load<f64>(X + (i << 3));
    if (x < load<f64>(X + ((i + 1) << 3))) return base + x;
  }
}

// Out of line for the laws that are drawn less often or cost more: each copy takes some 60 and 120 bytes of code.
function uniform(stream: usize): f64 {
  return unit(next(stream));
}
function exponentialFar(stream: usize): f64 {
  return exponential(stream);
}

/** Standard normal. Layer and number of one draw have no bit in common. */
// @ts-ignore: decorator
@inline
export function normal(stream: usize): f64 {
  const bits = next(stream);
  const layer = load<usize>(TABLES) + 2 * TABLE + ((<usize>bits & 255) << 3);
  const x = signed(bits) * load<f64>(layer);
  if (Math.abs(x) < load<f64>(layer, 8)) return x;
  return normalEdge(stream, <u32>bits & 255, x);
}

/** Uniform in [-1, 1), 53 bits. */
// @ts-ignore: decorator
@inline
function signed(bits: u64): f64 {
  return <f64>(<i64>bits >> 11) * (1.0 / 4503599627370496.0);
}

/** The 1.5 % of draws that fall outside a layer's rectangle. */
function normalEdge(stream: usize, first: u32, first_x: f64): f64 {
  const X = load<usize>(TABLES) + 2 * TABLE;
  const Y = X + TABLE;
  let i = first;
  let x = first_x;
  while (true) {
    if (i == 0) return x < 0 ? -normalTail(stream) : normalTail(stream);
    const low = load<f64>(Y + (i << 3));
    const high = load<f64>(Y + ((i + 1) << 3));
    if (low + uniform(stream) * (high - low) < density(x)) return x;
    const bits = next(stream);
    i = <u32>bits & 255;
    x = signed(bits) * load<f64>(X + (i << 3));
    if (Math.abs(x) < load<f64>(X + ((i + 1) << 3))) return x;
  }
}

/** Beyond NORMAL_TAIL, after Marsaglia (1964). */
function normalTail(stream: usize): f64 {
  while (true) {
    const x = exponentialFar(stream) / NORMAL_TAIL;
    if (2 * exponentialFar(stream) > x * x) return NORMAL_TAIL + x;
  }
}

/** ln Γ(x) for x ≥ 1, Lanczos with g = 5 and six terms: error below 2e-10. Here for Weibull's scale only. */
function logGamma(x: f64): f64 {
  const t = x + 5.5;
  let sum: f64 = 1.000000000190015;
  sum += 76.18009172947146 / (x + 1);
  sum += -86.50532032941677 / (x + 2);
  sum += 24.01409824083091 / (x + 3);
  sum += -1.231739572450155 / (x + 4);
  sum += 0.1208650973866179e-2 / (x + 5);
  sum += -0.5395239384953e-5 / (x + 6);
  return (x + 0.5) * log(t) - t + log((2.5066282746310005 * sum) / x);
}

/** One draw. Unit: whatever the parameters' is (ns for times, 1 for counts). */
export function sample(d: Distribution, stream: usize): f64 {
  switch (d.kind) {
    case L.DIST_CONSTANT:
      return d.a;
    case L.DIST_EXPONENTIAL:
      return d.a * exponential(stream);
    case L.DIST_UNIFORM:
      return d.a + (d.b - d.a) * unit(next(stream));
    case L.DIST_LOGNORMAL:
      return exp(d.a + d.b * normal(stream));
    case L.DIST_BIMODAL:
      return unit(next(stream)) < d.c ? d.b : d.a;
    case L.DIST_PARETO:
      // d.c = 1 - (min/max)^shape
      return d.b * pow(1 - uniform(stream) * d.c, -1 / d.a);
    case L.DIST_WEIBULL:
      return d.b * pow(exponentialFar(stream), 1 / d.a);
    case L.DIST_EMPIRICAL:
      return load<f64>(d.table + (<usize>(uniform(stream) * <f64>d.length) << 3));
    case L.DIST_MIXTURE: {
      const u = uniform(stream);
      let at = d.table;
      for (let i: u32 = 1; i < d.length && u >= load<f64>(at); i++) at += 16;
      return sample(changetype<Distribution>(<usize>load<u64>(at, 8)), stream);
    }
    case L.DIST_EXPONENTIAL_FLOOR: {
      let x: f64 = 0;
      while (x < 1) x = Math.floor(d.a * exponentialFar(stream));
      return x;
    }
  }
  return 0;
}

/** The greatest time that is drawn: what heavy tails go beyond would never end in any run, and its sums would wrap. */
// @ts-ignore: decorator
@inline const LONGEST: f64 = 9007199254740991;

/** One draw as whole nanoseconds, rounded to the nearest: the mean is kept to 1/24 of a nanosecond over the mean. */
// @ts-ignore: decorator
@inline
export function sampleNs(d: Distribution, stream: usize): u64 {
  // the common law first: one comparison instead of a table jump
  const x = d.kind == L.DIST_EXPONENTIAL ? d.a * exponential(stream) : sample(d, stream);
  return wholeNs(x);
}

/** One draw as a count, at least 1. */
export function sampleCount(d: Distribution, stream: usize): u64 {
  const x = sample(d, stream) + 0.5;
  return x < 1 ? 1 : <u64>(<i64>min<f64>(x, LONGEST));
}

/**
 * Lays `count` distributions out from their configuration words. Logarithms of parameters are taken here, inside
 * the core, since the host's own may differ in the last bit from one engine to another.
 */
export function layDistributions(words: usize, count: u32, tables: usize): usize {
  const base = allocate(<u64>count * <u64>offsetof<Distribution>() + 64);
  if (base == 0) return 0;
  for (let i: u32 = 0; i < count; i++) {
    const w = words + i * (L.DISTRIBUTION_WORDS << 3);
    const d = changetype<Distribution>(base + <usize>i * <usize>offsetof<Distribution>());
    d.kind = <u32>load<f64>(w, L.DISTRIBUTION_KIND << 3);
    d.a = load<f64>(w, L.DISTRIBUTION_A << 3);
    d.b = load<f64>(w, L.DISTRIBUTION_B << 3);
    d.c = load<f64>(w, L.DISTRIBUTION_C << 3);
    d.length = <u32>load<f64>(w, L.DISTRIBUTION_LENGTH << 3);
    d.table = tables + (<usize>load<f64>(w, L.DISTRIBUTION_TABLE << 3) << 3);
    d.mean = min<f64>(meanOf(d, base), LONGEST);
    if (d.kind == L.DIST_LOGNORMAL) {
      const variance = log(1 + d.b * d.b);
      d.a = log(d.a) - variance / 2;
      d.b = Math.sqrt(variance);
    } else if (d.kind == L.DIST_PARETO) {
      d.c = 1 - pow(d.b / d.c, d.a);
    } else if (d.kind == L.DIST_WEIBULL) {
      d.b = d.b / exp(logGamma(1 + 1 / d.a));
    } else if (d.kind == L.DIST_MIXTURE) {
      // words (weight, distribution) become (cumulated share, pointer)
      let total: f64 = 0;
      for (let k: u32 = 0; k < d.length; k++) total += load<f64>(d.table + (k << 4));
      let sum: f64 = 0;
      for (let k: u32 = 0; k < d.length; k++) {
        const at = d.table + (k << 4);
        sum += load<f64>(at) / total;
        store<f64>(at, sum);
        const which = <usize>load<f64>(at, 8);
        store<u64>(at, <u64>(base + which * <usize>offsetof<Distribution>()), 8);
      }
    }
  }
  return base;
}

/** From the parameters as they are written, before they become what draws need; components of a mixture are laid out already. */
function meanOf(d: Distribution, base: usize): f64 {
  switch (d.kind) {
    case L.DIST_UNIFORM:
      return (d.a + d.b) / 2;
    case L.DIST_BIMODAL:
      return d.a + (d.b - d.a) * d.c;
    case L.DIST_PARETO: {
      if (d.c == Infinity) return d.a > 1 ? (d.a * d.b) / (d.a - 1) : Infinity;
      if (d.c == d.b) return d.b;
      if (d.a == 1) return (d.b * log(d.c / d.b)) / (1 - d.b / d.c);
      const cut = pow(d.b / d.c, d.a);
      return ((d.a * d.b) / (d.a - 1)) * ((1 - (cut * d.c) / d.b) / (1 - cut));
    }
    case L.DIST_WEIBULL:
      return d.b;
    case L.DIST_EMPIRICAL: {
      let sum: f64 = 0;
      for (let k: u32 = 0; k < d.length; k++) sum += load<f64>(d.table + (<usize>k << 3));
      return sum / <f64>max<u32>(d.length, 1);
    }
    case L.DIST_MIXTURE: {
      let sum: f64 = 0;
      let weights: f64 = 0;
      for (let k: u32 = 0; k < d.length; k++) {
        const at = d.table + (<usize>k << 4);
        sum += load<f64>(at) * changetype<Distribution>(base + <usize>load<f64>(at, 8) * <usize>offsetof<Distribution>()).mean;
        weights += load<f64>(at);
      }
      return sum / weights;
    }
  }
  return d.a;
}

/** For the distribution tests: n draws written at `out`. */
export function drawInto(d: usize, stream: usize, out: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) store<f64>(out + (<usize>i << 3), sample(changetype<Distribution>(d), stream));
}
