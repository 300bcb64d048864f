// The GIL's blocking ratio (arXiv 2601.10582): how many threads an interpreter with one lock should have, whether the ratio of waiting to
// time tells, and what the controller of the authors' library makes of it. Rules: docs/gil.md.

import {
  type Asked,
  type Claim,
  type OwnVerdict,
  type ExperimentTable,
  type ExperimentResult,
  experimentOf,
  type FigureValues,
} from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { percent } from '../words.js';
import { Controller } from './controller.js';
import { GIL_PARAMETERS } from './parameters.js';
import { type Controlled, controlled, type Steady, steady } from './runs.js';
import { pictured } from '../pictures.js';
import { controllerPicture, ratePicture } from './pictures.js';

const ABSTRACT = 'arXiv 2601.10582, abstract';
const README = 'WhiteMetagross/BetaPool 1d6b4ef, README';
const COMMAND = 'fluxhost reproduce gil';
const OPTIMUM = 36_142 / 37_437;
const CLIFF = 0.2;
/** So many in each run of G1 and G2: their error is about 0.3 %. */
const LAW_TASKS = 200_000;
const AT_256 = 1 - 31_087 / 37_437;

function check(settings: Settings, part?: string): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const above = (low: string, high: string): void => {
    if (settings.number(low) > settings.number(high))
      problems.push({ path: low, given: settings.number(low), expected: `at most ${high} (${settings.number(high)})` });
  };
  above('beta.low', 'beta.high');
  above('pool.least', 'pool.most');
  const whole = (path: string, most: number): void => {
    const wrong = settings
      .list(path)
      .find((text) => !(Number.isInteger(Number(text)) && Number(text) >= 1 && Number(text) <= most));
    if (wrong !== undefined) problems.push({ path, given: wrong, expected: `whole numbers from 1 to ${most}` });
  };
  whole('threads', 10_000);
  whole('controlledCores', 256);
  // laws run for as long as they need, the controller alone for `controlled`
  const spans = part === 'laws' ? [] : part === 'controller' ? ['controlled'] : ['duration', 'controlled'];
  if (spans.includes('controlled') && settings.number('monitor') > settings.number('controlled'))
    problems.push({
      path: 'monitor',
      given: settings.number('monitor'),
      expected: `at most controlled (${settings.number('controlled')} s)`,
    });
  for (const path of spans)
    if ((settings.number(path) * 1e6) / settings.number('c') > 1e9)
      problems.push({ path, given: settings.number(path), expected: 'at most 1e9 tasks (c)' });
  refuse(problems);
}

async function sweep({ settings, module }: Asked): Promise<Steady[]> {
  const costs = [...new Set([...settings.list('perWaiters').map(Number), settings.number('perWaiter')])].toSorted(
    (a, b) => a - b,
  );
  const points: Steady[] = [];
  for (const perWaiterNs of costs)
    for (const threads of settings.list('threads').map(Number))
      points.push(await steady(settings, threads, { perWaiterNs }, module));
  return points;
}

const at = (points: readonly Steady[], perWaiterNs: number): Steady[] =>
  points.filter((point) => point.perWaiterNs === Math.round(perWaiterNs));
const best = (points: readonly Steady[]): Steady => points.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
const lossOf = (points: readonly Steady[], threads: number): number | null => {
  const point = points.find((one) => one.threads === threads);
  const { perSecond } = best(points);
  return point === undefined || perSecond === 0 ? null : 1 - point.perSecond / perSecond;
};

/** What is lost from the best on, at so many threads or more: the least of it. */
function cliff(points: readonly Steady[]): number | null {
  const losses = points.flatMap(({ threads }) => (threads >= 512 ? [lossOf(points, threads)!] : []));
  return losses.length === 0 ? null : Math.min(...losses);
}

const common = { unit: '', supported: 'partly', command: COMMAND } as const;
const WHY = 'computation, I/O and what a waiter costs a hand-over are assumed';

