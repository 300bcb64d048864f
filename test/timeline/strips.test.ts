// Strips: who held which core. They change nothing of a run; far away they are what the host does at instants, close by what the
// timeline of the same window says.

import { expect, it } from 'vitest';
import { MECHANISM_KINDS, Simulation, type ScenarioInput, type StripWindow } from '../../src/index.js';
import { runsOf } from '../../src/result/runs.js';
import { essence } from '../support/bits.js';
import { contended } from '../support/contended.js';
import { S, fn, host, invocations, lifecycle } from '../support/functions.js';
import { traced, type Slice } from './trace.js';

async function stripped(input: ScenarioInput) {
  const simulation = await Simulation.create(input);
  await simulation.run({ strips: true });
  const bits = essence(simulation.metrics());
  const strips = await simulation.strips();
  simulation.close();
  return { bits, windows: strips!.windows };
}

async function plainly(input: ScenarioInput): Promise<string> {
  const simulation = await Simulation.create(input);
  await simulation.run();
  const bits = essence(simulation.metrics());
  expect(await simulation.strips()).toBeNull();
  simulation.close();
  return bits;
}

/** `0 r`: VM and letter of each column. */
function cellsOf({ vms, doing }: StripWindow['cores'][number]): string[] {
  const holders = runsOf(vms).flatMap(([vm, columns]) => new Array<number>(columns).fill(vm));
  expect(holders.length).toBe(doing.length);
  return holders.map((vm, i) => `${vm} ${doing[i]}`);
}

it.each(MECHANISM_KINDS.filter((kind) => kind !== 'nsdi22'))('changes nothing under %s', async (kind) => {
  const input = contended(kind, 'lock');
  const { bits, windows } = await stripped(input);
  expect(bits).toBe(await plainly(input));
  expect(windows.map(({ what, columns }) => [what, columns])).toEqual([
    ['run', 512],
    ['worst', 1000],
  ]);
});

const LETTERS: Readonly<Record<string, string>> = {
  task: 'r',
  'critical section': 'r',
  switch: 'r',
  search: 's',
  steal: 's',
  'spin for the lock': 's',
};

/** Time of each cell within [from, until] of one core, by the timeline. */
function timesOf(slices: readonly Slice[], core: number, names: readonly string[], from: number, until: number) {
  const times = new Map<string, number>();
  const add = (cell: string, ns: number): void => void times.set(cell, (times.get(cell) ?? 0) + ns);
  const overlap = (slice: Slice): number => Math.min(slice.untilNs, until) - Math.max(slice.fromNs, from);
  for (const slice of slices) {
    if (slice.values['core'] !== core || overlap(slice) <= 0) continue;
    add(`${names.indexOf(slice.track.split('/')[0]!)} ${LETTERS[slice.name] ?? 'm'}`, overlap(slice));
  }
  const busy = [...times.values()].reduce((sum, ns) => sum + ns, 0);
  if (busy < until - from) add('-1 .', until - from - busy);
  return times;
}

it.each(['hyperflux', 'caladan', 'cgroup'] as const)(
  'shows of the worst 2 ms what lasted longest, under %s',
  async (kind) => {
    const input = contended(kind, 'lock');
    const { windows } = await stripped(input);
    const worst = windows.find(({ what }) => what === 'worst')!;
    const { fromNs, columnNs, columns } = worst;
    const simulation = await Simulation.create(input);
    const { trace } = await traced(simulation, { fromNs, untilNs: fromNs + columns * columnNs });
    const names = simulation.scenario.vms.map(({ name }) => name);
    const slices = trace.slices.filter(({ track }) => track.includes('/vCPU'));
    const letters = new Set<string>();
    worst.cores.forEach((core, index) => {
      cellsOf(core).forEach((cell, column) => {
        const from = fromNs + column * columnNs;
        const times = timesOf(slices, index, names, from, from + columnNs);
        const most = Math.max(...times.values());
        expect([index, column, cell, times.get(cell)]).toEqual([index, column, cell, most]);
        letters.add(cell.slice(-1));
      });
    });
    expect([...letters].sort().join('')).toContain('mrs');
    // queues: the counter of the timeline, at its most in each column
    names.forEach((name, vm) => {
      const changes = trace.counters.get(`${name}/tasks waiting`)!;
      const values = runsOf(worst.waiting[vm]!).flatMap(([value, many]) => new Array<number>(many).fill(value));
      let now = 0;
      let next = 0;
      values.forEach((value, column) => {
        const untilNs = fromNs + (column + 1) * columnNs;
        let most = now;
        for (; next < changes.length && changes[next]![0] < untilNs; next++) {
          now = changes[next]![1];
          if (changes[next]![0] > fromNs || column > 0) most = Math.max(most, now);
          else most = now; // what waits when the window opens
        }
        expect([name, column, value]).toEqual([name, column, most]);
      });
    });
  },
);

it('shows of the whole run what every core does at the middle of a column', async () => {
  const input = contended('hyperflux', 'plain');
  const { windows } = await stripped(input);
  const [run] = windows;
  expect(run).toMatchObject({ what: 'run', fromNs: 0, columns: 512 });
  expect(run!.columnNs * 512).toBe(16e6);
  const cells = run!.cores.map(cellsOf);
  const simulation = await Simulation.create(input);
  const kinds = { idle: '.', running: 'r', searching: 's', stealing: 's', spinning: 's' } as const;
  for (let column = 0; column < 512; column++) {
    await simulation.runUntil(Math.floor((column + 0.5) * run!.columnNs));
    const { cores } = simulation.look();
    expect(cells.map((core) => core[column])).toEqual(
      cores.map(({ vm, doing }) => `${vm} ${kinds[doing as keyof typeof kinds] ?? 'm'}`),
    );
  }
  expect(cells).toHaveLength(simulation.look().cores.length);
});

