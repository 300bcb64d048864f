// What a comparison of several replications prints: means with half-widths, paired ratios, an SLO as a share; and nothing of the
// kind where all replay one trace.

import { describe, expect, it } from 'vitest';
import { compare, memoryHost, replicate, resolveScenario, type ScenarioInput } from '../../src/index.js';
import { renderComparison } from '../../src/report-entry.js';
import { meanInterval, pairedRatio, wilsonInterval } from '../../src/metrics/confidence.js';
import { overRuns } from '../../src/report/replications.js';
import { formatCoreSeconds, formatDurationNs, formatShare } from '../../src/report/units.js';
import type { Result } from '../../src/result/result.js';
import { renderRun } from '../../src/report/run-table.js';

const scenario = (arrivals: object): ScenarioInput =>
  ({
    version: 1,
    seed: 3,
    duration: '20ms',
    host: { cores: 5 },
    mechanism: 'ideal',
    vms: [
      {
        name: 'api',
        vcpus: { min: 1, max: 4 },
        slo: { quantile: 0.99, latency: '70us' },
        workload: {
          arrivals,
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
        },
      },
    ],
  }) as ScenarioInput;

const files = memoryHost({
  'a.csv': `arrival\n${Array.from({ length: 4000 }, (_, i) => `${i * 5000}\n`).join('')}`,
});
const of = (arrivals: object) =>
  compare(resolveScenario(scenario(arrivals)), {
    mechanisms: ['ideal', 'static'],
    replications: 8,
    sizing: false,
    files,
  });

