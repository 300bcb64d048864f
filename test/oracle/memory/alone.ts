// Random scenarios of VMs with one vCPU each, that keep their cores: the program beside the naive engine on its driver.

import fc from 'fast-check';
import { Simulation, compileCore, memoryHost, resolveScenario, type Scenario } from '../../../src/index.js';
import { asResult, compared, flat } from './compare.js';
import { drive, type Arrival } from './driver.js';
import { NaiveSwap } from './engine.js';
import { memoryGenes, memoryOf, type MemoryGenes } from './generate.js';

export interface AloneGenes {
  readonly memory: MemoryGenes;
  readonly jobs: readonly (readonly { readonly gap: number; readonly service: number }[])[];
  readonly switchCost: number;
  readonly warmup: number;
  readonly coarse: boolean;
}

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });

export function aloneGenes(vms: number, share = 0.3): fc.Arbitrary<AloneGenes> {
  return fc.record({
    memory: memoryGenes(vms, share),
    jobs: fc.array(fc.array(fc.record({ gap: small(99), service: small(99) }), { maxLength: 24 }), {
      minLength: vms,
      maxLength: vms,
    }),
    switchCost: small(3),
    warmup: small(9),
    coarse: fc.boolean(),
  });
}

export interface Alone {
  readonly scenario: Scenario;
  readonly files: Readonly<Record<string, string>>;
  readonly traces: readonly (readonly number[] | null)[];
  readonly arrivals: readonly (readonly Arrival[])[];
}

/** null: refused. */
export function alone({ memory: genes, jobs, switchCost, warmup, coarse }: AloneGenes): Alone | null {
  const scale = coarse ? 500 : 61;
  const arrivals = jobs.map((own) => {
    let at = 0;
    return own.map(({ gap, service }) => {
      at += (gap > 60 ? gap - 60 : gap % 8) * scale * (coarse ? 1 : 7);
      return { at, serviceNs: (service % 40) * scale };
    });
  });
  const last = Math.max(1000, ...arrivals.flat().map(({ at }) => at));
  const horizon = last + 30_000;
  const made = memoryOf(genes, horizon);
  const warmupNs = warmup < 7 ? 0 : Math.floor((horizon * warmup) / 20);
  try {
    const scenario = resolveScenario({
      version: 1,
      seed: 1,
      warmup: `${warmupNs}ns`,
      duration: `${horizon - warmupNs}ns`,
      host: { cores: arrivals.length, memory: made.host },
      mechanism: 'static',
      costs: { taskSwitch: `${[50, 0, 500, 137][switchCost]!}ns` },
      vms: arrivals.map((_, i) => ({
        name: `v${i}`,
        vcpus: { min: 1, max: 1 },
        memory: made.guests[i]!,
        workload: {
          arrivals: { process: 'none' },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
        },
      })),
    });
    return { scenario, files: made.files, traces: made.traces, arrivals };
  } catch {
    return null;
  }
}

function same(key: string, a: number | undefined, b: number | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || !key.endsWith('.stddev')) return false;
  return Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a), Math.abs(b));
}

let module: Promise<WebAssembly.Module> | undefined;

/** Lines of what differs; null where the program refuses the scenario. */
export async function aloneDifferences({ scenario, files, traces, arrivals }: Alone): Promise<string[] | null> {
  module ??= compileCore();
  let simulation: Simulation;
  try {
    simulation = await Simulation.create(scenario, { module: await module, files: memoryHost(files) });
  } catch {
    return null;
  }
  try {
    scenario.vms.forEach(({ name }, vm) => {
      if (arrivals[vm]!.length > 0)
        simulation.inject({ vm: name, arrivals: arrivals[vm]!.map(({ at, serviceNs }) => ({ atNs: at, serviceNs })) });
    });
    await simulation.run();
    const result = simulation.metrics();
    const naive = drive(scenario, arrivals, traces, (cpu, spec, pages) => new NaiveSwap(cpu, spec, pages));
    const { memory } = result;
    if (memory.swapInNs === undefined) return ['no memory'];
    const program = flat('memory', compared(memory));
    const other = flat('memory', asResult(naive.memory));
    const lines = [...new Set([...Object.keys(program), ...Object.keys(other)])]
      .filter((key) => !same(key, program[key], other[key]))
      .map((key) => `${key}: program ${program[key]}, naive ${other[key]}`);
    result.vms.forEach(({ name, latencyNs, completed }, vm) => {
      const done = naive.latencyNs[vm]!.filter((ns): ns is number => ns !== null);
      if (scenario.warmupNs === 0) {
        if (completed !== done.length) lines.push(`${name}.completed: program ${completed}, naive ${done.length}`);
        else if (done.length > 0) {
          const mean = done.reduce((a, b) => a + b, 0) / done.length;
          if (Math.abs(latencyNs.mean! - mean) > 1e-9 * mean)
            lines.push(`${name}.latency: program ${latencyNs.mean}, naive ${mean}`);
        }
      }
    });
    return lines;
  } finally {
    simulation.close();
  }
}
