// The tables of docs/validation.md: every law and every reference result beside what the simulator gives, its error and the
// verdict. Printed as one JSON object, section by section; scripts/validate.mjs puts them into the page.

import {
  erlangC,
  forkJoin2,
  machineRepairman,
  mg1Room,
  mg1Wait,
  mmkQuantile,
  mmkRoom,
  mmkWait,
} from '../support/queueing.js';
import { peersReference } from '../support/reference.js';
import {
  CONSTANT,
  EXPONENTIAL,
  MEAN_US,
  lost,
  meanDelay,
  meanLatency,
  replicate,
  replicateOnce,
  station,
  steady,
  us,
  type Run,
} from '../support/scenarios.js';
import { MOVERS, SIZES_US, compareAt, loss, over } from './negative-control.js';
import {
  CONFIGURATIONS,
  FIGURES,
  LONG,
  apart,
  measure,
  nsdi22Reference,
  type Figure,
  type Measured,
} from './nsdi22.js';
import { boundedCases, boundedFigures, ownCases, schedsimCases, schedsimRuns } from './schedsim.js';
import { droppedShare, orders, ownShares } from './tandem.js';
import { MEMORY_HEAD, memoryRows } from './memory.js';

const WITHIN = 3;
const RUNS = 12;
const SCHEDSIM_RUNS = 24;

type Row = readonly string[];

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

const digits = (value: number): string => {
  const size = Math.abs(value);
  return size >= 1000
    ? value.toFixed(0)
    : size >= 100
      ? value.toFixed(1)
      : size >= 1
        ? value.toFixed(3)
        : value.toPrecision(3);
};
const error = (value: number): string => (value === 0 ? '0' : value >= 100 ? value.toFixed(0) : value.toPrecision(2));
const measured = ({ value, se }: Measured): string => `${digits(value)} ± ${error(se)}`;
const verdictOf = (sigmas: number): string => (Math.abs(sigmas) <= WITHIN ? 'agrees' : '**differs**');

/**
 * A law's row: `allowance` is what separates the two apart from chance (rounding to ns, the reference's own interval);
 * `expectedError` the standard error of a reference that was measured.
 */
function lawRow(
  law: string,
  figure: string,
  samples: readonly number[],
  expected: number,
  allowance: number,
  command: string,
  expectedError = 0,
): Row {
  const got = over(samples);
  const beyond = Math.max(0, Math.abs(got.value - expected) - allowance);
  const together = Math.hypot(got.se, expectedError);
  const sigmas = together === 0 ? (beyond === 0 ? 0 : Infinity) : beyond / together;
  return [
    law,
    figure,
    expectedError === 0 ? digits(expected) : measured({ value: expected, se: expectedError }),
    measured(got),
    error(got.value - expected),
    verdictOf(sigmas),
    `\`${command}\``,
  ];
}

const LAW_HEAD = ['law', 'figure', 'expected', 'got ± standard error', 'error', 'verdict', 'command'];

