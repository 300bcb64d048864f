// The report's figures are the result's: what is drawn and what stands in the tables is held against the document that it is made of.
// Whatever a result or a file name holds is text on the page, never markup.

import { beforeAll, describe, expect, it } from 'vitest';
import { PAGE_SCRIPT, PAGE_SCRIPT_SHA256 } from '../../../src/generated/report-page.js';
import { kindOf, reportOf } from '../../../src/report/html/document.js';
import type { Drawing, Figure } from '../../../src/report/html/figure.js';
import { mostEventful } from '../../../src/report/html/figures/cores.js';
import { movesFigure } from '../../../src/report/html/figures/moves.js';
import { changesOf, rangeOf } from '../../../src/report/html/figures/strips.js';
import { tailCurve } from '../../../src/report/html/figures/latency.js';
import { escapeHtml, inlineJson } from '../../../src/report/html/html.js';
import { renderHtml } from '../../../src/report/html/render.js';
import { formatShare } from '../../../src/report/units.js';
import { besideTarget, duration, inThousands } from '../../../src/report/html/words.js';
import { spaced } from '../../../src/report/html/page/spaced.js';
import { renderPages } from '../../../src/report/pages-table.js';
import { renderSuite } from '../../../src/report/suite-table.js';
import { Simulation, parseScenario, type MemoryResult, type Result } from '../../../src/index.js';
import { runsOf } from '../../../src/result/runs.js';
import type { PagesResult } from '../../../src/pages/result.js';
import type { Tail } from '../../../src/result/tails.js';
import { SCENARIO, all, documents, type Documents } from './documents.js';

let made: Documents;
beforeAll(async () => {
  made = await documents();
});

type Of<K extends Drawing['kind']> = Extract<Drawing, { kind: K }>;

function drawingOf<K extends Drawing['kind']>(figures: readonly Figure[], kind: K): Of<K> {
  const found = figures.find(({ drawing }) => drawing.kind === kind);
  expect(found, kind).toBeDefined();
  return found!.drawing as Of<K>;
}

