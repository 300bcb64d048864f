// What reports say of a GPU is what the result has: the figure's parts are its time, a comparison has a column a run, and means over seeds.

import { describe, expect, it } from 'vitest';
import { compare, parseScenario, type Result, Simulation } from '../../src/index.js';
import { renderComparison } from '../../src/report/compare-table.js';
import { reportOf } from '../../src/report/html/document.js';
import { renderRun } from '../../src/report/run-table.js';

const SCENARIO = `
version: 1
seed: 3
duration: 5500ms
host: { cores: 6 }
mechanism: static
gpu: { vm: chat, prompt: 1264, promptCv: 0, output: 10, outputCv: 0, cooldown: 4ms, offline: { prompt: 1024, output: 256 } }
vms:
  - name: chat
    vcpus: { min: 1, max: 4 }
    workload:
      arrivals: { process: poisson, rate: 1 }
      request: { stages: [{ tasks: 1, service: { dist: constant, value: 100us } }] }
`;
const { scenario } = parseScenario(SCENARIO);

/** The cells of a row, in the order of its columns. */
const cells = (text: string, label: string): string[] => {
  const line = text.split('\n').find((one) => one.startsWith(`  ${label}  `))!;
  return line.trim().split(/ {2,}/).slice(1);
};

describe('a report of a GPU', () => {
  it('draws where its time went, and tells tokens, stops and offline time of the result', async () => {
    const simulation = await Simulation.create(scenario);
    await simulation.run();
    const result: Result = simulation.metrics();
    simulation.close();
    const gpu = result.gpu!;
    expect(gpu.preemptions).toBeGreaterThan(gpu.arrived);
    const figure = reportOf(result).figures.find(({ id }) => id === 'gpu')!;
    if (figure.drawing.kind !== 'stack') throw new Error(figure.drawing.kind);
    expect(figure.drawing.rows).toHaveLength(1);
    const seconds = figure.drawing.rows[0]!.parts.map((part) => part.seconds);
    expect(seconds).toEqual([gpu.busySeconds, gpu.offlineSeconds, gpu.otherSeconds]);
    expect(seconds.reduce((sum, one) => sum + one)).toBeCloseTo(result.manifest.measuredNs / 1e9, 9);
    expect(figure.answer).toContain(`${gpu.tokens} tokens`);
    expect(figure.answer).toContain(`stopped ${gpu.preemptions} times.`);
    const [row] = figure.table.rows;
    const told = (name: string): string | undefined => row![figure.table.head.indexOf(name)];
    expect(row).toHaveLength(figure.table.head.length);
    const share = `${((100 * gpu.offlineSeconds) / 5.5).toFixed(1)} %`;
    expect(told('offline work')).toBe(share);
    expect(renderRun(result)).toContain(share);
    expect(told('tokens')).toBe(String(gpu.tokens));
    expect(told('offline work stopped')).toBe(String(gpu.preemptions));
    const without = { ...result };
    delete without.gpu;
    expect(reportOf(without).figures.map(({ id }) => id)).not.toContain('gpu');
  });

  it('compares it: the same under every mechanism, as means where there are several seeds', async () => {
    const one = await compare(scenario, { mechanisms: ['static', 'ideal'] });
    const { tokens, preemptions } = one.runs[0]!.gpu!;
    const text = renderComparison(one);
    expect(cells(text, 'tokens')).toEqual([String(tokens), String(tokens)]);
    expect(cells(text, 'offline work stopped')).toEqual([String(preemptions), String(preemptions)]);
    const figure = reportOf(one).figures.find(({ id }) => id === 'gpu')!;
    expect(figure.table.rows.map(([name]) => name)).toEqual(['static, chat', 'ideal, chat']);
    const seeds = await compare(scenario, { mechanisms: ['static', 'ideal'], replications: 3 });
    const all = seeds.runs[0]!.replications!.map(({ figures }) => figures['gpu.tokens']!);
    expect(new Set(all).size).toBeGreaterThan(1);
    const mean = all.reduce((sum, value) => sum + value) / 3;
    const [told, half] = cells(renderComparison(seeds), 'tokens')[0]!.split(' ± ').map(Number);
    expect(Math.abs(told! - mean)).toBeLessThan(0.5);
    expect(half).toBeGreaterThan(0);
    expect(seeds.differences[0]!.figures['gpu.tokens']!.ratio).toBe(1);
  });
});
