// TempoNet (arXiv 2602.18109): tasks with deadlines, ordered by slack in bins that a learned policy sees. What is learned is not here; the
// orders are, and the best of them over the number of bins bounds what a policy that sees only bins can reach. Rules: docs/temponet.md.

import {
  type Asked,
  type Claim,
  type ExperimentResult,
  type WordTable,
  type ExperimentTable,
  experimentOf,
  type FigureValues,
} from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { pictured } from '../pictures.js';
import { percent } from '../words.js';
import { metPicture } from './pictures.js';
import { TEMPONET_PARAMETERS } from './parameters.js';
import { meanResponse, metShare, type Outcome } from './sets.js';
import { ANALYTIC, decided, laws, manyTasks, type Decided, type Point, points } from './study.js';
import { calls, type Calls } from './trace.js';

const ABSTRACT = 'arXiv 2602.18109, abstract';
const NOTE = 'a note on arXiv 2602.18109';
const COMMAND = 'fluxhost reproduce temponet';
const PERIODS_MET = 0.8915;
const MANY_MET = 0.901;
const RESPONSE = -0.257;
const ASSUMED = 'task sets, periods and loads are drawn here: those of the evaluation are not known';
const NOT_LEARNED = 'nothing is learned: the best number of bins is chosen after the fact, which no policy can';

function check(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const least = settings.number('period.least');
  if (least > settings.number('period.most'))
    problems.push({
      path: 'period.least',
      given: least,
      expected: `at most period.most (${settings.number('period.most')})`,
    });
  const each = (path: string, holds: (value: number) => boolean, expected: string): void => {
    const wrong = settings.list(path).find((text) => !holds(Number(text)));
    if (wrong !== undefined) problems.push({ path, given: wrong, expected });
  };
  const whole = (from: number, to: number) => (value: number) =>
    Number.isInteger(value) && value >= from && value <= to;
  each('cores', whole(1, 1024), 'whole numbers from 1 to 1024');
  each('bins', whole(1, 1024), 'whole numbers from 1 to 1024');
  for (const path of ['loads', 'many.loads', 'law.services', 'law.periods', 'sizes'])
    each(path, (value) => value > 0 && value <= 1e6, 'numbers above 0, at most 1e6');
  each('decisions', (value) => value <= 1e6, 'numbers of us, at most 1e6');
  each('sizes', (value) => value >= 0.1, 'numbers of us, at least 0.1');
  const fits = (path: string, tasks: number, cores: number): void => {
    const most = tasks / cores;
    each(path, (load) => load <= most, `at most ${most}: ${tasks} tasks can use no more of ${cores} cores`);
  };
  fits('loads', settings.number('tasks'), Math.max(...settings.list('cores').map(Number)));
  fits('many.loads', settings.number('many.tasks'), settings.number('many.cores'));
  const [services, periods] = ['law.services', 'law.periods'].map((path) => settings.list(path).map(Number));
  if (services!.length !== periods!.length)
    problems.push({
      path: 'law.periods',
      given: settings.text('law.periods'),
      expected: `${services!.length} of them, as law.services`,
    });
  else
    services!.forEach((service, i) => {
      if (service > periods![i]!)
        problems.push({
          path: 'law.services',
          given: service,
          expected: `at most the period, which is its deadline (${periods![i]!})`,
        });
    });
  refuse(problems);
}

const bestAnalytic = ({ analytic }: Point): readonly [string, Outcome] =>
  Object.entries(analytic).reduce((a, b) => (metShare(b[1]) > metShare(a[1]) ? b : a));
const bestBins = ({ bins }: Point): readonly [number, Outcome] =>
  bins.reduce((a, b) => (metShare(b[1]) > metShare(a[1]) ? b : a));

