// What the tests of the trace readers share: the folder of real traces, hosts that hand out awkward chunks, and a
// collector that checks the stream's promises (full batches, whole and rising times) on every trace it reads.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { type Problem, InputError } from '../../src/input/errors.js';
import { type TraceOptions, type TraceHost, openTrace, BATCH_CAPACITY, memoryHost } from '../../src/workload/index.js';
import type { TraceSummary } from '../../src/workload/arrival.js';

export const TRACES = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));

/** The lines of a compressed CSV, cells split at commas: enough for the traces, which quote nothing. */
export function cellsOf(path: string): string[][] {
  if (!existsSync(TRACES + path)) {
    throw new Error(`the trace ${path} is missing: the tests read ../shared/traces beside the checkout`);
  }
  const text = gunzipSync(readFileSync(TRACES + path)).toString('utf8');
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(','));
}

export interface Collected {
  readonly atNs: number[];
  readonly serviceNs: number[];
  readonly width: number[];
  readonly summary: Readonly<TraceSummary>;
}

export async function collect(options: TraceOptions, host: TraceHost): Promise<Collected> {
  const trace = openTrace(options, host);
  const atNs: number[] = [];
  const serviceNs: number[] = [];
  const width: number[] = [];
  let short = false;
  for await (const batch of trace) {
    expect(short, 'only the last batch may be short').toBe(false);
    expect(batch.count).toBeGreaterThan(0);
    short = batch.count < BATCH_CAPACITY;
    for (let i = 0; i < batch.count; i++) {
      atNs.push(batch.atNs[i]!);
      serviceNs.push(batch.serviceNs[i]!);
      width.push(batch.width[i]!);
    }
  }
  expect(atNs.every((at, i) => Number.isInteger(at) && at >= (i === 0 ? 0 : atNs[i - 1]!))).toBe(true);
  expect(serviceNs.every((service) => Number.isInteger(service) && service >= -1)).toBe(true);
  expect(trace.summary.arrivals).toBe(atNs.length);
  return { atNs, serviceNs, width, summary: trace.summary };
}

/** Reads a CSV text as the file `a.csv`. */
export function collectCsv(text: string | Uint8Array, options: Partial<TraceOptions> = {}): Promise<Collected> {
  return collect({ format: 'csv', file: 'a.csv', ...options }, memoryHost({ 'a.csv': text }));
}

/** A host that cuts its one file into chunks of the given size, wherever that falls, and tells whether it was closed. */
export function choppedHost(bytes: Uint8Array, chunkBytes: number): TraceHost & { opened: number; closed: number } {
  const host = {
    opened: 0,
    closed: 0,
    async open(): Promise<AsyncIterable<Uint8Array>> {
      host.opened++;
      async function* chunks() {
        try {
          for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
        } finally {
          host.closed++;
        }
      }
      return Promise.resolve(chunks());
    },
  };
  return host;
}

/** The problems a reading is refused for; fails where it is not refused, or with another error. */
export async function problemsOf(reading: () => unknown): Promise<readonly Problem[]> {
  try {
    await reading();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('the input was taken, a refusal was expected');
}
