// exp, log and pow of our own, so that the bits of a draw depend neither on the host's Math nor on the compiler's: AssemblyScript
// picks other implementations of its own at another shrink level, and one draw in two million then differs by 1 ns (measured).
// Only +, -, ×, ÷, whose results IEEE 754 fixes. Relative error below 1e-15 for exp and log over the ranges drawn here.

// @ts-ignore: decorator
@inline const LN2_HIGH: f64 = 0.6931471803691238; // its last 21 bits are zero: k × LN2_HIGH is exact
// @ts-ignore: decorator
@inline const LN2_LOW: f64 = 1.9082149292705877e-10;
// @ts-ignore: decorator
@inline const EXPONENT: f64 = 6755399441055744.0 + 1023; // 1.5 × 2^52: what is added stands in the lowest bits of the sum
// @ts-ignore: decorator
@inline const SQRT_HALF_FRACTION: u64 = 0x6_a09e_667f_3bcd; // of √½'s bits

// what exp multiplies by: in memory, as the engine takes two instructions to make of a constant what is an operand here
const E: usize = memory.data<f64>([
  1.4426950408889634, LN2_HIGH, LN2_LOW,
  0.16666666666666666, 0.041666666666666664, 0.008333333333333333, 0.001388888888888889, 0.0001984126984126984, 2.48015873015873e-5,
  2.7557319223985893e-6, 2.755731922398589e-7, 2.505210838544172e-8, 2.08767569878681e-9, 1.6059043836821613e-10,
]); // 1/3! at 3, … 1/13!

// @ts-ignore: decorator
@inline
function e(index: usize): f64 {
  return load<f64>(E + (index << 3));
}

/**
 * e^x: x = k ln 2 + r with |r| ≤ ln 2 / 2, then the Taylor polynomial of degree 13 in r. Its terms are summed in pairs, and pairs of
 * pairs, which need not wait for each other: a lognormal draw takes half the time of Horner's form.
 */
export function exp(x: f64): f64 {
  if (x < -708) return 0;
  if (x > 709) return Infinity;
  const k = Math.floor(x * e(0) + 0.5);
  const r = x - k * e(1) - k * e(2);
  const square = r * r;
  const fourth = square * square;
  const from2 = 0.5 + r * e(3); // 1/2!, 1/3!
  const from4 = e(4) + r * e(5);
  const from6 = e(6) + r * e(7);
  const from8 = e(8) + r * e(9);
  const from10 = e(10) + r * e(11);
  const from12 = e(12) + r * e(13); // 1/12!, 1/13!
  const sum = from2 + square * from4 + fourth * (from6 + square * from8 + fourth * (from10 + square * from12));
  return (1 + (r + square * sum)) * reinterpret<f64>(reinterpret<u64>(k + EXPONENT) << 52);
}

/** ln x for normal x > 0: x = m 2^e with m in [√½, √2), then ln m = 2 artanh((m - 1) / (m + 1)). */
export function log(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  const fraction = bits & 0x000f_ffff_ffff_ffff;
  const small = u64(fraction < SQRT_HALF_FRACTION); // half of all draws: added, not branched on
  const e = <f64>(<i64>((bits >> 52) - small) - 1022);
  const m = reinterpret<f64>(fraction | ((0x3fe + small) << 52));
  const s = (m - 1) / (m + 1);
  const square = s * s;
  // 1/23, then 1/21 …: written out, as a loop of divisions takes twice the time
  let sum: f64 = 1.0 / 23;
  sum = 1.0 / 21 + square * sum;
  sum = 1.0 / 19 + square * sum;
  sum = 1.0 / 17 + square * sum;
  sum = 1.0 / 15 + square * sum;
  sum = 1.0 / 13 + square * sum;
  sum = 1.0 / 11 + square * sum;
  sum = 1.0 / 9 + square * sum;
  sum = 1.0 / 7 + square * sum;
  sum = 1.0 / 5 + square * sum;
  sum = 1.0 / 3 + square * sum;
  sum = 1 + square * sum;
  return e * LN2_HIGH + (2 * s * sum + e * LN2_LOW);
}

/** x^y for x > 0. */
export function pow(x: f64, y: f64): f64 {
  return x == 0 ? 0 : exp(y * log(x));
}