it('finds the 2 ms in which most requests were in the VMs with an objective', async () => {
  const base = contended('hyperflux', 'plain');
  const [api, web, batch] = base.vms;
  const slo = { quantile: 0.99, latency: '100us' } as const;
  const arrivals = { process: 'onoff', onRate: 6e5, offRate: 5e4, meanOn: '1ms', meanOff: '3ms' } as const;
  const workload = { ...api!.workload!, arrivals };
  const input = { ...base, vms: [{ ...api!, slo, workload }, web!, batch!] };
  const { windows } = await stripped(input);
  const simulation = await Simulation.create(input);
  const sums: number[] = [];
  for (let at = 1e6; at <= 16e6; at += 5e5) {
    await simulation.runUntil(at);
    const { count, mean } = simulation.metrics().vms[0]!.latencyNs;
    sums.push(count === 0 ? 0 : count * mean!);
  }
  const scores = sums.slice(4).map((sum, i) => sum - sums[i]!);
  const best = scores.reduce((most, score, i) => (score > scores[most]! * (1 + 1e-9) ? i : most), 0);
  expect(windows[1]).toMatchObject({ what: 'worst', fromNs: 1e6 + best * 5e5, columnNs: 2000, columns: 1000 });
});

it('is as large for a long run as for a short one, and fits many cores', async () => {
  const idle: ScenarioInput = {
    version: 1,
    seed: 1,
    duration: '100s',
    host: { cores: 1024 },
    mechanism: 'hyperflux',
    vms: [
      {
        name: 'a',
        vcpus: { min: 1, max: 1000 },
        workload: {
          arrivals: { process: 'poisson', rate: 20 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1ms' } }] },
        },
      },
    ],
  };
  const { windows } = await stripped(idle);
  for (const { cores, columns } of windows) {
    expect(cores.length).toBeGreaterThan(1000);
    expect(cores.length * columns).toBeLessThanOrEqual(2 ** 17);
    for (const { doing } of cores) expect(doing).toHaveLength(columns);
  }
  expect(JSON.stringify(windows).length).toBeLessThan(500_000);
});

it('leaves out the worst where the run cannot be taken up again, and what was not reached', async () => {
  const simulation = await Simulation.create(contended('hyperflux', 'plain'));
  const nothing = { next: () => Promise.resolve({ done: true, value: undefined } as const) };
  simulation.inject({ vm: 'api', arrivals: { [Symbol.asyncIterator]: () => nothing } });
  await simulation.runUntil(4e6, { strips: true });
  const { windows } = (await simulation.strips())!;
  expect(windows.map(({ what, columns }) => [what, columns])).toEqual([['run', 128]]);
  simulation.reset(2);
  expect(await simulation.strips()).toBeNull();
  simulation.close();
  const short = { ...contended('ideal', 'plain'), warmup: '0s', duration: '100ns' };
  expect((await stripped(short)).windows.map(({ columns }) => columns)).toEqual([100, 100]);
});

it('stands together behind the VMs for functions, and is whole where the run is laid out anew for more of them', async () => {
  const rows = Array.from({ length: 40 }, (_, i): [number, number, number] => [i * 1e6, 0, 30e6]);
  const spec = lifecycle({ functions: [fn()], invocations: invocations(rows) });
  const made = (): Promise<Simulation> => Simulation.create(host(0.2 * S), { lifecycle: spec, functionVms: 4 });
  const [stripped, plain] = [await made(), await made()];
  await stripped.run({ strips: true });
  await plain.run();
  expect(essence(stripped.metrics())).toBe(essence(plain.metrics()));
  expect(stripped.metrics().lifecycle!.runningMax).toBeGreaterThan(8);
  const [run] = (await stripped.strips())!.windows;
  expect([run!.fromNs, run!.columns]).toEqual([0, 256]); // of 512 cores
  const own = stripped.metrics().vms.length;
  const held = run!.cores.flatMap(({ vms }) => runsOf(vms).flatMap(([vm]) => (vm < 0 ? [] : [vm])));
  expect(new Set(held)).toEqual(new Set([own]));
});

it('looks closely at an instant that was asked for: the run is the same, and the worst asked for is the worst', async () => {
  const input = contended('hyperflux', 'lock');
  const { bits, windows } = await stripped(input);
  const [run, worst] = windows as [StripWindow, StripWindow];
  const lookedAt = async (fromNs: number): Promise<StripWindow> => {
    const simulation = await Simulation.create(input);
    await simulation.run({ strips: { fromNs } });
    expect(essence(simulation.metrics())).toBe(bits);
    const strips = await simulation.strips();
    simulation.close();
    expect(strips!.windows[0]).toEqual(run);
    return strips!.windows[1]!;
  };
  expect(await lookedAt(worst.fromNs)).toEqual(worst);
  const other = worst.fromNs - 1e6;
  const early = await lookedAt(other);
  expect(early.fromNs).toBe(other);
  // where both look, from the middle of the early one on, cores are held by the same VMs
  const half = early.columns / 2;
  expect(early.columnNs).toBe(worst.columnNs);
  expect(cellsOf(early.cores[0]!).slice(half)).toEqual(cellsOf(worst.cores[0]!).slice(0, half));
  // what would end behind the run ends with it
  const late = await lookedAt(Number.MAX_SAFE_INTEGER);
  expect(late.fromNs + late.columns * late.columnNs).toBe(run.fromNs + run.columns * run.columnNs);
});