/** Deadlines met under the best number of bins, less those under the best order by name; shares of all. */
const gain = (point: Point): number => metShare(bestBins(point)[1]) - metShare(bestAnalytic(point)[1]);
const place = ({ cores, load }: Point): string => `${cores} ${cores === 1 ? 'core' : 'cores'} at ${load}`;
const signed = (share: number): string => `${share < 0 ? '' : '+'}${percent(share)}`;
const pointsText = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} points`;
const isOptimal = ({ cores, load, analytic }: Point): boolean =>
  cores === 1 && load <= 1 && analytic['edf']!.missed === 0;

const common = { unit: '', supported: 'partly', command: COMMAND, assumptions: [ASSUMED, NOT_LEARNED] } as const;

function gainClaims(found: readonly Point[]): Claim[] {
  const optimal = found.filter(isOptimal);
  const others = found.filter((point) => !isOptimal(point));
  const gains = others.map(gain);
  const [low, high] = [Math.min(...gains), Math.max(...gains)];
  const each = (list: readonly Point[]): string =>
    list
      .map((point) => {
        const [[kind, analytic], [bins, quantized]] = [bestAnalytic(point), bestBins(point)];
        const of = `${kind} ${percent(metShare(analytic))}, ${bins} bins ${percent(metShare(quantized))}`;
        return `${place(point)}: ${pointsText(gain(point))} (${of})`;
      })
      .join('; ');
  const bestOf = 'against the best of fifo, edf, dm and llf at each point, in shares of all deadlines';
  const claims: Claim[] = [];
  if (optimal.length > 0)
    claims.push({
      ...common,
      id: 'gains',
      claim: 'more deadlines met than under analytic schedulers, on one core that has time for all',
      source: ABSTRACT,
      paper: 'consistent gains',
      ours: each(optimal),
      brief: `EDF misses none at ${optimal.length} of ${optimal.length} loads up to 1: nothing is left to gain`,
      verdict: 'refuted under U <= 1 on one core: EDF misses no deadline, and nothing gains on it',
      assumptions: [ASSUMED, bestOf],
    });
  if (others.length > 0)
    claims.push({
      ...common,
      id: 'elsewhere',
      claim: 'more deadlines met than under analytic schedulers, in overload and on several cores',
      source: ABSTRACT,
      paper: 'consistent gains',
      ours: each(others),
      brief: `${pointsText(low)} to ${pointsText(high)}, with the best number of bins`,
      verdict: low > 0 ? 'reachable' : 'not reached',
      assumptions: [ASSUMED, NOT_LEARNED, bestOf, 'a policy that sees more than slack may do better than these bounds'],
    });
  return claims;
}

/** A published share of deadlines met, against what comes out over the loads. */
function shareClaim(id: string, claim: string, published: number, found: readonly Point[]): Claim {
  const shares = found.map((point) => metShare(bestBins(point)[1]));
  const nearest = found.reduce((a, b) =>
    Math.abs(metShare(bestBins(b)[1]) - published) < Math.abs(metShare(bestBins(a)[1]) - published) ? b : a,
  );
  const own = metShare(bestBins(nearest)[1]);
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return {
    ...common,
    id,
    claim,
    source: NOTE,
    paper: `${(100 * published).toFixed(2)} %`,
    ours: `${percent(own)} on ${place(nearest)}; ${percent(low)} to ${percent(high)} over the loads; ${found.map((point) => `${place(point)}: EDF ${percent(metShare(point.analytic['edf']!))}, bins ${percent(metShare(bestBins(point)[1]))}`).join('; ')}`,
    brief: `${percent(low)} to ${percent(high)}, by the load`,
    numbers: {
      unit: 'share',
      paper: { bound: '=', value: published },
      ours: [{ where: '', value: own, reach: { kind: 'range', low, high } }],
    },
    verdict: low <= published && published <= high ? 'reachable' : 'not reached',
  };
}

function responseClaims(all: readonly Point[]): Claim[] {
  const found = all.filter((point) => bestBins(point)[1].met > 0 && point.analytic['edf']!.met > 0);
  if (found.length === 0) return [];
  const changes = found.map((point) => meanResponse(bestBins(point)[1]) / meanResponse(point.analytic['edf']!) - 1);
  const [low, high] = [Math.min(...changes), Math.max(...changes)];
  return [
    {
      ...common,
      id: 'response',
      claim: 'shorter mean response of jobs that meet their deadline, than under EDF',
      source: NOTE,
      paper: '-25.7 %',
      ours: `${signed(low)} on ${place(found[changes.indexOf(low)]!)}; ${signed(low)} to ${signed(high)}`,
      numbers: {
        unit: 'change',
        paper: { bound: '=', value: RESPONSE },
        ours: [{ where: '', value: low, reach: { kind: 'range', low, high } }],
      },
      verdict: low <= RESPONSE ? 'reachable' : 'not reached',
      assumptions: [ASSUMED, NOT_LEARNED, 'against what the figure stands is not known: here against EDF'],
    },
  ];
}

/** The greatest cost of a decision that still meets as many deadlines as first in, first out without one; null: none of them. */
const pays = ({ fifo, met }: Decided): number | null => {
  const found = met.filter(([, share]) => share >= fifo).map(([decisionUs]) => decisionUs);
  return found.length === 0 ? null : Math.max(...found);
};
const MILLISECOND = 1000;
const sizeText = (us: number): string => {
  const rounded = Number(us.toPrecision(3));
  return rounded < MILLISECOND ? `${rounded} us` : `${rounded / MILLISECOND} ms`;
};

function inferenceClaim(settings: Settings, found: readonly Decided[]): Claim {
  const most = Math.max(...settings.list('decisions').map(Number));
  const least = found.find((one) => (pays(one) ?? -1) >= Math.min(most, MILLISECOND));
  const answer =
    least === undefined
      ? `At none of the sizes tried does a decision of ${sizeText(Math.min(most, MILLISECOND))} pay.`
      : `A decision of ${sizeText(Math.min(most, MILLISECOND))} pays from jobs of ${sizeText(least.sizeUs)} on; at smaller ones it costs more deadlines than any order saves.`;
  return {
    ...common,
    id: 'inference',
    claim: 'From which size of jobs on does a decision of less than a millisecond pay?',
    source: ABSTRACT,
    paper: 'sub-ms inference',
    answer,
    brief: found
      .map((one) => `${sizeText(one.sizeUs)}: ${pays(one) === null ? 'none' : `${sizeText(pays(one)!)}`}`)
      .join('; '),
    ours: found
      .map(
        (one) =>
          `jobs of ${sizeText(one.sizeUs)}: up to ${pays(one) === null ? 'nothing' : sizeText(pays(one)!)} (law: ${sizeText(one.boundUs)})`,
      )
      .join('; '),
    verdict: 'reachable',
    assumptions: [ASSUMED, 'a decision runs on the core that it decides for, once for each switch to a task'],
  };
}

function traceClaim({ factor, load, shares }: Calls): Claim {
  const order = Object.entries(shares).map(([kind, share]) => `${kind} ${percent(share)}`);
  return {
    ...common,
    id: 'calls',
    claim: `Calls of functions, each due within ${factor} medians of its function: which order meets most at a load of ${load}?`,
    source: 'Azure Functions trace of 2021',
    paper: 'not measured',
    answer: `${Object.entries(shares).reduce((a, b) => (b[1] > a[1] ? b : a))[0]}: ${order.join(', ')}.`,
    brief: order.join(', '),
    ours: order.join(', '),
    verdict: 'reachable',
    assumptions: ['the deadline, the load and the cores are assumed'],
  };
}

const NOT_TESTABLE: Claim = {
  ...common,
  id: 'learned',
  claim: 'that the policy itself can be learned (attention over slack tokens)',
  source: ABSTRACT,
  paper: 'it is learned',
  ours: 'nothing is learned here; the best order over the bins bounds it',
  supported: 'no',
  verdict: 'not testable here',
  assumptions: [NOT_LEARNED],
};

const columns = (found: readonly Point[]): string[] => [
  ...ANALYTIC,
  ...(found[0]?.bins ?? []).map(([bins]) => `${bins} ${bins === 1 ? 'bin' : 'bins'}`),
];

const row = (point: Point): string[] => [
  ...ANALYTIC.map((kind) => percent(metShare(point.analytic[kind]!))),
  ...point.bins.map(([, outcome]) => percent(metShare(outcome))),
];

const metTable = (table: WordTable): ExperimentTable => pictured([table], [metPicture])[0]!;

function tables(found: readonly Point[], many: readonly Point[], costs: readonly Decided[]): ExperimentTable[] {
  const list = [...new Set(found.map(({ cores }) => cores))].map((cores): ExperimentTable => {
    const own = found.filter((point) => point.cores === cores);
    return metTable({
      title: `Deadlines met on ${cores} ${cores === 1 ? 'core' : 'cores'}, by the load of each`,
      head: ['load', ...columns(found)],
      question: `Which order meets most deadlines on ${cores} ${cores === 1 ? 'core' : 'cores'}?`,
      rows: own.map((point) => [String(point.load), ...row(point)]),
    });
  });
  if (many.length > 0)
    list.push(
      metTable({
        question: 'Which order meets most deadlines of many tasks?',
        title: `Deadlines met by ${many[0]!.tasks} tasks on ${many[0]!.cores} cores, by the load of each`,
        head: ['load', ...columns(many)],
        rows: many.map((point) => [String(point.load), ...row(point)]),
      }),
    );
  if (costs.length > 0)
    list.push({
      title: 'Deadlines met under EDF by what a decision takes, and under fifo at no cost, by the size of jobs',
      head: ['decision, us', ...costs.map(({ sizeUs }) => sizeText(sizeUs))],
      rows: [
        ...costs[0]!.met.map(([decisionUs], i) => [String(decisionUs), ...costs.map(({ met }) => percent(met[i]![1]))]),
        ['fifo', ...costs.map(({ fifo }) => percent(fifo))],
      ],
      picture: {
        mark: 'line',
        x: 'what a decision takes, us',
        panels: [
          {
            title: 'deadlines met',
            lines: costs.map(({ sizeUs, met }, i) => ({
              name: `jobs of ${sizeText(sizeUs)}`,
              points: met.map(([decisionUs], at) => ({ x: String(decisionUs), row: at, column: i + 1 })),
            })),
          },
        ],
        answer: costs
          .map(
            (one) =>
              `Jobs of ${sizeText(one.sizeUs)} bear ${pays(one) === null ? 'no decision' : `decisions of up to ${sizeText(pays(one)!)}`}.`,
          )
          .join(' '),
      },
    });
  return list;
}

const pointFigures = (point: Point): FigureValues => ({
  cores: point.cores,
  load: point.load,
  tasks: point.tasks,
  met: Object.fromEntries(Object.entries(point.analytic).map(([kind, outcome]) => [kind, metShare(outcome)])),
  bins: point.bins.map(([bins]) => bins),
  metByBins: point.bins.map(([, outcome]) => metShare(outcome)),
  gain: gain(point),
  gainOnEdf: metShare(bestBins(point)[1]) - metShare(point.analytic['edf']!),
});

async function all(asked: Asked): Promise<ExperimentResult> {
  const { settings } = asked;
  // before the long sweep: a file that cannot be read is told at once
  const ofTrace = settings.text('trace') === '' ? undefined : await calls(asked);
  const found = await points(asked);
  const many = await manyTasks(asked);
  const costs = await decided(asked);
  return {
    claims: [
      ...gainClaims(found),
      shareClaim('periods', 'periods whose deadline is met', PERIODS_MET, found),
      shareClaim('many', `success with ${settings.number('many.tasks')} tasks`, MANY_MET, many),
      ...responseClaims(found),
      inferenceClaim(settings, costs),
      ...(ofTrace === undefined ? [] : [traceClaim(ofTrace)]),
      NOT_TESTABLE,
    ],
    tables: tables(found, many, costs),
    figures: {
      points: found.map(pointFigures),
      many: many.map(pointFigures),
      decisions: costs.map(({ sizeUs, boundUs, fifo, met }) => ({
        sizeUs,
        boundUs,
        fifo,
        decisionUs: met.map(([us]) => us),
        met: met.map(([, share]) => share),
      })),
      ...(ofTrace === undefined ? {} : { calls: { ...ofTrace, shares: { ...ofTrace.shares } } }),
    },
    laws: await laws(asked),
  };
}

export const experiment = experimentOf(TEMPONET_PARAMETERS, async (asked): Promise<ExperimentResult> => {
  check(asked.settings);
  return asked.part === 'laws' ? { claims: [], tables: [], laws: await laws(asked) } : all(asked);
});
