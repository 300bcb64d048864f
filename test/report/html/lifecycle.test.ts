// The report's figures of functions are the result's, and say nothing of VMs where there are none.

import { beforeAll, describe, expect, it } from 'vitest';
import { Simulation, compare, parseScenario, sweep, type Result } from '../../../src/index.js';
import { reportOf } from '../../../src/report/html/document.js';
import type { Drawing } from '../../../src/report/html/figure.js';
import { renderSweep } from '../../../src/report/sweep-table.js';
import { formatShare } from '../../../src/report/units.js';
import type { Comparison } from '../../../src/study/compare.js';

const SCENARIO = `
version: 1
seed: 1
duration: 120s
host: { cores: 8 }
mechanism: hyperflux
lifecycle: { memory: 2GiB, keepAlive: { policy: fixed, time: 20s } }
functions: { count: 20, rate: 2, zipf: 0.9, memory: 256MiB, init: 300ms, service: 200ms }
`;

let result: Result;
let both: Comparison;
beforeAll(async () => {
  const { scenario } = parseScenario(SCENARIO);
  const simulation = await Simulation.create(scenario);
  await simulation.run({ strips: true });
  result = { ...simulation.metrics(), strips: (await simulation.strips())! };
  simulation.close();
  both = await compare(scenario, { mechanisms: ['ideal', 'hyperflux'], strips: true });
});

type Of<K extends Drawing['kind']> = Extract<Drawing, { kind: K }>;
function figureOf<K extends Drawing['kind']>(of: Result | Comparison, id: string, kind: K) {
  const figure = reportOf(of).figures.find((one) => one.id === id)!;
  expect(figure?.drawing.kind, id).toBe(kind);
  return { ...figure, drawing: figure.drawing as Of<K> };
}

