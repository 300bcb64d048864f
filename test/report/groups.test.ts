// VMs of one entry with a count: one row of the report, and one name in assertions and objectives.
import { describe, expect, it } from 'vitest';
import {
  Simulation,
  compare,
  evaluateAssertion,
  replicate,
  resolveScenario,
  size,
  type Result,
  type ScenarioInput,
} from '../../src/index.js';
import { renderComparison, renderRun } from '../../src/report-entry.js';
import { groupsOf } from '../../src/input/vm-groups.js';

const input = (rate: number, changes: Partial<ScenarioInput> = {}, extra: object = {}): ScenarioInput => ({
  version: 1,
  seed: 5,
  duration: '10ms',
  warmup: '1ms',
  host: { cores: 9 },
  mechanism: 'hyperflux',
  ...changes,
  vms: [
    {
      name: 'lc',
      count: 3,
      vcpus: { min: 1, max: 4 },
      slo: { quantile: 0.99, latency: '200us' },
      workload: {
        arrivals: { process: 'poisson', rate },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
      ...extra,
    },
    { name: 'solo-0', vcpus: { min: 0, max: 1 } },
  ],
});

async function run(written: ScenarioInput): Promise<Result> {
  const simulation = await Simulation.create(resolveScenario(written));
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}

describe('groups', () => {
  it('are told from names that count from 0 without a gap', () => {
    const groups = groupsOf(['a-0', 'b', 'a-1', 'c-1', 'c-2', 'd-0', 'b-0', 'b-1', 'a-2', 'e-0', 'e-01']);
    expect([...groups]).toEqual([['a', ['a-0', 'a-1', 'a-2']]]);
  });
});

describe('a group of VMs', () => {
  it('is one row: the sum of what completed, the worst and the median latency', async () => {
    const result = await run(input(5e4));
    const lines = renderRun(result).split('\n');
    const at = lines.findIndex((line) => line.startsWith('lc x3 '));
    const [row, below] = [lines[at]!, lines[at + 1]!].map((line) => line.trim().split(/ {2,}/));
    const some = result.vms.slice(0, 3);
    expect(Number(row![2]!.replaceAll(',', ''))).toBe(some.reduce((sum, { completed }) => sum + completed, 0));
    const p99 = some.map(({ latencyNs }) => latencyNs.p99! / 1000).sort((a, b) => a - b);
    const micros = (text: string): number => Number(/([\d.]+) us/.exec(text)![1]);
    expect(micros(row![5]!) / p99[2]!).toBeCloseTo(1, 1);
    expect(micros(below![3]!) / p99[1]!).toBeCloseTo(1, 1);
    expect(row!.at(-1)).toBe('3 of 3');
    expect(lines.some((line) => line.startsWith('lc-0 '))).toBe(false);
    expect(lines.some((line) => line.startsWith('solo-0 '))).toBe(true);
    expect(lines.filter((line) => line.startsWith('lc x3, sum'))).toHaveLength(1);
  });

  it('has figures that it shares once', async () => {
    const lines = renderRun(await run(input(5e4, { histogram: { share: 'group' } }))).split('\n');
    expect(lines.filter((line) => line.startsWith('lc x3 '))).toHaveLength(1);
    expect(lines.some((line) => line.includes('median'))).toBe(false);
  });

  it('holds an assertion if each of its VMs does', async () => {
    const result = await run(input(5e4));
    const p99 = result.vms.slice(0, 3).map(({ latencyNs }) => latencyNs.p99!);
    const between = (Math.min(...p99) + Math.max(...p99)) / 2;
    expect(evaluateAssertion('lc.slo.attained', result)).toMatchObject({
      holds: true,
      explanation: expect.stringContaining('all 3 VMs of lc') as string,
    });
    expect(evaluateAssertion(`lc.latency.p99 <= ${Math.max(...p99)}ns`, result).holds).toBe(true);
    const some = evaluateAssertion(`lc.latency.p99 < ${between}ns`, result);
    expect(some.holds).toBe(false);
    expect(some.explanation).toMatch(/[12] of 3 VMs of lc do not: lc-\d\.latency\.p99 is/);
    expect(evaluateAssertion(`vms.lc.latency.p99 < ${between}ns || lc-0.completed > 1`, result).holds).toBe(true);
    expect(evaluateAssertion(`!(lc.latency.p99 < ${between}ns)`, result).holds).toBe(true);
    expect(() => evaluateAssertion('lc.latency.p98 < 1ms', result)).toThrow('p98');
    expect(() => evaluateAssertion('lx.slo.attained', result)).toThrow('lx');
  });

  it('is an objective of size', async () => {
    const found = await size(resolveScenario(input(2e5)), { find: 'host.cores=5..12', objectives: ['lc.slo'] });
    expect(found.runs[0]!.value).toBeGreaterThan(5);
  });
});

describe('what explains a tail', () => {
  it('is told: detection, ramp, throttling; what a mechanism has not is no row', async () => {
    const moved = renderRun(await run(input(2e5)));
    expect(moved).toMatch(/noticed after p50 .* us/);
    expect(moved).toMatch(/largest round of grants: \d cores in/);
    expect(moved).toContain('polling core');
    expect(moved).not.toContain('throttled');
    const fixed = renderRun(await run(input(5e4, { mechanism: { kind: 'cgroup', period: '1ms' } }, { quota: 0.3 })));
    expect(fixed).toMatch(/throttled: lc had no quota left for [1-9][\d.]* % of the time/);
    expect(fixed).not.toContain('polling core');
  });
});

describe('a group in other tables', () => {
  const lines = (text: string): string[][] => text.split('\n').map((line) => line.trim().split(/ {2,}/));
  const micros = (text: string): number => Number(/([\d.]+) us/.exec(text)![1]);

  it('is one block of a comparison: sum, worst, median, and how many meet the SLO', async () => {
    const scenario = resolveScenario(input(5e4, { histogram: { share: 'vm' } }));
    const comparison = await compare(scenario, { mechanisms: ['ideal', 'hyperflux'], sizing: false });
    const text = renderComparison(comparison);
    const rows = lines(text);
    expect(rows.filter(([head]) => head === 'lc x3 (latency-critical)')).toHaveLength(1);
    expect(text).not.toContain('lc-0 (');
    comparison.runs.forEach(({ vms }, column) => {
      const some = vms.slice(0, 3);
      const p50 = some.map(({ latencyNs }) => latencyNs.p50! / 1000).sort((a, b) => a - b);
      const worst = rows.findIndex(([head]) => head === 'latency p50, worst');
      expect(micros(rows[worst]![column + 1]!) / p50[2]!).toBeCloseTo(1, 1);
      expect(micros(rows[worst + 1]![column + 1]!) / p50[1]!).toBeCloseTo(1, 1);
      const completed = rows.find(([head]) => head === 'completed')![column + 1]!;
      expect(Number(completed.replaceAll(',', ''))).toBe(some.reduce((sum, vm) => sum + vm.completed, 0));
    });
    expect(rows.find(([head]) => head?.startsWith('SLO p99'))!.slice(1)).toEqual(['3 of 3 VMs', '3 of 3 VMs']);
    expect(text).toContain('xN: of N VMs');
  });

  it('is one row of intervals, and one line of each warning', async () => {
    const scenario = resolveScenario(input(2e3, { histogram: { share: 'vm' } }));
    const result = await replicate(scenario, { replications: 3 });
    const text = renderRun(result);
    const table = text.slice(text.indexOf('interval over 3 replications'), text.indexOf('core-seconds'));
    const rows = lines(table).map(([head]) => head);
    expect(rows.filter((head) => /^(lc|solo|median)/.test(head ?? ''))).toEqual(['lc x3', 'median', 'solo-0']);
    const means = ['lc-0', 'lc-1', 'lc-2'].map(
      (name) => result.confidence!.figures[`${name}.latencyNs.p50`]!.mean! / 1000,
    );
    const [worst] = lines(table).filter(([head]) => head === 'lc x3');
    expect(micros(worst![1]!) / Math.max(...means)).toBeCloseTo(1, 1);
    expect(result.warnings.filter(({ code }) => code === 'few-samples').length).toBeGreaterThan(3);
    const trust = text.slice(text.indexOf('can this be trusted?'));
    expect(trust.match(/few-samples lc\.slo/g)).toHaveLength(1);
    expect(trust).toMatch(/few-samples lc\.slo: .*\(3 of 3 VMs, said\s+of\s+the\s+first\)/);
    expect(trust).not.toContain('lc-1');
  });
});
