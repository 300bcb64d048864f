// The program beside both naive simulators, on one host with functions: a line for each figure that differs.

import YAML from 'yaml';
import { Simulation, compileCore, memoryHost } from '../../../src/index.js';
import { differences as figuresThatDiffer, inject } from '../compare.js';
import { type Figures, figuresOf, figuresOfResult } from '../figures.js';
import { differences } from './compare.js';
import { Coupled, isPool } from './coupled.js';
import type { MadeCoupled } from './coupled-made.js';

let module: Promise<WebAssembly.Module> | undefined;

/** What is not told of functions' VMs one by one, nor of single requests. */
const OWN = /\.request \d+\./;

function latencies(of: readonly { fn: number; latencyNs: number }[], functions: number): Figures {
  const figures: Figures = {};
  for (let fn = 0; fn < functions; fn++) {
    const own = of.filter((one) => one.fn === fn);
    figures[`f${fn}.completed`] = own.length;
    figures[`f${fn}.latencyNs`] = own.reduce((sum, { latencyNs }) => sum + latencyNs, 0);
  }
  return figures;
}

export async function compared({ made, spec }: MadeCoupled): Promise<string[]> {
  const { scenario, arrivals } = made;
  const naive = new Coupled(spec, scenario, arrivals);
  let ours: Figures;
  try {
    naive.run(scenario.durationNs);
    const cpu: Record<string, number> = { task: 0, steal: 0, idlePoll: 0, transition: 0 };
    ours = { ...figuresOf(naive.oracle), ...latencies(naive.latencies, spec.functions.length) };
    for (const vm of naive.oracle.host.vms.filter(({ spec: { name } }) => isPool(name)))
      for (const [account, spent] of Object.entries(vm.counted.cpu)) cpu[account]! += spent;
    for (const [account, spent] of Object.entries(cpu)) ours[`functions.${account}`] = spent;
  } catch (error) {
    return [`naive: ${(error as Error).stack}`];
  }
  module ??= compileCore();
  const simulation = await Simulation.create(scenario, {
    module: await module,
    lifecycle: spec,
    files: memoryHost({}),
  });
  try {
    inject(simulation, scenario, arrivals);
    await simulation.run();
    const result = simulation.metrics();
    const lifecycle = result.lifecycle!;
    const theirs = figuresOfResult(result, [], null);
    lifecycle.functions.forEach((one, fn) => {
      theirs[`f${fn}.completed`] = one.completed;
      theirs[`f${fn}.latencyNs`] = Math.round((one.meanLatencyNs ?? 0) * one.completed);
    });
    for (const [account, seconds] of Object.entries(lifecycle.cpuSeconds))
      theirs[`functions.${account}`] = Math.round(seconds * 1e9);
    const pool = Object.keys(ours).filter((key) => isPool(key.split('-')[0]!) || OWN.test(key));
    for (const key of pool) delete ours[key];
    return [...differences(naive.counts, lifecycle, spec), ...figuresThatDiffer(theirs, ours)];
  } catch (error) {
    return [`program: ${(error as Error).message}`];
  } finally {
    simulation.close();
  }
}

/** To read. */
export function text({ made: { input, arrivals }, spec }: MadeCoupled): string {
  const { atNs, fn, serviceNs } = spec.invocations;
  const calls = Array.from(atNs, (at, i) => `f${fn[i]}: ${at},${serviceNs[i]}`);
  const jobs = arrivals.map(({ vm, atNs: at, serviceNs: ns, width }) => `${input.vms[vm]!.name}: ${at},${ns},${width}`);
  return YAML.stringify({ ...input, arrivals: jobs, lifecycle: { ...spec, invocations: calls } });
}
