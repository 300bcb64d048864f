// What `run` and `compare` say of swapped memory: every figure of the text is the result's own, side by side and over
// replications; where no VM has memory nothing is added.

import { readFileSync } from 'node:fs';
import { describe, it, expect } from 'vitest';
import { compare } from '../../src/cli/compare.js';
import { combine } from '../../src/study/study.js';
import { run } from '../../src/cli/run.js';
import { brokenLaws } from '../../src/result/laws.js';
import { type MemoryResult, memoryOf } from '../../src/swap/result.js';
import { differenceOf } from '../../src/result/replications.js';
import type { Result } from '../../src/result/result.js';
import { renderComparison } from '../../src/report/compare-table.js';
import { reportOf } from '../../src/report/html/document.js';
import { memoryRows } from '../../src/report/memory-table.js';
import { renderRun } from '../../src/report/run-table.js';
import { MAX_COLUMNS } from '../../src/report/table.js';
import { formatCount, formatDurationNs, formatCoreSeconds, formatShare } from '../../src/report/units.js';
import { withMechanism } from '../../src/scenario/mechanisms.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { resultSchemas } from '../../src/result/result.js';
import type { MechanismKind } from '../../src/mechanisms/types.js';
import { Simulation } from '../../src/simulation.js';
import { captureIo } from '../cli/fake.js';
import { small } from '../memory/swap/support.js';

const EXAMPLE = new URL('../../examples/upgrade-under-load.yaml', import.meta.url);
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

async function simulate(kind: MechanismKind, seed = 3): Promise<Result> {
  const { scenario } = parseScenario(readFileSync(EXAMPLE, 'utf8'), { set: [`seed=${seed}`] });
  const simulation = await Simulation.create(withMechanism(scenario, kind));
  try {
    await simulation.run();
    return simulation.metrics();
  } finally {
    simulation.close();
  }
}

const figuresOf = (result: Result): MemoryResult => memoryOf(result)!;

describe('the report of a run with a slow tier', () => {
  it('says what is read there, and what moved', async () => {
    const input = small({
      memory: { content: { slow: 1 }, tier: { admit: 'sketch', factor: 0.1, sketch: { counters: 4096 } } },
    });
    const simulation = await Simulation.create(input);
    await simulation.run();
    const result = simulation.metrics();
    const { tier, touches } = figuresOf(result);
    const { slowTouches, slowShare, slowSeconds, promotions, demotions, refused, vms } = tier!;
    expect(Math.min(slowTouches, promotions, demotions, refused)).toBeGreaterThan(0);
    const text = renderRun(result);
    const [slow, longer] = [formatCount(slowTouches), formatDurationNs(slowSeconds * 1e9)];
    expect(text).toContain(
      `slow tier: ${slow} of ${formatCount(touches)} touches (${(slowShare! * 100).toFixed(2)} %)`,
    );
    expect(text).toContain(`${longer} longer in all`);
    expect(text).toContain(`${formatCount(promotions)} promotions, ${formatCount(demotions)} demotions`);
    expect(text).toContain(`${formatCount(refused)} candidates not admitted`);
    expect(text).toMatch(new RegExp(`^a .* ${slow} +${longer}$`, 'm'));
    expect(Object.keys(vms)).toEqual(['a']);
    expect(widest(text)).toBeLessThanOrEqual(MAX_COLUMNS);
    expect(memoryRows([result], (cell) => cell)).toContainEqual([
      '  touches in the slow tier',
      `${(slowShare! * 100).toFixed(2)} %`,
    ]);
    // of a run without such a tier nothing of it is said
    const other = await simulate('hyperflux');
    expect(renderRun(other)).not.toContain('slow');
    // nobody waits for a page: no latency of one, neither here nor side by side, unless another run has some
    expect(text).not.toContain('swap-in');
    expect(text).toContain(
      `  promotions ${formatCoreSeconds(figuresOf(result).elasticityCoreSeconds.swapIn)}, demotions`,
    );
    const labels = (...runs: Result[]): unknown[] => memoryRows(runs, (cell) => cell).map(([label]) => label);
    expect(labels(result)).not.toContain('  swap-in p50');
    expect(labels(result, other)).toContain('  swap-in p50');
    // the report draws whose touches they are
    const { figures } = reportOf(result);
    expect(figures.map(({ id }) => id)).not.toContain('swap-in');
    const { drawing, answer } = figures.find(({ id }) => id === 'slow-tier')!;
    const { fastTouches } = vms['a']!;
    expect(drawing).toMatchObject({
      rows: [{ name: 'a', parts: [{ seconds: fastTouches }, { seconds: slowTouches }] }],
    });
    expect(fastTouches + slowTouches).toBe(touches);
    expect(answer).toContain(`${formatShare(slowShare)} of the touches`);
    expect(reportOf(other).figures.map(({ id }) => id)).toEqual(expect.arrayContaining(['swap-in', 'memory']));
    expect(reportOf(other).figures.map(({ id }) => id)).not.toContain('slow-tier');
  });
});

