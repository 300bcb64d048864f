// Where axes have their ticks: within the range alone, since what lies beyond it would be drawn beside the plot.

/** Of a logarithmic axis: powers of ten, or finer where fewer than two of them are in the range. */
export function logarithmicTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
  const within = (digits: readonly number[]): number[] =>
    powers
      .flatMap((power) => digits.map((digit) => digit * power))
      .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)); // as uPlot rounds its ends
  const [tens, few] = [within([1]), within([1, 2, 5])];
  return tens.length > 1 ? tens : few.length > 1 ? few : within([1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

/** Of counts, on an axis that is linear up to `linear` and logarithmic beyond. */
const bent = (value: number, linear: number): number => Math.asinh(value / linear);
/** Of the axis, at least from a tick to the one at its top. */
const APART = 0.2;

/** Few enough to be read, and one at the top: how much the highest line is. */
export function countTicks(most: number, linear: number): number[] {
  const top = Math.floor(most);
  const powers = Array.from({ length: Math.max(0, Math.floor(Math.log10(most))) }, (_, i) => 10 ** (i + 1));
  const below = most < 20 ? [5, 10] : powers;
  return [0, ...below.filter((value) => bent(value, linear) <= (1 - APART) * bent(top, linear)), top];
}