describe('figures', () => {
  it('stand in the order of the brief, each with question, answer, caption and a full table', () => {
    expect(reportOf(made.result).figures.map(({ id }) => id)).toEqual([
      'latency',
      'core-seconds',
      'strips',
      'cores',
      'moves',
    ]);
    expect(reportOf(made.comparison).figures.map(({ id }) => id)).toEqual([
      'latency',
      'core-seconds',
      'strips',
      'moves',
      'needed',
    ]);
    for (const [name, one] of all(made))
      for (const { question, answer, caption, table } of reportOf(one).figures) {
        expect(question, name).toMatch(/\?$/);
        expect(answer, name).toMatch(/\.$/);
        expect(caption, name).toMatch(/\.$/);
        expect(table.rows.length, name).toBeGreaterThan(0);
        for (const row of table.rows) expect(row).toHaveLength(table.head.length);
      }
  });

  it('latency: the quantiles of every run, the intervals of its replications, the objective', () => {
    const { panels } = drawingOf(reportOf(made.comparison).figures, 'tail');
    expect(panels.map(({ title }) => title)).toEqual(['api', 'batch']);
    expect(panels[0]!.slo).toMatchObject({ ns: 200_000, text: 'SLO p99 ≤ 200\u00a0µs' });
    made.comparison.runs.forEach((run, i) => {
      const line = panels[0]!.lines[i]!;
      const { latencyNs, slo } = run.vms[0]!;
      const at = (name: string): number | undefined => line.points.find((point) => point.name === name)?.ns;
      expect([at('p50'), at('p90'), at('p99'), at('max')]).toEqual([
        latencyNs.p50,
        latencyNs.p90,
        latencyNs.p99,
        latencyNs.max,
      ]);
      expect(line.missed).toBe(!slo!.attained);
      const p99 = line.points.find(({ name }) => name === 'p99')!;
      const { low, high } = run.confidence!.figures['api.latencyNs.p99']!;
      expect([p99.low, p99.high]).toEqual([low, high]);
      expect(p99.thin).toBe(latencyNs.count * 0.01 < 10);
    });
  });

  it('latency: the band is the interval of the tail over the replications', () => {
    const [first] = made.comparison.runs;
    const tails = { api: { share: [0.5, 0.1], low: [10, 20], high: [12, 30] } };
    const confidence = { ...first!.confidence!, tails };
    const banded = { ...made.comparison, runs: [{ ...first!, confidence }, ...made.comparison.runs.slice(1)] };
    const { panels } = drawingOf(reportOf(banded).figures, 'tail');
    expect(panels[0]!.lines.map(({ band }) => band)).toEqual([
      [
        { share: 0.5, low: 10, high: 12 },
        { share: 0.1, low: 20, high: 30 },
      ],
      [],
      [],
    ]);
    expect(reportOf(banded).figures[0]!.caption).toContain('the band is the 95 % interval over the seeds');
    expect(reportOf(made.comparison).figures[0]!.caption).toContain('bars are 95 % intervals over the seeds');
  });

  it('latency: the curve passes through the quantiles of the histogram that it is drawn from', async () => {
    const simulation = await Simulation.create(parseScenario(SCENARIO).scenario);
    await simulation.run();
    const result = simulation.metrics({ histograms: true });
    simulation.close();
    const { panels } = drawingOf(reportOf(result).figures, 'tail');
    for (const { title, lines } of panels) {
      const { latencyNs } = result.vms.find(({ name }) => name === title)!;
      const { curve } = lines[0]!;
      const { upTo, count } = latencyNs.histogram!;
      // from all of them on, each drawn point is a bucket's bound with the share of the samples that lie above it
      expect(curve[0]).toEqual([upTo[0], 1]);
      for (const [ns, share] of curve.slice(1)) {
        const above = count.reduce((sum, n, i) => sum + (upTo[i]! > ns ? n : 0), 0);
        expect(share).toBe(above / latencyNs.count);
      }
      // thinned or not, the curve crosses each quantile's share where the quantile is
      for (const [key, beyond] of [
        ['p50', 0.5],
        ['p90', 0.1],
        ['p99', 0.01],
      ] as const) {
        const before = curve.findLast(([, share]) => share > beyond)!;
        const after = curve.find(([, share]) => share <= beyond)!;
        expect(before[0]).toBeLessThanOrEqual(latencyNs[key]! * 1.02);
        expect(after[0]).toBeGreaterThanOrEqual(latencyNs[key]! * 0.98);
      }
    }
  });

  it('memory: swap-ins by backend, and parts that add up to the memory', () => {
    const memory = made.memory.memory as MemoryResult;
    const { panels } = drawingOf(reportOf(made.memory).figures, 'tail');
    expect(panels.map(({ title }) => title)).toEqual(['db']);
    const swapIn = reportOf(made.memory).figures.find(({ id }) => id === 'swap-in')!.drawing as Of<'tail'>;
    expect(swapIn.panels[0]!.lines.map(({ name }) => name)).toEqual(expect.arrayContaining(['lz4', 'zstd']));
    for (const { name, points } of swapIn.panels[0]!.lines) {
      const times = name === 'stalls' ? memory.stallNs : memory.backends[name]!.swapInNs;
      expect(points.find((point) => point.name === 'p50')!.ns).toBe(times.p50);
      expect(points.at(-1)!.ns).toBe(times.max);
    }
    // the curve is the histogram's: by any bound, the share of the swap-ins above it
    const lz4 = swapIn.panels[0]!.lines.find(({ name }) => name === 'lz4')!;
    const { upTo, count } = memory.backends['lz4']!.swapInNs.histogram!;
    const total = count.reduce((sum, one) => sum + one, 0);
    expect(total).toBe(memory.backends['lz4']!.swapInNs.count);
    expect(lz4.curve.length).toBeGreaterThan(20);
    expect(lz4.curve[0]).toEqual([upTo[0], 1]);
    for (const [ns, share] of lz4.curve.slice(1))
      expect(share).toBeCloseTo(count.filter((_, i) => upTo[i]! > ns).reduce((sum, one) => sum + one, 0) / total, 9);
    const lies = reportOf(made.memory).figures.find(({ id }) => id === 'memory')!.drawing as Of<'stack'>;
    const all = lies.rows[0]!.parts.reduce((total, { seconds }) => total + seconds, 0);
    // little memory is not 0.1 GiB
    expect(all).toBeCloseTo(memory.physicalBytes / 2 ** 20, 6);
    expect(lies.unit).toBe('MiB');
  });

  it('memory: where it lies over time, from the samples or the instants of the strips, and the rate of faults', () => {
    const { series, strips, ...rest } = made.memory;
    const of = (result: Result): Of<'response'> =>
      reportOf(result).figures.find(({ id }) => id === 'memory-over-time')!.drawing as Of<'response'>;
    const [gib, rate] = of(made.memory).panels;
    expect(gib!.lines.map(({ name }) => name)).toEqual(['in', 'out', 'free']);
    expect(gib!.lines[1]!.points.map(({ x, mean }) => [x, mean])).toEqual(
      series!.timeNs.map((time, i) => [time / 1e6, series!.memory!.outBytes[i]! / 2 ** 20]),
    );
    expect(rate!.lines[0]!.points.map(({ mean }) => mean)).toEqual(
      series!.memory!.faults.map((count) => count! / 1e-3),
    );
    const [coarse] = of({ ...rest, strips }).panels;
    const { memory, columnNs } = strips!.windows[0]!;
    const every = coarse!.lines[2]!.points;
    expect(every.length).toBe(256); // every second instant
    expect(every[3]).toMatchObject({ x: Math.floor(6.5 * columnNs) / 1e6, mean: memory!.freeBytes[6]! / 2 ** 20 });
    const faults = memory!.faults.reduce((sum, one) => sum + one, 0);
    const rates = of({ ...rest, strips }).panels[1]!.lines[0]!.points.map(({ mean }) => mean);
    expect(rates.reduce((sum, one) => sum + one, 0) * 2 * (columnNs / 1e9)).toBeCloseTo(faults, 6);
    expect(reportOf(rest).figures.map(({ id }) => id)).not.toContain('memory-over-time');
  });

  it('pages: every run is a point of its policy, and a curve stands for the runs of its policy', () => {
    const { panels } = drawingOf(reportOf(made.pages).figures, 'response');
    const [lru, opt] = panels[0]!.lines;
    expect(panels[0]!.lines.map(({ name }) => name)).toEqual(['lru', 'opt']);
    expect(opt!.points.map(({ x, mean }) => [x, mean])).toEqual(
      made.pages.runs.filter(({ policy }) => policy === 'opt').map((run) => [run.capacityPages, run.missRatio]),
    );
    for (const run of made.pages.runs.filter(({ policy }) => policy === 'lru'))
      expect(lru!.points.find(({ x }) => x === run.capacityPages)?.mean).toBeCloseTo(run.missRatio, 12);
  });

  it('pages: the verdict is of the size at which the policies differ most, and a tie of all is called one', () => {
    const runs = (misses: Readonly<Record<string, readonly number[]>>, sizes = [50, 132, 956]): PagesResult['runs'] =>
      Object.entries(misses).flatMap(([policy, some]) =>
        some.map((missRatio, i) => ({ ...made.pages.runs[0]!, policy, missRatio, capacityPages: sizes[i]! })),
      );
    const { mrc: _, ...pages } = { ...made.pages, trace: { ...made.pages.trace, distinctPages: 956 } };
    const says = (some: PagesResult['runs']): string => reportOf({ ...pages, runs: some }).verdict;
    const four = { lru: [0.8, 0.54, 0.25], arc: [0.79, 0.5, 0.25], s3fifo: [0.78, 0.46, 0.25], opt: [0.6, 0.34, 0.25] };
    expect(says(runs(four))).toBe(
      'At 132 pages (13.8 %) s3fifo misses 46.0 %, arc 50.0 %, lru 54.0 %; the bound opt 34.0 %; all alike with 956 pages (100.0 %).',
    );
    expect(says(runs({ lru: [0.25], arc: [0.25], opt: [0.25] }, [956]))).toBe(
      'With 956 pages (100.0 %) lru and arc miss alike.',
    );
    expect(says(runs({ lru: [0.8, 0.54, 0.25], opt: [0.7, 0.34, 0.25] }))).toBe(
      'lru misses 80.0 % with 50 pages (5.2 %) and 25.0 % with 956 pages (100.0 %); the bound opt 34.0 % with 132 pages (13.8 %).',
    );
    // and of curves alone, at the sizes they have
    const mrc = Object.entries(four).map(([policy, misses]) => ({
      ...made.pages.mrc![0]!,
      policy,
      sampled: false,
      points: misses.map((missRatio, i) => ({
        ...made.pages.mrc![0]!.points[0]!,
        capacityPages: [50, 132, 956][i]!,
        missRatio,
      })),
    }));
    expect(reportOf({ ...pages, runs: [], mrc }).verdict).toBe(says(runs(four)));
  });

  it('reserve: parts of the server, memory sold over time, starts', () => {
    const { figures } = reportOf(made.server);
    const shares = made.server.runs.map(({ memory }) => formatShare(memory.fragmentation.at(-1)!.gigabyteShare));
    const { answer } = figures.find(({ id }) => id === 'sold')!;
    expect(answer).toContain(`At the end 1 GiB mappings hold ${shares[0]!} of what is sold under`);
    for (const share of shares) expect(answer.split('At the end')[1]).toContain(share);
    expect(figures.map(({ id }) => id)).toEqual(['plan', 'sold', 'boot']);
    made.server.runs.forEach(({ memory, manifest }, i) => {
      const row = drawingOf(figures, 'stack').rows[i]!;
      expect(row.name).toBe(manifest.manager);
      const all = row.parts.reduce((total, { seconds }) => total + seconds, 0);
      expect(all).toBeCloseTo(memory.plan.totalBytes / 2 ** 30, 6);
      const sold = drawingOf(figures, 'response').panels[0]!.lines[i]!;
      expect(sold.points.at(-1)!.mean).toBe(memory.fragmentation.at(-1)!.soldShare);
    });
  });

  it('reproduce: the claims as text, columns of numbers as lines, no picture of words', () => {
    const report = reportOf(made.paper);
    expect(report.verdict).toBe('The one claim comes out only with what had to be assumed.');
    expect(report.claims!.map(({ table }) => table.rows[0]![1])).toEqual(['about +2 %']);
    expect(report.tables![0]!.table.rows[0]).toContain('about +2 % (abstract)');
    expect(report.figures.map(({ id }) => id)).toEqual(['claims', 'table-1', 'table-2']);
    const drawings = report.figures.slice(1).map(({ drawing }) => drawing as Of<'response'>);
    expect(drawings.map(({ cloud }) => cloud)).toEqual([false, true]);
    expect(drawings[0]!.panels[0]!.lines.map(({ name, points }) => [name, points.map(({ mean }) => mean)])).toEqual([
      ['vmem', [0.648, 0.89]],
    ]);
    expect(drawings[1]!.panels.map(({ unit, lines }) => [unit, lines[0]!.points.map(({ mean }) => mean)])).toEqual([
      ['ns', [52.8e9, 9e8]],
      ['number', [1, 4.5]],
    ]);
    expect(renderHtml(made.paper, { command: 'fluxhost reproduce paper' })).toContain('+1.55 points &lt;b&gt;');
  });

  it('latency: a histogram gives the curve, each share exact', () => {
    const latency = { ...made.result.vms[0]!.latencyNs, count: 8, histogram: { upTo: [10, 20, 40], count: [4, 3, 1] } };
    expect(tailCurve(latency)).toEqual([
      [10, 1],
      [10, 0.5],
      [20, 0.125],
    ]);
    // all alike: straight down, to one of them
    const alike = { ...latency, histogram: { upTo: [10], count: [8] } };
    expect(tailCurve(alike)).toEqual([
      [10, 1],
      [10, 0.125],
    ]);
    // no time at all has no place on a logarithmic axis
    const some = { ...latency, histogram: { upTo: [0, 20, 40], count: [4, 3, 1] } };
    expect(tailCurve(some)).toEqual([[20, 0.125]]);
  });

  it('core-seconds: the parts add up to all core time, and those of a VM to its own', () => {
    const { rows } = drawingOf(reportOf(made.comparison).figures, 'stack');
    made.comparison.runs.forEach(({ host, manifest, vms }, i) => {
      const total = rows[i]!.parts.reduce((sum, { seconds }) => sum + seconds, 0);
      expect(total).toBeCloseTo((host.cores * manifest.measuredNs) / 1e9, 9);
      const own = rows[i]!.parts.filter(({ name }) => name.startsWith('api,'));
      const { task, steal, idlePoll, transition } = vms[0]!.cpuSeconds;
      expect(own.map(({ seconds }) => seconds)).toEqual([task, steal + idlePoll, transition]);
    });
  });

  it('cores over time: the samples as they are, and the window in which most changes', () => {
    const { windows, cores } = drawingOf(reportOf(made.result).figures, 'cores');
    const series = made.result.series!;
    expect(cores).toBe(9);
    const close = windows.at(-1)!;
    const from = series.timeNs.indexOf(close.timeNs[0]!);
    close.vms.forEach(({ held, waiting }, i) => {
      expect(held).toEqual(series.vms[i]!.coresHeld.slice(from, from + held.length));
      expect(waiting).toEqual(series.vms[i]!.waiting.slice(from, from + held.length));
    });
    const quiet = { name: 'a', waiting: [], oldestDelayNs: [], completed: [] };
    const steps = {
      intervalNs: 1,
      timeNs: [1, 2, 3, 4, 5, 6],
      groups: [],
      vms: [{ ...quiet, coresHeld: [0, 0, 0, 3, 1, 1] }],
    };
    expect(mostEventful(steps, 2)).toEqual({ from: 3, changes: 5 });
  });

  it('strips: every run close by and from far away, and what the answer and the table say of them', () => {
    const { panels, vms } = drawingOf(reportOf(made.comparison).figures, 'strips');
    expect(vms.map(({ name }) => name)).toEqual(['api', 'batch']);
    expect(panels.map(({ title }) => title)).toEqual(
      ['ideal', 'hyperflux', 'static'].flatMap((name) => [
        expect.stringMatching(new RegExp(`^${name}: 2.00\u00a0ms from [\\d.]+\u00a0ms on$`)) as unknown as string,
        expect.stringMatching(
          new RegExp(`^${name}: the whole run at 512 instants, [\\d.]+\u00a0µs apart$`),
        ) as unknown as string,
      ]),
    );
    // one instant, and one axis of the tasks that wait, for all mechanisms
    const close = panels.filter(({ group }) => group === 'worst');
    expect(close).toHaveLength(3);
    expect(new Set(close.map(({ fromNs }) => fromNs)).size).toBe(1);
    const most = close.flatMap(({ waiting }) => waiting.flatMap((runs) => runsOf(runs).map(([tasks]) => tasks)));
    for (const { waitingAxis } of close) expect(waitingAxis).toBe(Math.max(...most));
    made.comparison.runs.forEach(({ strips, host }, i) => {
      const [run, worst] = strips!.windows;
      expect(panels[2 * i]).toMatchObject({ fromNs: worst!.fromNs, columns: 1000, cores: worst!.cores });
      expect(panels[2 * i + 1]).toMatchObject({ fromNs: 0, columnNs: run!.columnNs, cores: run!.cores });
      expect(panels[2 * i]!.kept + worst!.cores.length).toBe(host.cores);
    });
    expect(panels.map(({ kept }) => kept)).toEqual([0, 0, 1, 1, 0, 0]); // hyperflux polls on one
    const { table, answer } = reportOf(made.comparison).figures.find(({ id }) => id === 'strips')!;
    const worst = made.comparison.runs[1]!.strips!.windows[1]!;
    const rows = table.rows.filter(([mechanism]) => mechanism === 'hyperflux');
    expect(rows).toHaveLength(8);
    rows.forEach((row, core) => {
      const letters = [...worst.cores[core]!.doing];
      const share = (letter: string): number => letters.filter((one) => one === letter).length / 1000;
      expect(row.slice(1, 6)).toEqual([String(core), ...['r', 's', 'm', '.'].map((one) => formatShare(share(one)))]);
      const first = Number(worst.cores[core]!.vms.split('*')[0]);
      expect(row[6]).toMatch(new RegExp(`^[\\d.]+\u00a0ms ${['nobody', 'api', 'batch'][first + 1]}(,|$)`));
    });
    expect(answer).toContain(`under hyperflux cores change hands ${changesOf(worst)} times, api held`);
    expect(changesOf(worst)).toBeGreaterThan(10);
    expect(changesOf({ ...worst, cores: [{ vms: '0*3 -1*2 0*1 1*4 -1*1', doing: 'rrr..rrrrr.' }] })).toBe(1);
    const two = [
      { vms: '0*1 1*2', doing: 'rrr' },
      { vms: '-1*1 1*1 0*1', doing: '.rr' },
    ];
    expect([0, 1, 2].map((vm) => rangeOf({ ...worst, columns: 3, cores: two }, vm))).toEqual([
      [0, 1],
      [0, 2],
      [0, 0],
    ]);
  });

  it('moves: the means of the steps, one after the other, and the quantiles beside', () => {
    const { panels } = drawingOf(reportOf(made.result).figures, 'moves');
    const { steps, spreads } = panels[0]!;
    const { reallocation } = made.result;
    expect(steps.map(({ name }) => name)).toEqual([
      'detection',
      'notify',
      'preempt',
      'suspend',
      'deschedule',
      'wake',
      'dispatch',
    ]);
    for (const [i, step] of steps.entries()) {
      const of =
        step.name === 'detection' ? reallocation.detectionNs : reallocation.steps[`${step.name}Ns` as 'wakeNs'];
      expect(step).toMatchObject({ meanNs: of.mean, count: of.count, share: of.count / reallocation.count });
      expect(step.fromNs).toBe(i === 0 ? 0 : steps[i - 1]!.fromNs + steps[i - 1]!.meanNs);
    }
    expect(spreads.find(({ name }) => name === 'grant')!.points.find(({ name }) => name === 'p99')!.ns).toBe(
      reallocation.grantNs.p99,
    );
  });

  it('moves: each mechanism has the colour that it has among the latencies', () => {
    const { figures } = reportOf(made.comparison);
    const hues = new Map(drawingOf(figures, 'tail').panels[0]!.lines.map(({ name, hue }) => [name, hue]));
    const { panels } = drawingOf(figures, 'moves');
    expect(panels.map(({ hue }) => hue)).toEqual(panels.map(({ title }) => hues.get(title)));
    const caladan = { label: 'caladan', result: made.result };
    const alone = movesFigure([{ label: 'hyperflux', result: made.result }, caladan])!.drawing as Of<'moves'>;
    expect(alone.panels.map(({ hue }) => hue.colour)).toEqual(['var(--m-hyperflux)', 'var(--m-caladan)']);
  });

  it('latency: of a request that still waits it says what those answered took, and how many wait', () => {
    const waits = (result: Result): Result => {
      const [api, ...rest] = result.vms as [Result['vms'][number], ...Result['vms']];
      const slo = { ...api.slo!, attained: false, latencyNs: null };
      return { ...result, vms: [{ ...api, slo, completed: 970, inFlight: 30 }, ...rest] };
    };
    const said = `${duration(made.result.vms[0]!.latencyNs.p99)} of those answered; 3.0 % still waiting`;
    const report = reportOf(waits(made.result));
    expect(report.figures[0]!.answer).toContain(`(${said}, of 970 requests, too few to rely on p99)`);
    expect(report.verdict).toContain(said);
  });

  it('needed: what is counted otherwise has an axis of its own', () => {
    const { sizing } = made.comparison;
    const mixed = sizing!.map((one, i) => (i === 2 ? { ...one, of: 'quotas' as const } : one));
    const groups = drawingOf(reportOf({ ...made.comparison, sizing: mixed }).figures, 'needed').rows.map(
      ({ group }) => group,
    );
    expect(groups).toEqual(['cores of the host', 'cores of the host', 'whole cores of quota']);
    const share = ({ replications = [], host, manifest }: Result): number => {
      const all = replications.reduce((total, { figures }) => total + figures['batch.cpuSeconds.task']!, 0);
      return all / replications.length / ((host.cores * manifest.measuredNs) / 1e9);
    };
    const [first] = made.comparison.runs;
    expect(reportOf(made.comparison).verdict).toContain(`Best-effort tasks got ${formatShare(share(first!))} ± `);
  });

  it('size: what each SLO looks at over the values that were run, lost runs as beyond the objective', () => {
    const { runs } = made.size;
    const curve = reportOf(made.size).figures.find(({ id }) => id === 'size-curve')!;
    const [panel] = (curve.drawing as Of<'response'>).panels;
    expect(panel!.slo!.value).toBe(200_000);
    for (const { name, points, knee } of panel!.lines) {
      const run = runs.find(({ mechanism }) => mechanism === name)!;
      expect(knee).toBe(run.value);
      const tried = run.tried.filter(({ slos }) => slos !== undefined);
      expect(points.map(({ x }) => x)).toEqual(tried.map(({ value }) => value));
      tried.forEach(({ slos, attainedIn, of }, i) => {
        const { latencyNs } = slos!.find(({ vm }) => vm === 'api')!;
        expect(points[i]!.mean).toBe(latencyNs ?? 200_000);
        if (of === 1) expect(points[i]!.missed).toBe(attainedIn === 0);
      });
      const answer = points.find(({ x }) => x === run.value);
      if (run.value !== null) expect(answer!.mean).toBeLessThanOrEqual(200_000);
    }
    expect(panel!.lines.some(({ points }) => points.some(({ missed }) => missed))).toBe(true);
    const lost = {
      ...made.size,
      runs: [
        {
          ...runs[0]!,
          tried: [
            {
              value: 4,
              attainedIn: 0,
              of: 1,
              slos: [{ vm: 'api', quantile: 0.99, targetNs: 200_000, latencyNs: null }],
            },
            {
              value: 6,
              attainedIn: 1,
              of: 1,
              slos: [{ vm: 'api', quantile: 0.99, targetNs: 200_000, latencyNs: 150_000 }],
            },
          ],
        },
      ],
    };
    const drawn = reportOf(lost).figures.find(({ id }) => id === 'size-curve')!;
    expect((drawn.drawing as Of<'response'>).panels[0]!.lines[0]!.points).toMatchObject([
      { x: 4, mean: 200_000, missed: true, beyond: true },
      { x: 6, mean: 150_000, missed: false },
    ]);
    expect((drawn.drawing as Of<'response'>).panels[0]!.lines[0]!.points[1]).not.toHaveProperty('beyond');
    expect(drawn.table.rows[0]![2]).toBe('more than 200\u00a0µs');
  });

  it('needed: the answers of size and of the search of compare', () => {
    const { rows } = drawingOf(reportOf(made.size).figures, 'needed');
    expect(rows.map(({ name, value }) => [name, value])).toEqual(
      made.size.runs.map(({ mechanism, value }) => [mechanism, value]),
    );
    rows.forEach(({ tried }, i) => {
      const ran = made.size.runs[i]!.tried.filter(({ of }) => of > 0);
      expect(tried).toEqual(ran.map(({ value, attainedIn, of }) => ({ value, share: attainedIn / of })));
    });
    const sized = drawingOf(reportOf(made.comparison).figures, 'needed').rows;
    expect(sized.map(({ value }) => value)).toEqual(made.comparison.sizing!.map(({ cores }) => cores));
  });

  it('sweep: the tails at some points, where the rows hold them', () => {
    expect(reportOf(made.sweep).figures.map(({ id }) => id)).toEqual(['response-host-cores']);
    const tail = (ns: number): Record<string, Tail> => ({ api: { share: [0.5, 0.1, 0.01], ns: [ns, 2 * ns, 3 * ns] } });
    const rows = made.sweep.rows.map((row) => ({ ...row, tails: tail(1000 * Number(row.point['host.cores'])) }));
    const figure = reportOf({ ...made.sweep, rows }).figures.find(({ id }) => id === 'tails')!;
    const { panels } = figure.drawing as Of<'tail'>;
    expect(panels.map(({ title }) => title)).toEqual(['ideal', 'hyperflux', 'static']);
    for (const { lines, slo } of panels) {
      expect(slo).toMatchObject({ ns: 200_000 });
      expect(lines.map(({ name }) => name)).toEqual(['5', '7', '9', '11']);
      expect(lines[1]!.curve).toEqual([
        [7000, 0.5],
        [14_000, 0.1],
        [21_000, 0.01],
      ]);
      expect(lines[1]!.points.map(({ name, ns }) => [name, ns])).toEqual([
        ['p50', 7000],
        ['p90', 14_000],
        ['p99', 21_000],
      ]);
    }
    expect(figure.table.rows).toHaveLength(12);
    const single = rows.map((row) => ({ ...row, replications: 1 }));
    const ofOne = reportOf({ ...made.sweep, rows: single }).figures.find(({ id }) => id === 'tails')!;
    const mean = (i: number): string => duration(of('hyperflux')[i]!.figures['api.latencyNs.p99']!.mean);
    const of = (name: string): typeof rows => rows.filter(({ mechanism }) => mechanism === name);
    // of one seed a quantile is the figure that all other places have, not the bound of its bucket
    expect(ofOne.answer).toContain(`hyperflux ${mean(0)} at 5 and ${mean(3)} at 11`);
    const p99 = ofOne.table.head.indexOf('api p99');
    expect(ofOne.table.rows.filter((row) => row[1] === 'hyperflux').map((row) => row[p99])).toEqual(
      [0, 1, 2, 3].map(mean),
    );
    const drawnOfOne = (ofOne.drawing as Of<'tail'>).panels[1]!.lines[0]!.points.find(({ name }) => name === 'p99');
    expect(drawnOfOne!.ns).toBe(of('hyperflux')[0]!.figures['api.latencyNs.p99']!.mean);
    expect(figure.answer).toContain(`its mean over the seeds: under`);
    expect(figure.answer).toContain(`hyperflux ${mean(0)} at 5 and ${mean(3)} at 11`);
    // of many points some, both ends among them
    const many = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((cores) => ({
      ...rows[0]!,
      point: { 'host.cores': cores },
      tails: tail(cores),
    }));
    const chosen = reportOf({ ...made.sweep, rows: many }).figures.find(({ id }) => id === 'tails')!;
    expect((chosen.drawing as Of<'tail'>).panels[0]!.lines.map(({ name }) => name)).toEqual([
      '1',
      '3',
      '4',
      '6',
      '7',
      '9',
    ]);
    expect(chosen.caption).toContain('(6 of 9 points)');
    // along two axes a name says of which each value is
    const both = rows.map((row) => ({ ...row, point: { load: 0.3, ...row.point } }));
    const crossed = reportOf({ ...made.sweep, rows: both }).figures.find(({ id }) => id === 'tails')!;
    expect((crossed.drawing as Of<'tail'>).panels[0]!.lines[0]!.name).toBe('load 0.3, host.cores 5');
  });

  it('sweep: every mean with its interval, the objective, and where it is missed', () => {
    const { panels, x } = drawingOf(reportOf(made.sweep).figures, 'response');
    expect(x).toBe('host.cores');
    expect(panels[0]!.slo!.value).toBe(200_000);
    const points = panels[0]!.lines.flatMap(({ name, points: some }) => some.map((point) => ({ name, ...point })));
    expect(points).toHaveLength(made.sweep.rows.filter(({ refused }) => refused === undefined).length);
    for (const { name, x: at, mean, low, high, missed } of points) {
      const row = made.sweep.rows.find(({ mechanism, point }) => mechanism === name && point['host.cores'] === at)!;
      expect({ mean, low, high }).toEqual(
        (({ mean: a, low: b, high: c }) => ({ mean: a, low: b, high: c }))(row.figures['api.latencyNs.p99']!),
      );
      expect(missed).toBe(row.figures['api.slo.attained']!.mean! < 1);
    }
    const { remarks, figures } = reportOf(made.sweep);
    const warned = made.sweep.rows.flatMap(({ warnings }) => warnings);
    expect(warned.length).toBeGreaterThan(0);
    for (const { code, field, detail } of warned.slice(0, 1)) {
      const having = made.sweep.rows.filter(({ warnings }) =>
        warnings.some((one) => one.code === code && one.field === field),
      );
      expect(remarks).toContainEqual({
        code,
        detail: expect.stringContaining(
          `${having.length} of ${made.sweep.rows.length} rows, the first at host.cores = `,
        ) as string,
      });
      expect(remarks.map((one) => one.detail).join()).toContain(detail.slice(0, 10));
    }
    const { head, rows } = figures.find(({ id }) => id === 'response-host-cores')!.table;
    expect(rows.map((row) => row[head.indexOf('warnings')])).toEqual(
      made.sweep.rows.map(({ warnings }) => [...new Set(warnings.map(({ code }) => code))].join(', ')),
    );
    const poor = made.sweep.rows.map((row) => ({ ...row, support: { 'api.latencyNs.p99': 'few' as const } }));
    const marked = reportOf({ ...made.sweep, rows: poor }).figures[0]!.table;
    expect(marked.rows.every((row) => row[marked.head.indexOf('api p99')]!.startsWith('≥ '))).toBe(true);
    const heat = drawingOf(reportOf(made.grid).figures, 'heat');
    expect(heat.panels[0]!.cells).toHaveLength(made.grid.rows.filter(({ refused }) => refused === undefined).length);
  });
});

