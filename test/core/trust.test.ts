// Warnings of results: for each code a scenario that must give it and one, alike but for that, which must not.

import { describe, expect, it } from 'vitest';
import {
  evaluateAssertion,
  memoryHost,
  Simulation,
  type Result,
  type ScenarioInput,
  withMechanism,
} from '../../src/index.js';
import { renderRun } from '../../src/report/run-table.js';
import { WARNING_CODES } from '../../src/result/result.js';
import { essence } from '../support/bits.js';

type Over = Partial<ScenarioInput> & {
  arrivals?: object;
  service?: object;
  vm?: object;
};

/** M/M/4 at load 0.5 on four pinned cores. */
function scenario({ arrivals = {}, service = {}, vm = {}, ...over }: Over = {}): ScenarioInput {
  return {
    version: 1,
    seed: 1,
    duration: '200ms',
    host: { cores: 4 },
    mechanism: 'static',
    costs: 'none',
    vms: [
      {
        name: 'api',
        vcpus: { min: 4, max: 4 },
        slo: { quantile: 0.99, latency: '1ms' },
        workload: {
          arrivals: 'process' in arrivals ? arrivals : { process: 'poisson', rate: 2e5, ...arrivals },
          request: {
            stages: [{ tasks: 1, service: 'dist' in service ? service : { dist: 'exponential', mean: '10us' } }],
          },
        },
        ...vm,
      },
    ],
    ...over,
  } as ScenarioInput;
}

async function run(input: ScenarioInput, files: Record<string, string> = {}): Promise<Result> {
  const simulation = await Simulation.create(input, { files: memoryHost(files) });
  await simulation.run();
  return simulation.metrics();
}

const trace = (count: number, gapNs: number, service: number | string): string =>
  `arrival,service\n${Array.from({ length: count }, (_, i) => `${i * gapNs},${service}\n`).join('')}`;

/** A tenth of the arrivals takes `service` ns, all others 10 us. */
const begun = (service: number): string =>
  `arrival,service\n${Array.from({ length: 20_000 }, (_, i) => `${i * 25_000},${i < 2000 ? service : 10_000}\n`).join('')}`;

const traced = { arrivals: { process: 'trace', file: 'a.csv', format: 'csv' } };

function memory(duration: string, interval: string): ScenarioInput {
  return scenario({
    duration,
    warmup: '20ms',
    host: {
      cores: 6,
      memory: { size: '32GiB', pageSample: 4096, workers: 1, cores: 1, content: { lz4: 1 }, scan: { interval } },
    },
    vm: { memory: { size: '48GiB', touches: 1, access: { pattern: 'uniform', cold: 0.4, coldTouches: 0.01 } } },
  });
}

/** Packets of 10 us each, before a VM that is never busy for long. */
const packets = (rate: number, queue: number): ScenarioInput =>
  scenario({
    arrivals: { rate },
    vm: { vcpus: { min: 3, max: 3 } },
    datapath: { workers: 1, discipline: 'fifo', queue, tenants: [{ vm: 'api', cost: '10us' }] },
  });

/** Pages in content, beside a host too small for them; `accesses`: of the tier, which is set by it. */
function tiered(content: object, accesses?: number, tier: object = {}, host: object = {}): ScenarioInput {
  const memory = {
    ...{ size: '12MiB', workers: 1, cores: 1, content, scan: { interval: '2ms' } },
    watermarks: { high: 0.05, low: 0.03, min: 0.01 },
    ...(accesses === undefined ? {} : { tier: { accesses, admit: 'always', ...tier } }),
    ...host,
  };
  return scenario({
    ...{ duration: '30ms', host: { cores: 6, memory } as ScenarioInput['host'] },
    vm: { memory: { size: '24MiB', touches: 20, access: { pattern: 'zipf', exponent: 0.9, cold: 0.5 } } },
  });
}

interface Case {
  readonly code: (typeof WARNING_CODES)[number];
  readonly field: string;
  readonly gives: ScenarioInput;
  readonly not: ScenarioInput;
  readonly files?: Record<string, string>;
  readonly filesNot?: Record<string, string>;
}

const bursts = { process: 'onoff', onRate: 4e5, offRate: 1e4, meanOn: '10ms', meanOff: '10ms' };
const states = [
  { rate: 3e5, meanDwell: '10ms' },
  { rate: 1e4, meanDwell: '10ms' },
];