function cliffClaims(settings: Settings, points: readonly Steady[], free: readonly Steady[]): Claim[] {
  const claims: Claim[] = [];
  const own = at(points, settings.number('perWaiter'));
  const loss = cliff(own);
  const others = [...new Set(points.map(({ perWaiterNs }) => perWaiterNs))].map((cost) => ({
    cost,
    loss: cliff(at(points, cost)),
  }));
  const range = others.flatMap((one) => (one.loss === null ? [] : [one.loss]));
  if (loss !== null)
    claims.push({
      ...common,
      id: 'cliff',
      claim: 'throughput that is lost from 512 threads on, of the best',
      source: ABSTRACT,
      paper: '20 % or more',
      ours: `${percent(loss)} with ${settings.number('perWaiter')} ns a waiter; ${others.map((one) => `${one.cost} ns: ${percent(one.loss!)}`).join(', ')}`,
      numbers: {
        unit: 'share',
        paper: { bound: '>', value: CLIFF },
        ours: [{ where: '', value: loss, reach: { kind: 'range', low: Math.min(...range), high: Math.max(...range) } }],
      },
      verdict: Math.max(...range) >= CLIFF ? 'reachable' : 'not reached',
      assumptions: [WHY, 'where a waiter costs nothing there is no cliff: hand-overs alone do not make one'],
    });
  const at256 = lossOf(own, 256);
  if (at256 !== null) {
    const each = others.map(({ cost }) => ({ cost, lost: lossOf(at(points, cost), 256)! }));
    const lost = each.map((one) => one.lost);
    claims.push({
      ...common,
      id: 'threads-256',
      claim: 'throughput that is lost at 256 threads, of the best',
      source: README,
      paper: percent(AT_256),
      ours:
        `${percent(at256)} with ${settings.number('perWaiter')} ns a waiter (${Math.round(best(own).perSecond)} tasks a second at ` +
        `${best(own).threads} threads); ${each.map((one) => `${one.cost} ns: ${percent(one.lost)}`).join(', ')}`,
      numbers: {
        unit: 'share',
        paper: { bound: '=', value: AT_256 },
        ours: [{ where: '', value: at256, reach: { kind: 'range', low: Math.min(...lost), high: Math.max(...lost) } }],
      },
      verdict: Math.max(...lost) >= AT_256 ? 'reachable' : 'not reached',
      assumptions: [WHY],
    });
  }
  const without = cliff(free);
  if (without !== null)
    claims.push({
      ...common,
      id: 'no-lock',
      claim: 'on one core the cliff stays without the lock',
      source: ABSTRACT,
      paper: 'it stays',
      ours: `${percent(without)} lost from 512 threads on`,
      verdict: without >= CLIFF ? 'reachable' : 'not reached',
      assumptions: ['on one core who computes is one, lock or not: a context switch costs what a hand-over does'],
    });
  return claims;
}

interface Tried extends Controlled {
  readonly of: number;
  readonly best: Steady;
}

const words = (one: Tried): string =>
  `${percent(one.of)} on ${one.cores} ${one.cores === 1 ? 'core' : 'cores'} with ${one.ioUs} us of I/O (${one.last} threads, the best ${one.best.threads})`;

function controllerClaims(settings: Settings, tried: readonly Tried[], points: readonly Steady[]): Claim[] {
  const first = tried[0]!;
  const shares = tried.map(({ of }) => of);
  const climbed = tried.find(
    (one) => one.cores > 1 && one.ioUs === settings.number('cpuBound.io') && one.last >= settings.number('pool.most'),
  );
  const verdict: OwnVerdict =
    climbed !== undefined
      ? `refuted under ${climbed.cores} cores, CPU-bound: it climbs to ${climbed.last} threads where ${climbed.best.threads} do best`
      : Math.max(...shares) >= OPTIMUM
        ? 'reachable'
        : 'not reached';
  const own = at(points, settings.number('perWaiter')).filter(({ ratio }) => ratio !== null);
  return [
    {
      ...common,
      id: 'controller',
      claim: "throughput under the controller, of the best number of threads'",
      source: README,
      paper: percent(OPTIMUM),
      ours: tried.map(words).join('; '),
      brief: `${percent(first.of)}; ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} over cores and I/O`,
      numbers: {
        unit: 'share',
        paper: { bound: '=', value: OPTIMUM },
        ours: [
          { where: '', value: first.of, reach: { kind: 'range', low: Math.min(...shares), high: Math.max(...shares) } },
        ],
      },
      verdict,
      assumptions: [WHY, 'the best is that of the numbers of threads that were tried'],
    },
    {
      ...common,
      id: 'ratio',
      claim: 'Does the blocking ratio tell waiting for the lock from waiting for I/O?',
      source: ABSTRACT,
      paper: 'it tells',
      answer:
        'No: it rises with both; only the limit on the CPU stops growth, and one lock keeps several cores from reaching it.',
      brief:
        own.length === 0
          ? ''
          : `${own[0]!.ratio!.toFixed(4)} with ${own[0]!.threads} ${own[0]!.threads === 1 ? 'thread' : 'threads'}, ${own.at(-1)!.ratio!.toFixed(4)} with ${own.at(-1)!.threads}`,
      ours: own.map(({ threads, ratio }) => `${threads} threads: ${ratio!.toFixed(4)}`).join(', '),
      verdict: 'reachable',
      assumptions: [WHY],
    },
  ];
}

/** The controller's steps on ratios and CPU that are given, which G3 is about. */
function stepsOf(settings: Settings): number[] {
  const controller = new Controller({
    stabilizationS: settings.number('stabilization'),
    warmupTasks: 0,
    high: settings.number('beta.high'),
    low: settings.number('beta.low'),
    up: settings.number('up'),
    down: settings.number('down'),
    cpuUpper: settings.number('cpuUpper'),
    least: settings.number('pool.least'),
    most: settings.number('pool.most'),
  });
  const seen = [
    ...Array.from({ length: 20 }, () => [0.9, 0.4]),
    ...Array.from({ length: 10 }, () => [0.5, 0.9]),
    ...Array.from({ length: 14 }, () => [0.2, 0.6]),
  ];
  return seen.map(([ratio, cpu], i) => controller.look((i + 1) * settings.number('monitor'), 0, ratio!, cpu!));
}

