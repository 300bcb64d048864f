// Traces made in a folder, and `fluxhost trace` run on them.

import { readFileSync } from 'node:fs';
import { main } from '../../src/cli/program.js';
import { captureIo } from '../cli/fake.js';

export const textOf = (path: string): string => readFileSync(path, 'utf8');

export async function told(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(['trace', ...args], io);
  return { status, out: io.out, err: io.err };
}

export async function json<T>(...args: string[]): Promise<T> {
  const { status, out, err } = await told(...args, '--json');
  if (status !== 0) throw new Error(err);
  return JSON.parse(out) as T;
}

/** A plain generator of numbers in [0, 1): no draw of the program's own. */
export function lehmer(seed: number): () => number {
  let state = (seed * 2 + 1) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Rows as Azure has them: the end and the duration in seconds, out of order. */
export function invocations(
  rows: number,
  functions = 12,
): { csv: string; rows: { func: string; start: number; duration: number }[] } {
  const draw = lehmer(5);
  let clock = 0;
  const list = Array.from({ length: rows }, (_, i) => {
    clock += draw() < 0.3 ? 0 : Math.round(draw() * 4000);
    const func = `f${Math.floor(functions * draw() ** 2)}`;
    return { func, start: clock + 5000, duration: i % 10 === 0 ? 0 : Math.round(draw() * 900) };
  });
  const lines = list.map(({ func, start, duration }) => `app,${func},${(start + duration) / 1000},${duration / 1000}`);
  return { csv: `app,func,end_timestamp,duration\n${lines.join('\n')}\n`, rows: list };
}

/** The greatest difference of two cumulative shares, over every value: written from the definition. */
export function distance(a: readonly number[], b: readonly number[]): number {
  const below = (list: readonly number[], value: number): number =>
    list.filter((one) => one <= value).length / list.length;
  return Math.max(...[...a, ...b].map((value) => Math.abs(below(a, value) - below(b, value))));
}

/** How many there are of each. */
export function counts<T>(list: readonly T[], of: (one: T) => string): number[] {
  const found = new Map<string, number>();
  for (const one of list) found.set(of(one), (found.get(of(one)) ?? 0) + 1);
  return [...found.values()];
}
