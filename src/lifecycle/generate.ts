// Functions that are made up, or configured by a file: sizes drawn for each function, calls a Poisson process of its own, popular by
// Zipf's law. Each function draws from streams of its own name, so that others may come and go.

import { InputError } from '../input/errors.js';
import { drawOf, exponential, filesOf, type NumberTables } from '../workload/draw.js';
import { pow } from '../workload/elementary.js';
import { chooseFunctions, functionStream } from '../workload/functions.js';
import { readNumbers } from '../workload/numbers.js';
import type { TraceHost } from '../workload/text-source.js';
import { Columns } from './columns.js';
import type { FunctionsGiven, GeneratedFunctions } from './source.js';
import type { FunctionSpec, Invocations } from './spec.js';
import { readConfigurations } from './table-files.js';

/** What a stream is for; a number, once given, stays. */
const DRAWS = { memory: 1, init: 2, arrivals: 3, services: 4 } as const;

/** A function before its memory is divided and the confidential ones are chosen. */
export type Shape = Omit<FunctionSpec, 'memoryPerRequestBytes' | 'confidential'>;

const streamOf = (seed: number, name: string, purpose: keyof typeof DRAWS) => {
  const random = functionStream(seed, name);
  random.absorb(DRAWS[purpose]);
  return random;
};

async function configured(made: GeneratedFunctions, seed: number, host: TraceHost, initNs: number): Promise<Shape[]> {
  const { file, day } = made.configurations!;
  const all = await readConfigurations(host, file, day);
  if (all.length === 0 || (made.count ?? 1) > all.length)
    throw new InputError({
      path: 'functions.count',
      given: String(made.count ?? all.length),
      expected: `1 to ${all.length}, the applications that ${file} has on day ${day}`,
    });
  const names = all.map(({ name }) => name);
  const chosen = chooseFunctions(names, { file, format: 'csv', functions: made.count ?? all.length, seed }, file);
  return chosen.map((index) => ({ ...all[index]!, initNs }));
}

const whole = (value: number, least: number): number => Math.min(Math.max(Math.round(value), least), 2 ** 53 - 1);

/** @throws InputError for a file that is missing or wrong */
export async function generate(
  given: FunctionsGiven,
  made: GeneratedFunctions,
  {
    seed,
    endNs,
    runtimeInitNs,
    announces,
  }: {
    readonly seed: number;
    readonly endNs: number;
    readonly runtimeInitNs: number;
    /** Whether anybody listens to announced widths. */
    readonly announces: boolean;
  },
  host: TraceHost,
): Promise<{ functions: Shape[]; invocations: Invocations }> {
  const tables = new Map<string, Float64Array>();
  for (const law of [made.memory, made.init, made.service])
    for (const file of law === undefined ? [] : filesOf(law)) tables.set(file, await readNumbers(host, file));
  const init = made.init === undefined ? undefined : drawOf(made.init, tables);
  const initOf = (name: string): number =>
    init === undefined ? runtimeInitNs : whole(init(streamOf(seed, name, 'init')), 0);
  const memory = made.memory === undefined ? undefined : drawOf(made.memory, tables);
  const functions =
    memory === undefined
      ? (await configured(made, seed, host, runtimeInitNs)).map((shape) => ({ ...shape, initNs: initOf(shape.name) }))
      : Array.from({ length: made.count! }, (_, index): Shape => {
          const name = `function-${index}`;
          return {
            name,
            tenant: name,
            memoryBytes: whole(memory(streamOf(seed, name, 'memory')), 1),
            initNs: initOf(name),
            maxVcpus: given.vcpus,
            concurrency: given.concurrency,
            minInstances: 0,
          };
        });
  return { functions, invocations: calls(functions, made, { seed, endNs, tables, announces }) };
}

function calls(
  functions: readonly Shape[],
  { rate, zipf, service, width = 1, aheadNs = 0 }: GeneratedFunctions,
  {
    seed,
    endNs,
    tables,
    announces,
  }: {
    readonly seed: number;
    readonly endNs: number;
    readonly tables: NumberTables;
    readonly announces: boolean;
  },
): Invocations {
  const weights = functions.map((_, index) => pow(index + 1, -zipf));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const draw = drawOf(service, tables);
  const columns = new Columns(Math.ceil((rate * endNs) / 1e9) + 1024);
  functions.forEach(({ name }, fn) => {
    const meanGapNs = (1e9 * total * width) / (rate * weights[fn]!);
    const arrivals = streamOf(seed, name, 'arrivals');
    const services = streamOf(seed, name, 'services');
    for (let atNs = meanGapNs * exponential(arrivals); atNs <= endNs; atNs += meanGapNs * exponential(arrivals)) {
      const knownNs = Math.round(atNs);
      if (announces && width > 1) columns.add(knownNs, fn, -width);
      for (let k = 0; k < width; k++) {
        const serviceNs = whole(draw(services), 0);
        // what comes after the end is drawn, so that nothing else hangs on it
        if (knownNs + aheadNs <= endNs) columns.add(knownNs + aheadNs, fn, serviceNs);
      }
    }
  });
  return columns.sorted();
}
