// One scenario under both simulators; what differs, as text.

import { figuresOf, figuresOfResult, type Figures } from './figures.js';
import type { Made } from './generate.js';
import { Oracle } from './oracle.js';
import { expand } from './scenario.js';
import { FEW, MANY, Overflow, Watched, logged } from './watched.js';
import { Simulation, compileCore, memoryHost } from '../../src/index.js';

/** Of histograms in random scenarios; those of the host are finer. */
const PRECISION = 0.2;

let module: Promise<WebAssembly.Module> | undefined;

export async function simulated(made: Made): Promise<Figures> {
  try {
    return await loggedRun(made, FEW);
  } catch (error) {
    if (error instanceof Overflow) return await loggedRun(made, MANY);
    throw error;
  }
}

async function loggedRun({ scenario, arrivals, memory, fork }: Made, events: number): Promise<Figures> {
  module ??= compileCore();
  let simulation = await Simulation.create(logged(scenario, events), {
    module: await module,
    files: memoryHost(memory?.files ?? {}),
  });
  try {
    inject(simulation, scenario, arrivals);
    const watched = new Watched(expand(scenario).map(({ name }) => name));
    if (fork !== undefined) {
      await watched.run(simulation, fork.atNs);
      const other = await simulation.fork(logged(fork.scenario, events));
      simulation.close();
      simulation = other;
    }
    await watched.run(simulation, simulation.endNs);
    return figuresOfResult(simulation.metrics(), watched.finished(simulation), simulation.series());
  } finally {
    simulation.close();
  }
}

export function inject(simulation: Simulation, scenario: Made['scenario'], arrivals: Made['arrivals']): void {
  // in the order in which the naive simulator takes them: of one instant, by the VM's place
  expand(scenario).forEach(({ name }, vm) => {
    const own = arrivals.filter((arrival) => arrival.vm === vm);
    if (own.length > 0) {
      simulation.inject({
        vm: name,
        arrivals: own.map(({ vm: _, deadlineNs = -1, ...rest }) => ({ ...rest, deadlineNs })),
      });
    }
  });
}

function naive({ scenario, arrivals, memory, fork }: Made): Figures {
  const oracle = new Oracle(scenario, arrivals, memory?.traces);
  if (fork !== undefined) {
    oracle.runUntil(fork.atNs);
    oracle.fork(fork.scenario);
  }
  oracle.run();
  return figuresOf(oracle);
}

/** Lines `figure: program, naive`. */
export function differences(program: Figures, other: Figures, ignored?: RegExp): string[] {
  const keys = [...new Set([...Object.keys(other), ...Object.keys(program)])];
  return keys
    .filter((key) => ignored?.test(key) !== true)
    .filter((key) => !equal(key, program[key], other[key]))
    .map((key) => `${key}: program ${program[key]}, naive ${other[key]}`);
}

function equal(key: string, a: number | undefined, b: number | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (key.endsWith('.bucket')) return Math.abs(a - b) <= Math.max(a, b) / 32 + 0.5;
  // the program's quantiles are middles of buckets, `histogram.precision` of their value wide at most
  if (/\.p(50|90|99|999)$/.test(key)) return Math.abs(a - b) <= (PRECISION / 2) * Math.max(a, b) + 0.5;
  // quotients whose last of nine digits is rounded
  if (/^memory\.(overheadShare|keptCoresUsed)$/.test(key)) return Math.abs(a - b) <= 1.1e-8 * Math.max(a, b);
  return key.endsWith('.stddev') && Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a), Math.abs(b));
}

export async function compared(made: Made, ignored?: RegExp): Promise<string[]> {
  let other: Figures;
  try {
    other = naive(made);
  } catch (error) {
    return [`naive: ${(error as Error).stack}`];
  }
  try {
    return differences(await simulated(made), other, ignored);
  } catch (error) {
    return [`program: ${(error as Error).message}`];
  }
}