describe('what limits figures', () => {
  it('is told of a suite and of a trace in the words of the terminal', () => {
    const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');
    for (const [value, text, codes] of [
      [made.suite, renderSuite(made.suite), ['made-up']],
      [made.pages, renderPages(made.pages), ['one-trace', 'counts-only']],
    ] as const) {
      const { remarks } = reportOf(value);
      expect(remarks.map(({ code }) => code)).toEqual(expect.arrayContaining([...codes]));
      for (const { code, detail } of remarks) expect(flat(text)).toContain(`${code}: ${detail}`);
      const html = renderHtml(value, { command: 'x' });
      expect(html).toContain(`<summary>${codes[0]}</summary>`);
      expect(html).toContain('What limits these figures?');
    }
    const five = { ...made.suite, replications: 5 };
    expect(reportOf(five).remarks.map(({ code }) => code)).not.toContain('one-seed');
    expect(renderSuite(five)).toContain('can this be trusted?');
  });

  it('names of one column stand a line apart, in their order, as near as that lets them', () => {
    expect(spaced([100, 50], [9, 200])).toEqual([100, 50]);
    expect(spaced([100, 100, 100], [9, 200])).toEqual([84, 100, 116]);
    expect(spaced([198, 196, 20], [9, 200])).toEqual([200, 184, 20]);
    const many = spaced(new Array<number>(5).fill(195), [9, 200]);
    expect(many).toEqual([136, 152, 168, 184, 200]);
  });

  it('no SLO is called met by fewer requests than its quantile needs, and a miss is told from the target', () => {
    const [api, ...others] = made.result.vms;
    const judgedBy = (completed: number, latencyNs: number, warned: boolean): Result => ({
      ...made.result,
      warnings: warned ? [{ code: 'few-samples', field: 'api.slo', detail: 'judged by few' }] : [],
      vms: [
        {
          ...api!,
          completed,
          dropped: 0,
          slo: { ...api!.slo!, quantile: 0.99, targetNs: 200_000, latencyNs, attained: latencyNs <= 200_000 },
        },
        ...others.map((vm) => ({ ...vm, slo: null })),
      ],
    });
    const few = reportOf(judgedBy(4, 38_600, true));
    expect(few.good).toBeNull();
    expect(few.verdict).toMatch(
      / meets the SLO so far: api’s p99 is 38\.6.µs, at most 200.µs asked \(of 4 requests, too few to rely on p99\)\.$/,
    );
    expect(few.figures[0]!.answer).toMatch(/\(38\.6.µs, of 4 requests, too few to rely on p99\) meets/);
    // the dots of the picture are hollow by the same threshold
    const [almost, just] = [reportOf(judgedBy(999, 38_600, false)), reportOf(judgedBy(1000, 38_600, false))];
    expect([almost.good, just.good]).toEqual([null, true]);
    expect(almost.verdict).toContain('(of 999 requests, too few to rely on p99)');
    const enough = reportOf(judgedBy(4000, 38_600, false));
    expect(enough.good).toBe(true);
    expect(enough.verdict).toMatch(/ meets the SLO: api’s p99 is 38\.6.µs, at most 200.µs asked\.$/);
    const missed = reportOf(judgedBy(4000, 200_260, false));
    expect(missed.good).toBe(false);
    expect(missed.verdict).toMatch(/misses the SLO: api’s p99 is 200\.3.µs, at most 200.µs asked\.$/);
    expect(reportOf(judgedBy(4, 200_260, true)).good).toBeNull();
    expect(besideTarget(200_001, 200_000)).toBe('200.001\u00a0µs');
    expect(besideTarget(741_000, 200_000)).toBe(duration(741_000));
    expect(besideTarget(199_990, 200_000)).toBe(duration(199_990));
  });

  it('numbers from 10 000 on have thin spaces, but not in commands, versions, settings and hashes', () => {
    expect(inThousands(['41170 of 1,234,567', '0 to 1200 s', '10497.5 ms', '-12345'])).toEqual([
      '41\u2009170 of 1\u2009234\u2009567',
      '0 to 1200 s',
      '10\u2009497.5 ms',
      '-12345'.replace('12345', '12\u2009345'),
    ]);
    const kept = [
      'fluxhost run a.yaml --seed 123456',
      'arXiv:2511.09961',
      'seed=123456',
      'a12345',
      '2026-11111',
      'sha256:12345',
    ];
    expect(inThousands(kept)).toEqual(kept);
    const strips = { waiting: ['10102*1 0*3'], cores: [{ vms: '0*12345', doing: 'r' }] };
    expect(inThousands({ ...strips, title: 'up to 10102' })).toEqual({ ...strips, title: 'up to 10\u2009102' });
  });
});