describe('eight replications', () => {
  it('never cuts how many replications attain an SLO, and within which share', async () => {
    const known = await of({ process: 'poisson', rate: 3e5 });
    for (const all of [9, 10, 64]) {
      const seeds = Array.from({ length: all }, (_, seed) => ({
        ...{ seed, fingerprint: '', replication: seed, events: 1 },
        figures: { 'api.slo.attained': 1 },
      }));
      const { vms, ...rest } = known.runs[0]!;
      const run = { ...rest, vms, manifest: { ...rest.manifest, replications: all }, replications: seeds } as Result;
      const text = renderComparison({ ...known, runs: [run, run] });
      const { low } = wilsonInterval(all, all, 0.95);
      expect(text).toMatch(new RegExp(`${all}( of |/)${all} \\[${(100 * low).toFixed(0)}, ?100\\]%`));
      expect(text).not.toMatch(/\[\d+, ?10*…/);
    }
  });

  it('give means with their intervals, ratios with theirs and SLOs as shares', async () => {
    const comparison = await of({ process: 'poisson', rate: 3e5 });
    const text = renderComparison(comparison);
    const p99 = (run: number): number[] =>
      comparison.runs[run]!.replications!.map(({ figures }) => figures['api.latencyNs.p99']!);
    const { mean, high } = meanInterval(p99(0), 0.95);
    const us = (ns: number): string => `${(ns / 1000).toPrecision(3)} us`;
    expect(text).toContain(`${us(mean!)} ± ${us(high! - mean!)}`);
    const ratio = pairedRatio(p99(0), p99(1), 0.95);
    const told = comparison.differences[0]!.figures['api.latencyNs.p99']!;
    expect([told.ratio, told.ratioLow, told.ratioHigh].map((x) => x!.toFixed(9))).toEqual(
      [ratio.mean, ratio.low, ratio.high].map((x) => x!.toFixed(9)),
    );
    expect(text).toContain(`${told.ratio! >= 99.5 ? told.ratio!.toFixed(0) : told.ratio!.toPrecision(3)}x ± `);
    expect(text).toMatch(/SLO p99 <= 70 us +\d of 8 \[\d+, \d+\]% +0 of 8 \[0, 32\]%/);
    expect(text).toContain("Student's t");
    expect(text).not.toContain('same-trace');
  });

  it('of one run say in how many an SLO is met, beside figures that say of which seed they are', async () => {
    const asked = resolveScenario(scenario({ process: 'poisson', rate: 3e5 }));
    const result = await replicate(asked, { replications: 8, files });
    const met = result.replications!.filter(({ figures }) => figures['api.slo.attained'] === 1).length;
    expect(result.vms[0]!.slo).toMatchObject({ attainedIn: met, of: 8 });
    const share = wilsonInterval(met, 8, 0.95);
    const [low, high] = [share.low, share.high].map((end) => (100 * end).toFixed(0));
    const text = renderRun(result);
    expect(text).toMatch(new RegExp(`^api .* ${met} of 8 \\[${low}, ${high}\\]%$`, 'm'));
    expect(text).toContain('(Wilson)');
    expect(text.match(/^replication 0 \(seed 3\)$/gm)).toHaveLength(2);
    const single = await replicate(asked, { replications: 1, files });
    expect(single.vms[0]!.slo).not.toHaveProperty('of');
    expect(renderRun(single)).not.toContain('replication 0');
  });

  it('of one run mark quantiles that few requests stand behind, and promise no interval of a trace', async () => {
    const rare = renderRun(
      await replicate(resolveScenario(scenario({ process: 'poisson', rate: 10e3 })), { replications: 3, files }),
    );
    const below = (text: string): string => text.slice(text.indexOf('mean'));
    const table = (text: string): string => /^mean [^]*?^$/m.exec(text)![0];
    // some 200 requests: two beyond the p99, none beyond the p99.9
    expect(table(rare)).toMatch(/^mean and 95\.0 % interval over 3 replications$/m);
    expect(table(rare)).toMatch(/^api +[\d.]+ us \[.*\] +≥ [\d.]+ us \[.*\] +– /m);
    expect(below(rare)).toContain('≥ at least');
    const traced = renderRun(
      await replicate(resolveScenario(scenario({ process: 'trace', format: 'csv', file: 'a.csv' })), {
        replications: 3,
        files,
      }),
    );
    expect(table(traced)).toMatch(/^mean over 3 replications$/m);
    expect(table(traced)).not.toContain('[');
  });

  it('have one unit a figure', async () => {
    const result = await replicate(resolveScenario(scenario({ process: 'poisson', rate: 3e5 })), {
      replications: 3,
      files,
    });
    const told = (values: readonly number[], format: (value: number) => string): string => {
      const replications = result.replications!.map((one, i) => ({ ...one, figures: { x: values[i]! } }));
      return overRuns({ ...result, replications }, null, format, ({ x }) => x);
    };
    // a half-width of 4.303 standard errors
    expect(told([0.6, 0.601, 0.602], formatCoreSeconds)).toBe('0.60 s ± 0.0025 s');
    expect(told([47e3, 47.2e3, 47.4e3], formatDurationNs)).toBe('47.2 us ± 0.5 us');
    expect(told([5, 5, 5], formatDurationNs)).toBe('5.00 ns');
    // little is not nothing
    expect(told([0.5, 0.5001, 0.5002], formatShare)).toBe('50.0 % ± <0.1 %');
    // no exponents, and nothing that is too long for a column
    expect(told([12e9, 12e9 + 10, 12e9 + 20], formatDurationNs)).toBe('12.0 s ± 25.0 ns');
    expect(told([10e3, 10e3 + 1, 10e3 + 2], formatDurationNs)).toBe('10.0 us ± 2.50 ns');
  });

  it('say of which seed the cores needed are, and leave out ratios of nothing', async () => {
    const one = resolveScenario(scenario({ process: 'poisson', rate: 3e5 }));
    const idle = { ...one.vms[0]!, name: 'idle', vcpus: { min: 0, max: 1 }, workload: null };
    const asked = { mechanisms: ['ideal', 'hyperflux'] as const, files };
    const two = renderComparison(await compare({ ...one, vms: [...one.vms, idle] }, { ...asked, replications: 2 }));
    expect(two.match(/^ +ratio/gm)).toHaveLength(4); // of the VM that has latencies
    expect(two).toMatch(/^cores needed, seed \d+ /m);
    expect(two.replaceAll('\n', ' ')).toMatch(
      /idle came .* To meet the others with seed \d+ alone \(fluxhost size --replications/,
    );
    const single = renderComparison(await compare(one, asked));
    expect(single).toMatch(/^cores needed for every SLO /m);
    const ofIdle = /^idle [^]*?^core-seconds/m.exec(two)![0];
    expect(ofIdle).toMatch(/^ +completed +0 +0$/m);
    expect(ofIdle).not.toContain('latency mean');
    expect(two).toMatch(/^a mean without ±: the same in every replication$/m);
    expect(two).toMatch(/^-: nothing to measure/m);
    expect(single).toMatch(/To meet every SLO,\s+ideal needs/);
  });

  it('of too few requests give no ratio to a quantile that is not told', async () => {
    const few = resolveScenario({ ...scenario({ process: 'poisson', rate: 3e5 }), duration: '1ms', warmup: '100us' });
    for (const replications of [1, 8]) {
      const text = renderComparison(
        await compare(few, { mechanisms: ['ideal', 'static'], replications, sizing: false }),
      );
      const lines = text.split('\n');
      const at = lines.findIndex((line) => /^ +latency p99\.9 /.test(line));
      expect(lines[at]).toMatch(/^ +latency p99\.9 +– +–$/);
      expect(lines[at + 1]).not.toContain('ratio');
      expect(text).toMatch(replications === 1 ? /latency mean .*\dx/ : /latency mean .*\n +ratio .*\dx/);
    }
  });

  it('of one trace give means alone, and say why', async () => {
    const comparison = await of({ process: 'trace', file: 'a.csv', format: 'csv' });
    const text = renderComparison(comparison);
    const table = text.slice(0, text.indexOf('can this be trusted?'));
    expect(table).not.toContain('±');
    expect(table).toContain('they are no sample of other days of the trace, so no interval is given');
    expect(text).toContain('same-trace vms.api.workload.arrivals.file (all): every replication replays a.csv');
    for (const run of comparison.runs)
      expect(Object.values(run.confidence!.figures).every(({ low, high }) => low === null && high === null)).toBe(true);
    expect(comparison.differences[0]!.figures['api.latencyNs.mean']).toMatchObject({ low: null, ratioHigh: null });
  });
});