const CASES: readonly Case[] = [
  { code: 'few-samples', field: 'api.latencyNs.p99', gives: scenario({ duration: '1ms' }), not: scenario() },
  { code: 'few-samples', field: 'api.slo', gives: scenario({ duration: '4ms' }), not: scenario({ duration: '20ms' }) },
  {
    code: 'unstable',
    field: 'api.unstable',
    gives: scenario({ arrivals: { rate: 6e5 } }),
    not: scenario({ arrivals: { rate: 3.8e5 } }),
  },
  {
    code: 'unstable',
    field: 'api.offeredLoad',
    gives: scenario({ duration: '1ms', arrivals: { rate: 4e5 } }),
    not: scenario({ duration: '1ms', arrivals: { rate: 3.9e5 } }),
  },
  {
    code: 'no-requests',
    field: 'api.slo',
    gives: scenario({ arrivals: { process: 'none' } }),
    not: scenario({ duration: '1ms' }),
  },
  // an SLO of 1 ms: 200 packets of 10 us are 2 ms, 20 are 0.2 ms
  { code: 'datapath-slow', field: 'datapath.api.latencyNs.mean', gives: packets(1.2e5, 200), not: packets(1.2e5, 20) },
  { code: 'datapath-full', field: 'datapath.api.droppedForQueue', gives: packets(1.2e5, 20), not: packets(5e4, 200) },
  {
    code: 'short-warmup',
    field: 'api.latencyNs.mean',
    // cores come 40 ms late, so that a backlog builds up at first
    gives: scenario({ mechanism: { kind: 'hotplug', latency: '40ms' }, vm: { vcpus: { min: 1, max: 4 } } }),
    not: scenario({
      mechanism: { kind: 'hotplug', latency: '40ms' },
      vm: { vcpus: { min: 1, max: 4 } },
      warmup: '500ms',
    }),
  },
  {
    // a beginning that is certainly otherwise: by half, and by 1 %, which moves the mean from 10.01 to 10 us
    code: 'short-warmup',
    field: 'api.latencyNs.mean',
    gives: scenario(traced),
    not: scenario(traced),
    files: { 'a.csv': begun(20_000) },
    filesNot: { 'a.csv': begun(10_100) },
  },
  {
    code: 'autocorrelated',
    field: 'api.latencyNs.mean',
    gives: scenario({ arrivals: { rate: 3.8e5 } }),
    not: scenario({ arrivals: { rate: 1e5 } }),
  },
  {
    code: 'few-cycles',
    field: 'vms.api.workload.arrivals',
    gives: scenario({ arrivals: bursts, duration: '199ms' }),
    not: scenario({ arrivals: bursts }),
  },
  {
    code: 'few-cycles',
    field: 'vms.api.workload.arrivals',
    gives: scenario({ arrivals: { process: 'mmpp', states }, duration: '100ms' }),
    not: scenario({ arrivals: { process: 'mmpp', states } }),
  },
  {
    code: 'trace-ended',
    field: 'vms.api.workload.arrivals.file',
    gives: scenario(traced),
    not: scenario(traced),
    files: { 'a.csv': trace(900, 200_000, 1000) },
    filesNot: { 'a.csv': trace(995, 200_000, 1000) },
  },
  {
    code: 'unit',
    field: 'vms.api.workload.arrivals',
    gives: scenario(traced),
    not: scenario(traced),
    files: { 'a.csv': trace(1000, 200_000, 0.01) },
    filesNot: { 'a.csv': trace(1000, 200_000, 10) },
  },
  {
    code: 'unit',
    field: 'vms.api.workload.request.stages',
    gives: scenario({ service: { dist: 'empirical', file: 's.txt' } }),
    not: scenario({ service: { dist: 'empirical', file: 's.txt' } }),
    files: { 's.txt': '0.00001\n0.00002\n' },
    filesNot: { 's.txt': '10000\n20000\n' },
  },
  { code: 'not-steady', field: 'memory.scans', gives: memory('20ms', '10s'), not: memory('60ms', '5ms') },
  { code: 'idle-tier', field: 'host.memory.tier', gives: tiered({ lz4: 1 }, 3), not: tiered({ slow: 1 }, 3) },
  { code: 'idle-tier', field: 'host.memory.tier', gives: tiered({ lz4: 1 }, 3), not: tiered({ lz4: 1 }) },
  {
    code: 'idle-tier',
    field: 'host.memory.tier.scan.delay',
    gives: tiered({ slow: 1 }, 3, { detector: 'tpp' }),
    not: tiered({ slow: 1 }, 3, { detector: 'tpp', scan: { delay: '1ms' } }),
  },
  {
    code: 'idle-tier',
    field: 'memory.tier.promotions',
    gives: tiered({ slow: 1 }, 3, {}, { page: '2MiB' }),
    not: tiered({ slow: 1 }, 3),
  },
];