describe('the suite', () => {
  it('has a cell for each row that ran, and says how many runs attain every SLO', () => {
    const [figure] = reportOf(made.suite).figures;
    if (figure?.drawing.kind !== 'heat') throw new Error('no map');
    const { rows, scores } = made.suite;
    const cells = figure.drawing.panels[0]!.cells;
    expect(cells).toHaveLength(rows.filter(({ figures }) => figures !== null).length);
    for (const { x, y, value, missed } of cells) {
      const row = rows.find(({ mechanism, scenario }) => mechanism === x && scenario === y)!;
      expect(value).toBe(row.figures!.tailOverTarget.mean);
      expect(missed).toBe(row.slo.attainedIn < row.slo.of);
    }
    expect(cells.some(({ missed }) => missed)).toBe(true);
    const [best, last] = scores.filter(({ mechanism }) => mechanism !== 'ideal');
    expect(reportOf(made.suite).verdict).toMatch(
      `${best!.mechanism} meets every SLO in ${best!.slo.attainedIn} of 4 runs, the most. The others: ${last!.mechanism} in ${last!.slo.attainedIn}`,
    );
    const most = Math.max(...cells.map(({ value }) => value));
    expect(figure.answer).toContain(`${Number(most.toPrecision(3))} times`);
  });
});