describe('the report of a run with swapped memory', () => {
  it('shows expansion, faults, swap-ins by backend, work, VMs and upgrades', async () => {
    const result = await simulate('hyperflux');
    const memory = figuresOf(result);
    const text = renderRun(result);
    expect(text).toContain('48.0 GiB of pages in 32.0 GiB: expansion 1.50x');
    expect(text).toContain(`${(memory.outShare! * 100).toFixed(1)} % out`);
    expect(text).toContain(`${(memory.faultShare! * 100).toFixed(2)} % of them fault`);
    for (const [name, law, within] of [
      ['all', memory.swapInNs, memory.withinTenUs],
      ...Object.entries(memory.backends).map(([at, one]) => [at, one.swapInNs, one.withinTenUs] as const),
    ] as const) {
      const cells = [formatCount(law.count), ...[law.p50, law.p90, law.p99, law.p999].map(formatDurationNs)];
      const line = new RegExp(`^ *${name} +${cells.join(' +')} +${(within! * 100).toFixed(1)} %$`, 'm');
      expect(text).toMatch(line);
    }
    expect(Object.keys(memory.backends)).toEqual(['zero', 'lz4']);
    expect(text).toContain(`${memory.directReclaims} direct reclaims`);
    expect(text).toContain(`elasticity work ${formatCoreSeconds(memory.elasticityCoreSeconds.total)} of core time`);
    for (const [name, guest] of Object.entries(memory.vms))
      expect(text).toMatch(
        new RegExp(`^${name} .* ${guest.faults} +.*${formatDurationNs(guest.stallSeconds * 1e9)}`, 'm'),
      );
    const [done, back] = memory.upgrades;
    expect(text).toMatch(
      new RegExp(`^hot-upgrade +done .* ${done!.waited} +${formatDurationNs(done!.waitMaxNs)}$`, 'm'),
    );
    expect(text).toMatch(new RegExp(`^hot-upgrade +rolled back .* ${back!.waited} `, 'm'));
    expect(text).toContain(`${memory.pauseWaits} accesses waited for a pause`);
    expect(widest(text.slice(text.indexOf('48.0 GiB')))).toBeLessThanOrEqual(MAX_COLUMNS);
  });

  it('tells cores kept for the memory from the polling one, and all states still add up', async () => {
    const { host, vms, manifest } = await simulate('hyperflux');
    expect(host.pollCoreSeconds).toBeCloseTo(0.4, 9);
    expect(host.memoryCoreSeconds).toBeCloseTo(0.8, 9);
    const used = vms.flatMap(({ cpuSeconds }) => Object.values(cpuSeconds)).reduce((sum, seconds) => sum + seconds, 0);
    const all = used + host.idleCoreSeconds + host.pollCoreSeconds + host.memoryCoreSeconds!;
    expect(all).toBeCloseTo((host.cores * manifest.measuredNs) / 1e9, 9);
    const fixed = await simulate('static');
    expect(fixed.host).toMatchObject({ pollCoreSeconds: 0, memoryCoreSeconds: 0.8 });
    expect(brokenLaws(fixed)).toEqual([]);
    fixed.host.memoryCoreSeconds = 0.7;
    expect(brokenLaws(fixed)).toHaveLength(1);
  });

  it('gives intervals over replications, and says of which one the rest is', async () => {
    const results = await Promise.all([3, 4, 5].map((seed) => simulate('hyperflux', seed)));
    const result = combine(results, 3);
    const interval = result.confidence!.figures['memory.swapInNs.p90']!;
    expect(interval.count).toBe(3);
    expect(interval.mean).toBeCloseTo(results.reduce((sum, one) => sum + figuresOf(one).swapInNs.p90!, 0) / 3, 6);
    const text = renderRun(result);
    const [mean, low, high] = [interval.mean, interval.low, interval.high].map(formatDurationNs);
    expect(text).toContain(`swap-in p90 ${mean} [${low}, ${high}]`);
    expect(text).toMatch(/touches that fault 0\.\d\d % \[.*\][^]*overhead \d\.\d\d % \[/);
    expect(text).toContain('of replication 0 (seed 3)');
    expect(widest(text.slice(text.indexOf('swapped memory')))).toBeLessThanOrEqual(MAX_COLUMNS);
  });

  it('is the one whose schema is printed', async () => {
    const result = await simulate('static');
    expect(resultSchemas().resultSchema.safeParse(result).error).toBeUndefined();
    expect(resultSchemas().resultSchema.safeParse({ ...result, memory: {} }).success).toBe(true);
    expect(
      resultSchemas().resultSchema.safeParse({ ...result, memory: { ...result.memory, faults: 'many' } }).success,
    ).toBe(false);
    expect(resultSchemas().resultSchema.safeParse({ ...result, memory: { swapIns: 1 } }).success).toBe(false);
  });

  it('adds nothing where no VM has memory', async () => {
    const { vms, host, ...rest } = small();
    const input = { ...rest, host: { cores: host.cores }, vms: vms.map(({ memory: _, ...vm }) => vm) };
    const simulation = await Simulation.create(input);
    await simulation.run();
    const result = simulation.metrics();
    simulation.close();
    expect(result.memory).toEqual({});
    expect(result.host).not.toHaveProperty('memoryCoreSeconds');
    expect(Object.keys(differenceOf(result, result).figures).some((path) => path.startsWith('memory.'))).toBe(false);
    expect(renderRun(result)).not.toMatch(/memory|swap/);
    expect(renderComparison({ runs: [result, result], differences: [] })).not.toMatch(/memory|swap/);
  });
});

describe('the report of a comparison with swapped memory', () => {
  it('puts swap figures side by side and their differences into the document', async () => {
    const io = captureIo();
    const args = [EXAMPLE.pathname, '--mechanisms', 'hyperflux,ideal', '--no-sizing', '--replications', '2'];
    expect(await compare(args, io)).toBe(0);
    const lines = io.out.split('\n');
    const at = lines.indexOf('swapped memory');
    const labels = lines.slice(at + 1, at + 12).map((line) => line.trim().split(/ {2,}/)[0]);
    expect(labels).toContain('touches that fault');
    expect(labels).toContain('swap-in p90');
    expect(labels).toContain('direct reclaims');
    expect(lines.find((line) => line.startsWith('  swap-in p90'))).toMatch(/us +[\d.]+ us ~?[\d.]+x$/);
    expect(widest(io.out)).toBeLessThanOrEqual(MAX_COLUMNS);

    const json = captureIo();
    expect(await compare([...args, '--json'], json)).toBe(0);
    const { runs, differences } = JSON.parse(json.out) as {
      runs: Result[];
      differences: { figures: Record<string, { baseline: number; value: number; low: number | null }> }[];
    };
    const figure = differences[0]!.figures['memory.swapInNs.p90']!;
    expect(figure.baseline).toBe(runs[0]!.confidence!.figures['memory.swapInNs.p90']!.mean);
    expect(figure.low).not.toBeNull(); // paired over two replications
  });
});

describe('assertions', () => {
  it('reach every part of the section, from time zero on', async () => {
    const asserted = async (...expressions: string[]): Promise<[number, string]> => {
      const io = captureIo();
      const status = await run([EXAMPLE.pathname, ...expressions.flatMap((text) => ['--assert', text])], io);
      return [status, io.err];
    };
    const [status] = await asserted(
      'memory.swapIn.p90 <= 10us',
      'memory.expansion == 1.5',
      'memory.backends.lz4.withinTenUs > 0.9',
      'memory.elasticityCore.total < 1s',
      'memory.vms.api.faults > 0',
      'memory.upgrades.1.outcome == "rolled back"',
      'memory.pauseWait.max < 10ms',
      'host.memoryCoreSeconds == 800ms',
    );
    expect(status).toBe(0);
    const [failed, why] = await asserted('memory.swapIn.p90 <= 1us');
    expect(failed).toBe(3);
    expect(why).toContain('memory.swapIn.p90 is 3.7995us');
  });

  it('reach a backend that no page has come to yet', async () => {
    const input = small({ guest: { size: '64KiB' }, memory: { content: { zstd: 1 } } });
    const simulation = await Simulation.create(input);
    const { backends } = figuresOf(simulation.metrics());
    simulation.close();
    expect(backends['zstd']).toMatchObject({ swapIns: 0, outPages: 0, withinTenUs: null });
  });
});
