// DLinear: a window's moving average and what is left of it, one linear map each to the horizon, by ridge least squares; and the same
// with a term for the balance of energy. Both maps together see the window through a symmetric matrix S = A'A + B'B (A averages, B = 1 - A):
// ridge on both is ridge on one map of C'x with S = CC', which is half as large.

import { cholesky, type Matrix, gramOf, multiply, solve, transposed, zeros } from './linear.js';

/** Where a series' windows begin, how long they are, and how far they look. */
export interface Windows {
  readonly lookBack: number;
  readonly horizon: number;
  readonly average: number;
  readonly ridge: number;
}

/** As DLinear averages: the ends of the window repeated, so that there is a value for each of its steps. */
function averaging(length: number, average: number): Matrix {
  const matrix = zeros(length, length);
  const before = Math.floor((average - 1) / 2);
  for (let i = 0; i < length; i++)
    for (let k = 0; k < average; k++) {
      const j = Math.min(length - 1, Math.max(0, i - before + k));
      matrix.at[i * length + j]! += 1 / average;
    }
  return matrix;
}

/** C with CC' = A'A + B'B. */
export function seenThrough(length: number, average: number): Matrix {
  const a = averaging(length, average);
  const b = { ...a, at: a.at.map((value, i) => (i % (length + 1) === 0 ? 1 : 0) - value) };
  const both = multiply(transposed(a), a);
  const rest = multiply(transposed(b), b);
  both.at.forEach((value, i) => (both.at[i] = value + rest.at[i]!));
  return cholesky(both);
}

/** Rows of windows that begin at `starts`, of a series less `mean`, over `scale`. */
export function rowsOf(series: Float64Array, starts: readonly number[], offset: number, length: number): Matrix {
  const matrix = zeros(starts.length, length);
  starts.forEach((start, row) => matrix.at.set(series.subarray(start + offset, start + offset + length), row * length));
  return matrix;
}

/** A series' windows less their means in training. */
export interface Channel {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly xMean: Float64Array;
  readonly yMean: Float64Array;
  /** Of C'X'XC / n + ridge, and C. */
  readonly factor: Matrix;
  readonly through: Matrix;
}

function means(matrix: Matrix): Float64Array {
  const sums = new Float64Array(matrix.columns);
  matrix.at.forEach((value, i) => (sums[i % matrix.columns]! += value / matrix.rows));
  return sums;
}

export const less = (matrix: Matrix, row: Float64Array): Matrix => ({
  ...matrix,
  at: matrix.at.map((value, i) => value - row[i % matrix.columns]!),
});

export function channelOf(series: Float64Array, starts: readonly number[], windows: Windows, through: Matrix): Channel {
  const raw = rowsOf(series, starts, 0, windows.lookBack);
  const targets = rowsOf(series, starts, windows.lookBack, windows.horizon);
  const [xMean, yMean] = [means(raw), means(targets)];
  const [x, y] = [less(raw, xMean), less(targets, yMean)];
  const gram = multiply(transposed(through), multiply(gramOf(x), through));
  for (let i = 0; i < gram.at.length; i++) {
    gram.at[i]! /= starts.length;
    if (i % (gram.columns + 1) === 0) gram.at[i]! += windows.ridge;
  }
  return { x, y, xMean, yMean, factor: cholesky(gram), through };
}

/** The map that is least in squares from a channel's windows to `targets`. */
export function mapTo({ x, factor, through }: Channel, targets: Matrix): Matrix {
  const products = multiply(transposed(x), targets);
  products.at.forEach((value, i) => (products.at[i] = value / x.rows));
  return multiply(through, solve(factor, multiply(transposed(through), products)));
}

/**
 * Of the summed balance, without α and the way between the bodies, over a step (trapezoid), all over the first coefficient:
 * gpu[k] + carry * gpu[k-1] + memoryNow * memory[k] + memoryBefore * memory[k-1] - powerNow * power[k] = 0, as deviations from means.
 */
export interface Balance {
  readonly carry: number;
  readonly memoryNow: number;
  readonly memoryBefore: number;
  readonly powerNow: number;
}

export interface Known {
  /** Deviations at the last step of the window, a row each. */
  readonly gpuLast: Float64Array;
  readonly memoryLast: Float64Array;
  /** Over the horizon: forecast, or measured. */
  readonly memory: Matrix;
  readonly power: Matrix;
}

/** What of the residual does not hang on the forecast of the GPUs' temperature. */
function givenOf(balance: Balance, { gpuLast, memoryLast, memory, power }: Known): Matrix {
  const given = zeros(memory.rows, memory.columns);
  for (let row = 0; row < memory.rows; row++)
    for (let k = 0; k < memory.columns; k++) {
      const i = row * memory.columns + k;
      const before = k === 0 ? memoryLast[row]! : memory.at[i - 1]!;
      given.at[i] =
        balance.memoryNow * memory.at[i]! +
        balance.memoryBefore * before -
        balance.powerNow * power.at[i]! +
        (k === 0 ? balance.carry * gpuLast[row]! : 0);
    }
  return given;
}

/** The residuals of a forecast. */
export function residuals(balance: Balance, known: Known, gpu: Matrix): Matrix {
  const given = givenOf(balance, known);
  gpu.at.forEach((value, i) => (given.at[i]! += value + (i % gpu.columns === 0 ? 0 : balance.carry * gpu.at[i - 1]!)));
  return given;
}

/**
 * Least squares with `weight` times the squared residual is least squares to other targets: (Y - w E D)(1 + w D'D)^-1, D the
 * residual's map of a forecast, E what is given; the ridge is measured as the errors are. So two maps answer every weight.
 */
export function mapsWith(balance: Balance, known: Known, channel: Channel): (weight: number) => Matrix {
  const given = givenOf(balance, known);
  const steps = given.columns;
  const back = given.at.map((value, i) => value + (i % steps === steps - 1 ? 0 : balance.carry * given.at[i + 1]!));
  const [plain, turned] = [mapTo(channel, channel.y), mapTo(channel, { ...given, at: back })];
  return (weight) => {
    const metric = zeros(steps, steps);
    for (let k = 0; k < steps; k++) {
      metric.at[k * steps + k] = 1 + weight * (1 + (k === steps - 1 ? 0 : balance.carry ** 2));
      if (k > 0) metric.at[k * steps + k - 1] = metric.at[(k - 1) * steps + k] = weight * balance.carry;
    }
    const blended = { ...plain, at: plain.at.map((value, i) => value - weight * turned.at[i]!) };
    return transposed(solve(cholesky(metric), transposed(blended)));
  };
}