describe('a report of functions', () => {
  it('asks of functions, answers with cold starts and warm memory, and has their figures', () => {
    const { question, verdict, figures } = reportOf(result);
    const rate = formatShare(result.lifecycle!.coldStartRate);
    expect(question).toBe('How do 20 functions fare under hyperflux on 8 cores?');
    expect(verdict).toContain(`hyperflux starts ${rate} of the functions’ requests cold, with `);
    expect(`${question}${verdict}`).not.toMatch(/VM|SLO/);
    const ids = ['tiers', 'starts', 'instances-over-time', 'cold-starts', 'gone', 'core-seconds', 'strips'];
    expect(figures.map(({ id }) => id).slice(0, 7)).toEqual(ids);
    expect(reportOf(both).verdict).toMatch(/^ideal and hyperflux start [^;]+\.$/); // which do the same
    for (const of of [result, both])
      for (const { answer, caption, table } of reportOf(of).figures) {
        expect(answer).toMatch(/^[A-Za-z].*\.$/);
        expect(caption).toMatch(/\.$/);
        expect(table.rows.length).toBeGreaterThan(0);
        for (const row of table.rows) expect(row).toHaveLength(table.head.length);
      }
  });

  it('tiers: a bar a run of all its requests, and those that found no instance', () => {
    const { drawing, answer } = figureOf(both, 'tiers', 'stack');
    expect(drawing.rows.map(({ name }) => name)).toEqual(['ideal', 'hyperflux']);
    const { served, dropped, timedOut, coldStartRate } = result.lifecycle!;
    const parts = Object.fromEntries(drawing.rows[1]!.parts.map(({ name, seconds }) => [name, seconds]));
    expect(parts).toEqual({ ...served, lost: dropped + timedOut });
    expect(answer).toContain(`and ${formatShare(coldStartRate)} started one`);
  });

  it('starts: a line a tier with a wait, its quantiles and its share', () => {
    const { drawing, table } = figureOf(result, 'starts', 'tail');
    const { served, startNsByTier } = result.lifecycle!;
    const full = drawing.panels[0]!.lines.find(({ name }) => name === 'full')!;
    expect(full.points.find(({ name }) => name === 'p50')!.ns).toBe(startNsByTier.full.p50);
    const rows = table.rows.map(([, tier, requests]) => [tier, Number(requests)]);
    expect(rows).toEqual(Object.entries(served).filter(([, requests]) => requests > 0));
    expect(figureOf(both, 'starts', 'tail').drawing.panels.map(({ title }) => title)).toEqual(['ideal', 'hyperflux']);
  });

  it('instances over time: the samples by state, and the budget as a line', () => {
    const [panel] = figureOf(result, 'instances-over-time', 'response').drawing.panels;
    const { overTime } = result.lifecycle!;
    expect(panel!.slo).toMatchObject({ value: 2 });
    const [warm, busy, starting] = panel!.lines.map(({ points }) => points.map(({ mean }) => mean * 2 ** 30));
    expect(warm).toEqual(overTime.map(({ warmBytes }) => warmBytes));
    expect(busy).toEqual(overTime.map(({ busyBytes }) => busyBytes));
    expect(starting).toEqual(overTime.map(({ startingBytes }) => startingBytes));
  });

  it('cold starts: of each function by tier, those with most first', () => {
    const { rows } = figureOf(result, 'cold-starts', 'stack').drawing;
    const totals = rows.map(({ parts }) => parts.reduce((sum, { seconds }) => sum + seconds, 0));
    expect(totals).toEqual([...totals].sort((a, b) => b - a));
    const of = new Map(result.lifecycle!.functions.map(({ name, served }) => [name, served]));
    rows.forEach(({ name }, i) => {
      const { restore, vm, full } = of.get(name)!;
      expect(totals[i]).toBe(restore + vm + full);
    });
  });

  it('core-seconds: functions have a part, and all parts add up to all core time', () => {
    const { drawing, answer } = figureOf(result, 'core-seconds', 'stack');
    const { parts } = drawing.rows[0]!;
    const all = (8 * result.manifest.measuredNs) / 1e9;
    expect(parts.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(all, 6);
    const { task } = result.lifecycle!.cpuSeconds;
    expect(parts.find(({ name }) => name === 'functions, running tasks')!.seconds).toBe(task);
    expect(answer).toContain(`${formatShare(task / all)} of all core time ran tasks`);
  });

  it('strips: no worst window in which nobody held a core, and none at all where the whole run is such', () => {
    const { drawing, answer, table } = figureOf(result, 'strips', 'strips');
    expect(result.strips!.windows.map(({ what }) => what)).toEqual(['run', 'worst']);
    expect(drawing.panels.map(({ group }) => group)).toEqual(['run']);
    expect(answer).toMatch(/^At 512 instants of the whole run: functions held 0 to \d+ cores/);
    expect(table.head.at(-1)).toBe('held by, from (whole run)');
    const blank = result.strips!.windows[1]!;
    const none = reportOf({ ...result, strips: { ...result.strips!, windows: [blank] } });
    expect(none.figures.map(({ id }) => id)).not.toContain('strips');
  });
});

describe('a sweep of functions', () => {
  it('has cold starts and warm memory as columns and as panels', async () => {
    const swept = await sweep(parseScenario(SCENARIO).scenario, { vary: ['lifecycle.keepAlive.time=5s,60s'] });
    const [short, long] = swept.rows.map(({ figures }) => [
      figures['lifecycle.coldStartRate']!.mean!,
      figures['lifecycle.warmGibSecondsPer1000']!.mean!,
    ]);
    expect(short![0]).toBeGreaterThan(long![0]!);
    expect(short![1]).toBeLessThan(long![1]!);
    const text = renderSweep(swept);
    expect(text).toMatch(/mechanism +functions p99 +cold starts +warm GiB s\/1,000 +utilization/);
    for (const [cold, warm] of [short!, long!])
      expect(text).toContain(`${formatShare(cold!)}  ${String(Number(warm!.toPrecision(3))).padStart(16)}`);
    const [figure] = reportOf(swept).figures;
    expect(figure!.answer).toContain(`cold starts: ${formatShare(long![0]!)} to ${formatShare(short![0]!)}`);
    const { panels } = figure!.drawing as Of<'response'>;
    expect(panels.map(({ title }) => title)).toEqual([
      'cold starts',
      'warm GiB·s for 1000 requests',
      'functions p99',
      'core time that runs tasks',
    ]);
    expect(panels[1]!.lines[0]!.points.map(({ mean }) => mean)).toEqual([short![1], long![1]]);
    expect(figure!.table.rows.map((row) => row[6])).toEqual(['–', '–']); // no SLO is stated
  });
});