async function laws(): Promise<string> {
  const rows: Row[] = [];
  const { mmk, mdk_exact: mdk } = peersReference().queueing_closed_form;
  const waited = ({ waited: share }: Run): number => share;
  for (const { k, rho } of mmk.filter(({ rho }) => rho <= 0.9)) {
    const runs = await replicate(station({ cores: k, load: rho, ...steady(k, rho, 60_000) }), RUNS);
    const name = `M/M/${k}, load ${rho}`;
    const command = 'npm test -- test/laws/mmk.test.ts';
    const unseen = (erlangC(k, rho) * k * (1 - rho)) / (1000 * MEAN_US);
    rows.push(lawRow(name, 'P(wait)', runs.map(waited), erlangC(k, rho), unseen, command));
    rows.push(lawRow(name, 'W, us', us(runs, meanLatency), MEAN_US + mmkWait(k, rho, MEAN_US), 0.001, command));
    const p99 = mmkQuantile(k, rho, MEAN_US, 0.99);
    rows.push(
      lawRow(
        name,
        'p99, us',
        us(runs, (run) => run.vm.latencyNs.p99),
        p99,
        p99 / 1024,
        command,
      ),
    );
  }
  for (const { k, rho, Wq } of mdk.filter(({ rho }) => rho === 0.8)) {
    const runs = await replicate(station({ cores: k, load: rho, service: CONSTANT, ...steady(k, rho, 60_000) }), RUNS);
    rows.push(
      lawRow(`M/D/${k}, load ${rho}`, 'Wq, us', us(runs, meanDelay), Wq, 0.001, 'npm test -- test/laws/mgk.test.ts'),
    );
  }
  const bimodal = { dist: 'bimodal' as const, short: '5us', long: '55us', longShare: 0.1 };
  const single = await replicate(station({ cores: 1, load: 0.8, service: bimodal, ...steady(1, 0.8, 100_000) }), RUNS);
  rows.push(
    lawRow(
      'M/G/1 (Pollaczek-Khinchine), bimodal, load 0.8',
      'Wq, us',
      us(single, meanDelay),
      mg1Wait(0.8, MEAN_US, 2.25),
      0.001,
      'npm test -- test/laws/mgk.test.ts',
    ),
  );
  const stealing = 'npm test -- test/laws/stealing.test.ts';
  const apartOnes = await replicate(
    station({ cores: 16, load: 0.8, mechanism: 'static', ...steady(16, 0.8, 150_000), vm: { stealing: 'none' } }),
    RUNS,
  );
  rows.push(
    lawRow(
      '16 queues without stealing are 16 × M/M/1, load 0.8',
      'W, us',
      us(apartOnes, meanLatency),
      MEAN_US / 0.2,
      0.001,
      stealing,
    ),
  );
  const free = await replicate(
    station({ cores: 16, load: 0.8, mechanism: 'static', ...steady(16, 0.8, 80_000) }),
    RUNS,
  );
  rows.push(
    lawRow(
      'stealing at no cost has the mean of M/M/16, load 0.8',
      'W, us',
      us(free, meanLatency),
      MEAN_US + mmkWait(16, 0.8, MEAN_US),
      0.001,
      stealing,
    ),
  );

  const networks = 'npm test -- test/laws/networks.test.ts';
  const base = station({ cores: 2, load: 0.4, mechanism: 'static', ...steady(2, 0.8, 100_000) });
  const pair = {
    ...base.vms[0]!,
    dispatch: 'round-robin' as const,
    stealing: 'none' as const,
    workload: {
      arrivals: { process: 'poisson' as const, rate: 8e4 },
      request: { stages: [{ tasks: 2, service: EXPONENTIAL }] },
    },
  };
  const forked = await replicate({ ...base, vms: [pair] }, RUNS);
  rows.push(
    lawRow(
      'two-way fork-join (Nelson & Tantawi), load 0.8',
      'W, us',
      us(forked, meanLatency),
      forkJoin2(0.8, MEAN_US),
      0.001,
      networks,
    ),
  );
  const closedBase = station({ cores: 1, load: 0.5, duration: '2s', warmup: '20ms' });
  const clients = {
    ...closedBase.vms[0]!,
    workload: {
      arrivals: { process: 'closed' as const, clients: 8, think: { dist: 'exponential' as const, mean: '40us' } },
      request: { stages: [{ tasks: 1, service: EXPONENTIAL }] },
    },
  };
  const closed = await replicate({ ...closedBase, vms: [clients] }, RUNS);
  rows.push(
    lawRow(
      '8 clients, think 40 us, one server (MVA)',
      'W, us',
      us(closed, meanLatency),
      machineRepairman(8, 40, MEAN_US).W,
      0.001,
      networks,
    ),
  );
  rows.push(...(await finiteQueues()));
  return table(LAW_HEAD, rows);
}

