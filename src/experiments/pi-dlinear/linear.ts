// Dense matrices, row by row: products and Cholesky's factor, all that least squares needs.

import { InputError } from '../../input/errors.js';

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly at: Float64Array;
}

export const zeros = (rows: number, columns: number): Matrix => ({
  rows,
  columns,
  at: new Float64Array(rows * columns),
});

export function transposed({ rows, columns, at }: Matrix): Matrix {
  const result = zeros(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result.at[j * rows + i] = at[i * columns + j]!;
  return result;
}

/** Four rows of `b` at a time, added in their order: the sums are those of one after the other, at a quarter of the loads and stores. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const result = zeros(a.rows, b.columns);
  const [sums, right, width, inner] = [result.at, b.at, b.columns, a.columns];
  for (let i = 0; i < a.rows; i++) {
    const to = i * width;
    const left = a.at.subarray(i * inner, (i + 1) * inner);
    let k = 0;
    for (; k + 4 <= inner; k += 4) {
      const [p, q, r, s] = [left[k]!, left[k + 1]!, left[k + 2]!, left[k + 3]!];
      const [from, second, third] = [k * width, (k + 1) * width, (k + 2) * width];
      const fourth = third + width;
      for (let j = 0; j < width; j++)
        sums[to + j] =
          sums[to + j]! +
          p * right[from + j]! +
          q * right[second + j]! +
          r * right[third + j]! +
          s * right[fourth + j]!;
    }
    for (; k < inner; k++) for (let j = 0; j < width; j++) sums[to + j]! += left[k]! * right[k * width + j]!;
  }
  return result;
}

/** X'X. */
export function gramOf({ rows, columns, at }: Matrix): Matrix {
  const gram = zeros(columns, columns);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    for (let i = 0; i < columns; i++) {
      const factor = at[from + i]!;
      for (let j = i; j < columns; j++) gram.at[i * columns + j]! += factor * at[from + j]!;
    }
  }
  for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) gram.at[i * columns + j] = gram.at[j * columns + i]!;
  return gram;
}

/** L with LL' = the matrix. */
export function cholesky({ rows, at }: Matrix): Matrix {
  const lower = zeros(rows, rows);
  const l = lower.at;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) {
      let sum = at[i * rows + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * rows + k]! * l[j * rows + k]!;
      if (i === j && !(sum > 0 && sum < Infinity))
        throw new InputError({ path: 'ridge', given: 'windows too much alike', expected: 'a greater ridge' });
      l[i * rows + j] = i === j ? Math.sqrt(sum) : sum / l[j * rows + j]!;
    }
  return lower;
}

/** X with LL'X = B. */
export function solve(factor: Matrix, b: Matrix): Matrix {
  const [n, width, l] = [factor.rows, b.columns, factor.at];
  const x = b.at.slice();
  const take = (i: number, k: number, times: number): void => {
    for (let j = 0; j < width; j++) x[i * width + j]! -= times * x[k * width + j]!;
  };
  const divide = (i: number): void => {
    for (let j = 0; j < width; j++) x[i * width + j]! /= l[i * n + i]!;
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) take(i, k, l[i * n + k]!);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) take(i, k, l[k * n + i]!);
    divide(i);
  }
  return { rows: n, columns: width, at: x };
}