const pairs = (result: Result): string[] => result.warnings.map(({ code, field }) => `${code} ${field}`);

describe('a warning', () => {
  it.each(CASES.map((one) => [`${one.code} ${one.field}`, one] as const))(
    '%s where it holds, only there',
    async (name, one) => {
      const given = await run(one.gives, one.files);
      expect(pairs(given)).toContain(name);
      expect(renderRun(given)).toContain(`  ${name}: `);
      expect(pairs(await run(one.not, one.filesNot ?? one.files))).not.toContain(name);
    },
  );

  it('of every code that one run can give has a case here', () => {
    const several = ['same-trace', 'few-blocks', 'same-runs']; // test/workload/resample.test.ts has the first two
    expect(new Set([...CASES.map(({ code }) => code), ...several])).toEqual(new Set(WARNING_CODES));
  });

  it('is absent from a long run at a low load, and the text says so', async () => {
    const result = await run(scenario({ arrivals: { rate: 1e5 } }));
    expect(result.warnings).toEqual([]);
    expect(renderRun(result)).toMatch(/can this be trusted\?\n {2}one-seed: [^\n]*\n$/);
    const several = { ...result, manifest: { ...result.manifest, replications: 2 } };
    expect(renderRun(several)).toContain('can this be trusted? nothing was found that speaks against it\n');
    expect(renderRun(result)).not.toMatch(/≥|–/);
  });

  it('is not given of nothing: before the run', async () => {
    const simulation = await Simulation.create(scenario());
    expect(simulation.metrics().warnings).toEqual([]);
  });

  it('is the same where the run is stopped, saved and taken up', async () => {
    const input = scenario({ arrivals: { rate: 3.8e5 }, warmup: '5ms' });
    const whole = await run(input);
    expect(pairs(whole)).toContain('autocorrelated api.latencyNs.mean');
    let simulation = await Simulation.create(input);
    for (const stop of [1_000_000, 5_000_000, 77_777_777]) {
      await simulation.runUntil(stop);
      simulation = await Simulation.restore(simulation.snapshot());
    }
    await simulation.run();
    expect(simulation.metrics().warnings).toEqual(whole.warnings);
    expect(essence(simulation.metrics())).toBe(essence(whole));
  });

  it('of autocorrelation is left out where nobody asks for it, and no bit is another', async () => {
    const input = scenario({ arrivals: { rate: 3.8e5 }, warmup: '5ms' });
    const whole = await run(input);
    const simulation = await Simulation.create(input, { steady: false });
    await simulation.run();
    const result = simulation.metrics();
    expect(pairs(result)).not.toContain('autocorrelated api.latencyNs.mean');
    expect(essence({ ...result, warnings: [] })).toBe(essence({ ...whole, warnings: [] }));
    // nor of the same host with another seed, or under another mechanism
    simulation.reset(2);
    const fork = await simulation.fork(withMechanism(simulation.scenario, 'ideal'));
    for (const one of [simulation, fork]) {
      await one.run();
      expect(pairs(one.metrics())).not.toContain('autocorrelated api.latencyNs.mean');
    }
  });

  it('of autocorrelation tells the mean that the result tells', async () => {
    const result = await run(scenario({ arrivals: { rate: 3.8e5 }, warmup: '5ms' }));
    const { detail } = result.warnings.find(({ code }) => code === 'autocorrelated')!;
    const mean = result.vms[0]!.latencyNs.mean!;
    expect(detail.startsWith(`${Number((mean / 1000).toPrecision(3))} us ± `)).toBe(true);
  });
});

describe('an SLO without a request', () => {
  it('is neither attained nor missed, and no assertion on it holds', async () => {
    const result = await run(scenario({ arrivals: { process: 'none' } }));
    expect(result.vms[0]!.slo!.attained).toBeNull();
    expect(renderRun(result)).toMatch(/^api .* no data$/m);
    for (const expression of ['api.slo.attained', '!api.slo.attained', 'api.slo.attained == true'])
      expect(evaluateAssertion(expression, result).holds, expression).toBe(false);
  });
});