async function finiteQueues(): Promise<Row[]> {
  const rows: Row[] = [];
  const command = 'npm test -- test/laws/bounded.test.ts';
  for (const [k, rho, queue] of [
    [1, 0.8, 4],
    [16, 0.8, 0],
    [16, 1, 16],
    [64, 0.8, 0],
  ] as const) {
    const theory = mmkRoom(k, k + queue, rho, MEAN_US);
    const runs = await replicate(
      station({ cores: k, load: rho, ...steady(k, 0.8, 60_000), vm: { queueLimit: queue } }),
      RUNS,
    );
    const name = queue === 0 ? `M/M/${k}/${k} (Erlang B), load ${rho}` : `M/M/${k}/${k + queue}, load ${rho}`;
    rows.push(lawRow(name, 'dropped', runs.map(lost), theory.lost, 0, command));
    rows.push(lawRow(name, 'W, us', us(runs, meanLatency), theory.W, 0.001, command));
  }
  const theory = mg1Room(6, 0.8, MEAN_US, [{ chance: 1, value: MEAN_US }]);
  const input = station({ cores: 1, load: 0.8, service: CONSTANT, ...steady(1, 0.8, 60_000), vm: { queueLimit: 5 } });
  const runs = await replicate(input, RUNS);
  rows.push(lawRow('M/D/1/6, load 0.8', 'dropped', runs.map(lost), theory.lost, 0, command));
  rows.push(lawRow('M/D/1/6, load 0.8', 'W, us', us(runs, meanLatency), theory.W, 0.001, command));
  return rows;
}

async function schedsim(): Promise<string> {
  const rows: Row[] = [];
  for (const { topology, law, load, input, expectedUs, allowanceUs, source } of schedsimCases()) {
    const runs = await replicateOnce(input, SCHEDSIM_RUNS);
    rows.push(
      lawRow(
        `${topology}, ${law}, load ${load} (${source})`,
        'Wq, us',
        us(runs, meanDelay),
        expectedUs,
        allowanceUs,
        'npm test -- test/reference/schedsim.test.ts',
      ),
    );
  }
  const command = 'npm test -- test/reference/schedsim.test.ts';
  for (const { topology, law, load, queueLimit, input, expected, source } of boundedCases()) {
    const figures = (await replicateOnce(input, RUNS)).map(boundedFigures);
    const name = `${topology} bounded (${queueLimit} may wait), ${law}, load ${load} (${source})`;
    const [share, W] = [figures.map((figure) => figure.lost), figures.map((figure) => figure.W)];
    rows.push(lawRow(name, 'dropped', share, expected.lost, 0, command));
    rows.push(lawRow(name, 'W, us', W, expected.W, 0.001, command));
  }
  for (const { topology, law, input, sojournUs, p99Us } of ownCases()) {
    const runs = await replicateOnce(input, SCHEDSIM_RUNS);
    const p99 = us(runs, (run) => run.vm.latencyNs.p99);
    const name = `${topology}, ${law}, load 0.8 (schedsim itself)`;
    rows.push(lawRow(name, 'W, us', us(runs, meanLatency), sojournUs[0], 0.001, command, sojournUs[1]));
    rows.push(lawRow(name, 'p99, us', p99, p99Us[0], p99Us[0] / 1024, command, p99Us[1]));
  }
  return table(LAW_HEAD, rows);
}