describe('what is said', () => {
  it('the verdict follows from the result, either way', () => {
    const { result } = made;
    const slo = result.vms[0]!.slo!;
    const of = (attained: boolean): ReturnType<typeof reportOf> => {
      const vms = result.vms.map((vm, i) => (i === 0 ? { ...vm, slo: { ...slo, attained } } : vm));
      return reportOf({ ...result, vms });
    };
    const told = `api’s p99 is ${duration(slo.latencyNs)}, at most 200\u00a0µs asked.`;
    expect(of(true)).toMatchObject({ verdict: `hyperflux meets the SLO: ${told}`, good: true });
    expect(of(false)).toMatchObject({ verdict: `hyperflux misses the SLO: ${told}`, good: false });
  });

  it('remarks: what the result warns of, and what can be seen without', () => {
    const warnings = [{ code: 'few-samples', field: 'api.latencyNs.p999', detail: 'three samples' }];
    const codes = (one: object): string[] => reportOf({ ...made.result, ...one }).remarks.map(({ code }) => code);
    expect(codes({})).toEqual([...made.result.warnings.map(({ code }) => code), 'one-seed']);
    expect(codes({ warnings: [] })).toEqual(['one-seed']);
    expect(codes({ warnings, incomplete: true })).toEqual(['few-samples', 'incomplete', 'one-seed']);
  });

  it('tells the kinds of documents apart, and others from them', () => {
    expect(all(made).map(([, one]) => kindOf(one))).toEqual([
      'result',
      'comparison',
      'size',
      'sweep',
      'sweep',
      'result',
      'pages',
      'reserve',
      'experiment',
      'suite',
    ]);
    for (const other of [null, 3, [], {}, { runs: [] }, { manifest: {}, vms: 1 }])
      expect(kindOf(other)).toBeUndefined();
  });
});

