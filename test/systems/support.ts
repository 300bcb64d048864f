// Requests for Nexus and Nanvix, and the settings that tests change from.

import type { NanvixSpec, NexusSpec, RequestColumns } from '../../src/systems/run.js';
import { chance } from '../oracle/server/draw.js';

export const MS = 1e6;
export const S = 1e9;
export const MIB = 2 ** 20;

export const NEXUS: NexusSpec = {
  cores: 64,
  workers: 1,
  prefetch: true,
  writeAfter: true,
  restoreNs: 30 * MS,
  connectNs: 25 * MS,
  respondNs: MS,
  opNs: 0.1 * MS,
  keepNs: 600 * S,
  memoryBytes: null,
  fabricNs: 60 * MS,
  bytes: new Float64Array(1).fill(128 * MIB),
};

export const NANVIX: NanvixSpec = {
  cores: 64,
  userStartNs: 7 * MS,
  systemStartNs: 23 * MS,
  userBytes: 7.6 * MIB,
  systemBytes: 30 * MIB,
  keepNs: 600 * S,
  crossingNs: 5000,
  ioPerCall: 0,
  parallelStart: true,
  memoryBytes: null,
  tenants: 1,
};

export interface Row {
  readonly at: number;
  readonly fn?: number;
  readonly compute: number;
  readonly fetch?: number;
  readonly write?: number;
}

export function columns(rows: readonly Row[]): RequestColumns {
  return {
    at: Float64Array.from(rows, ({ at }) => at),
    fn: Uint32Array.from(rows, ({ fn = 0 }) => fn),
    compute: Float64Array.from(rows, ({ compute }) => compute),
    fetch: Float64Array.from(rows, ({ fetch = 0 }) => fetch),
    write: Float64Array.from(rows, ({ write = 0 }) => write),
  };
}

/** Poisson arrivals of all functions together, of one drawn evenly each. */
export function poisson(
  seed: number,
  count: number,
  gapNs: number,
  functions: number,
  row: (next: () => number) => Omit<Row, 'at' | 'fn'>,
): RequestColumns {
  const next = chance(seed);
  let at = 0;
  const rows = Array.from({ length: count }, (): Row => {
    at = Math.round(at - Math.log(1 - next()) * gapNs);
    return { at, fn: Math.floor(next() * functions), ...row(next) };
  });
  return columns(rows);
}

export const exponential = (next: () => number, mean: number): number => Math.round(-Math.log(1 - next()) * mean);

export const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;