/** Mean value analysis of one lock and I/O: tasks a computation, by the number of threads. */
function closed(settings: Settings, threads: number): { readonly rate: number; readonly ratio: number } {
  const [c, io] = [settings.number('c'), settings.number('io')];
  let waiting = 0;
  let rate = 0;
  for (let n = 1; n <= threads; n++) {
    const response = c * (1 + waiting);
    rate = n / (response + io);
    waiting = rate * response;
  }
  return { rate: rate * c, ratio: 1 - (rate * c) / threads };
}

async function laws({ settings, module }: Asked): Promise<Record<string, FigureValues>> {
  const free = settings.with({ switch: 0, law: 'exponential', interval: 1e6 });
  const counts = settings
    .list('threads')
    .map(Number)
    .filter((threads) => threads <= 1024);
  const theory = counts.map((threads) => closed(settings, threads));
  const runs = [];
  for (const [i, threads] of counts.entries()) {
    const duration = (LAW_TASKS * settings.number('c')) / theory[i]!.rate / 1e6;
    runs.push(await steady(free.with({ duration }), threads, { perWaiterNs: 0, cores: 1 }, module));
  }
  return {
    G1: {
      threads: counts,
      rate: runs.map(({ perSecond }) => (perSecond * settings.number('c')) / 1e6),
      theory: theory.map(({ rate }) => rate),
      knee: 1 + settings.number('io') / settings.number('c'),
    },
    G2: { threads: counts, ratio: runs.map(({ ratio }) => ratio), theory: theory.map(({ ratio }) => ratio) },
    G3: { threads: stepsOf(settings) },
  };
}

function tables(settings: Settings, points: readonly Steady[], tried: readonly Tried[]): ExperimentTable[] {
  const costs = [...new Set(points.map(({ perWaiterNs }) => perWaiterNs))];
  const drawn = [
    {
      title: 'Tasks a second by the number of threads, and what a waiter costs a hand-over',
      question: 'How many threads are best, by what a waiter costs?',
      head: ['threads', ...costs.map((cost) => `${cost} ns`)],
      rows: settings
        .list('threads')
        .map((threads) => [
          threads,
          ...costs.map((cost) =>
            String(Math.round(at(points, cost).find((one) => one.threads === Number(threads))!.perSecond)),
          ),
        ]),
    },
    {
      title: 'Threads that the controller takes, over time',
      question: 'How many threads does the controller take, over time?',
      head: ['s', ...tried.map(({ cores, ioUs }) => `${cores} ${cores === 1 ? 'core' : 'cores'}, I/O ${ioUs} us`)],
      rows: tried[0]!.threads.flatMap((_, i) =>
        i % 4 === 3
          ? [[((i + 1) * settings.number('monitor')).toFixed(1), ...tried.map(({ threads }) => String(threads[i]!))]]
          : [],
      ),
    },
  ];
  return pictured(drawn, [ratePicture, controllerPicture]);
}

async function tryController(asked: Asked, points: readonly Steady[]): Promise<Tried[]> {
  const { settings, module } = asked;
  const tried: Tried[] = [];
  for (const ioUs of [settings.number('io'), settings.number('cpuBound.io')])
    for (const cores of settings.list('controlledCores').map(Number)) {
      const found = await controlled(settings, { ioUs, cores }, module);
      // the best number of threads is sought where the load is another
      const others: Steady[] = [];
      const counts = [...settings.list('threads').map(Number), settings.number('pool.least'), found.last];
      const known = ioUs === settings.number('io') ? at(points, settings.number('perWaiter')) : [];
      for (const threads of new Set(counts))
        others.push(
          known.find((one) => one.threads === threads) ?? (await steady(settings, threads, { ioUs, cores }, module)),
        );
      const top = best(others);
      tried.push({ ...found, best: top, of: top.perSecond === 0 ? 0 : found.perSecond / top.perSecond });
    }
  return tried;
}

export const experiment = experimentOf(
  GIL_PARAMETERS,
  async (asked): Promise<ExperimentResult> => {
    const { settings, module, part } = asked;
    if (part === 'laws') return { claims: [], tables: [], laws: await laws(asked) };
    if (part === 'controller')
      return { claims: [], tables: [], figures: { ...(await controlled(settings, {}, module)) } };
    const points = await sweep(asked);
    const free: Steady[] = [];
    for (const threads of settings.list('threads').map(Number))
      free.push(await steady(settings, threads, { lock: false, cores: 1 }, module));
    const tried = await tryController(asked, points);
    return {
      claims: [...cliffClaims(settings, points, free), ...controllerClaims(settings, tried, points)],
      tables: tables(settings, points, tried),
      figures: {
        sweep: points.map((point) => ({ ...point })),
        withoutLock: free.map((point) => ({ ...point })),
        controller: tried.map(({ best: { threads, perSecond }, ...one }) => ({ ...one, best: { threads, perSecond } })),
      },
      laws: await laws(asked),
    };
  },
  check,
);