describe('the page', () => {
  const EVIL = `</script><script>alert(1)</script><img src=x onerror='alert("2")'>`;

  it('has its policy, its script by its hash, and every table', async () => {
    const html = renderHtml(made.comparison, { command: 'fluxhost compare a.yaml' });
    expect(html).toContain(`script-src &#39;sha256-${PAGE_SCRIPT_SHA256}&#39;`);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(PAGE_SCRIPT));
    expect(Buffer.from(digest).toString('base64')).toBe(PAGE_SCRIPT_SHA256);
    expect(html).toContain('default-src &#39;none&#39;');
    for (const { table } of reportOf(made.comparison).figures)
      for (const row of table.rows) for (const cell of row) expect(html).toContain(`>${escapeHtml(cell)}<`);
  });

  it('says the verdict in a sentence, what else there is below it, and a warning that comes twice once', () => {
    const [first, ...rest] = made.comparison.runs;
    const warning = { code: 'unit', field: 'a.b', detail: 'first' } as const;
    const warned = { ...first!, warnings: [warning, { ...warning, field: 'c.d', detail: 'second' }, warning] };
    const html = renderHtml({ ...made.comparison, runs: [warned, ...rest] }, { command: 'x' });
    expect(/<p class="verdict[^>]*>.*?<\/p>/.exec(html)![0]).toMatch(/every SLO[^.]*\.<\/p>$/);
    expect(/<p class="more">(.*?)<\/p>/.exec(html)![1]).toMatch(/^To meet every SLO/);
    expect(html).toContain('<summary>unit × 2</summary><p>a.b (ideal): first</p><p>c.d (ideal): second</p>');
  });

  it('escapes names, labels, codes, commands and scenarios', () => {
    const result = structuredClone(made.result);
    result.manifest.mechanism = EVIL;
    result.vms[0]!.name = EVIL;
    result.series!.vms[0]!.name = EVIL;
    Object.assign(result, { warnings: [{ code: EVIL, field: EVIL, detail: EVIL }] });
    const html = renderHtml(result, { command: EVIL, scenario: EVIL, from: EVIL });
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    const json = /<script type="application\/json" id="drawings">(.*?)<\/script>/s.exec(html)![1]!;
    expect(
      (JSON.parse(json) as Record<string, { drawing: { panels: { title: string }[] } }>)['latency']!.drawing.panels[0]!
        .title,
    ).toBe(EVIL);
    expect(inlineJson('<!-- \u2028')).toBe(String.raw`"\u003c!-- \u2028"`);
  });

  it('stays below 2 MB, with 64 VMs and as many samples as a run keeps', () => {
    const { result } = made;
    const [vm] = result.vms;
    const samples = Array.from({ length: 4096 }, (_, i) => i);
    const names = Array.from({ length: 64 }, (_, i) => `vm-${i}`);
    const of = (name: string) => ({
      name,
      coresHeld: samples,
      waiting: samples,
      oldestDelayNs: samples,
      completed: samples,
    });
    const large = {
      ...result,
      vms: names.map((name) => ({ ...vm!, name })),
      series: { intervalNs: 1000, timeNs: samples.map((i) => 1000 * (i + 1)), vms: names.map(of), groups: [] },
    };
    for (const [, one] of [...all(made), ['large', large] as const])
      expect(renderHtml(one, { command: 'fluxhost run a.yaml' }).length).toBeLessThan(2e6);
  });
});