/** schedsim's bounded topology: equal times in either order, simulated, and in schedsim's own order, by the recursion. */
async function tandem(): Promise<string> {
  const rows: Row[] = [];
  for (const { lambda, buffer, droppedShare: share } of schedsimRuns().bounded) {
    const done = await orders(15 * lambda, buffer, RUNS);
    const simulated = (first: 'take' | 'send'): Measured =>
      over(done.map(({ simulated: { [first]: one } }) => droppedShare(one)));
    const [take, send] = [simulated('take'), simulated('send')];
    const own = over(await ownShares(lambda, buffer, SCHEDSIM_RUNS));
    const published = { value: share[0], se: share[1] };
    const between =
      published.value > take.value - WITHIN * Math.hypot(take.se, share[1]) &&
      published.value < send.value + WITHIN * Math.hypot(send.se, share[1]);
    rows.push([
      `${buffer}`,
      (15 * lambda).toFixed(2),
      measured(published),
      measured(take),
      measured(send),
      between ? 'lies between' : '**differs**',
      measured(own),
      verdictOf(apart(own, published)),
    ]);
  }
  return table(
    [
      'buffer',
      'load',
      'schedsim',
      'ours, taken first',
      'ours, sent first',
      'schedsim',
      'its order, recursion',
      'verdict',
    ],
    rows,
  );
}

async function nsdi22(): Promise<string> {
  const { configs, long_runs_first_half_dropped: long } = nsdi22Reference();
  const rows: Row[] = [];
  const add = (
    id: string,
    got: Readonly<Record<Figure, Measured>>,
    expected: Readonly<Record<Figure, Measured>>,
  ): void => {
    for (const figure of FIGURES) {
      const sigmas = apart(got[figure], expected[figure]);
      rows.push([
        id,
        figure,
        measured(expected[figure]),
        measured(got[figure]),
        `${sigmas.toFixed(1)} σ`,
        verdictOf(sigmas),
      ]);
    }
  };
  for (const configuration of CONFIGURATIONS)
    add(configuration.id, await measure(configuration, 32), configs[configuration.id]!.results);
  const slow = CONFIGURATIONS.find(({ id }) => id === '7-default-1us')!;
  add(`${slow.id}, long runs`, await measure(slow, 12, LONG), long[slow.id]!);
  return table(['configuration', 'figure (ns, cores, moves)', 'expected', 'got', 'error', 'verdict'], rows);
}

async function control(): Promise<string> {
  const rows: Row[] = [];
  const percent = ({ value, se }: Measured): string => `${(100 * value).toFixed(1)} ± ${(100 * se).toFixed(1)} %`;
  for (const mover of MOVERS) {
    for (const sizeUs of SIZES_US) {
      const comparison = await compareAt(mover, sizeUs);
      const { pairs } = comparison;
      const p99 = loss(comparison, 'p99Us');
      const verdict = p99.value > WITHIN * p99.se ? 'loses' : p99.value < -WITHIN * p99.se ? 'wins' : 'even';
      rows.push([
        mover,
        `${sizeUs} us`,
        digits(over(pairs.map(({ moving }) => moving.heldCores)).value),
        digits(over(pairs.map(({ moving }) => moving.p99Us)).value),
        digits(over(pairs.map(({ fixed }) => fixed.p99Us)).value),
        percent(p99),
        percent(loss(comparison, 'meanUs')),
        verdict,
      ]);
    }
  }
  return table(
    [
      'mechanism',
      'task',
      'cores held',
      'p99 moving, us',
      'p99 static, us',
      'p99, moving / static − 1',
      'mean, likewise',
      'moving',
    ],
    rows,
  );
}

const memory = async (): Promise<string> => table(MEMORY_HEAD, await memoryRows());

const SECTIONS = { laws, schedsim, tandem, nsdi22, control, memory } as const;
type Section = keyof typeof SECTIONS;

const words = process.argv.slice(2);
const isSection = (name: string): name is Section => Object.hasOwn(SECTIONS, name);
if (words.includes('--names')) {
  process.stdout.write(JSON.stringify(Object.keys(SECTIONS)));
} else {
  const printed: Partial<Record<Section, string>> = {};
  for (const name of words.filter(isSection)) {
    process.stderr.write(`${name} …\n`);
    printed[name] = await SECTIONS[name]();
  }
  process.stdout.write(JSON.stringify(printed));
}
