// VeruSAGE (arXiv 2512.18436): proofs by agents. When does a portfolio of two agents pass a share of tasks that neither passes alone at
// the same cost, and what is taken for solved while nobody checks. Rules: docs/verusage.md.

import { decide } from '../../decide/frame.js';
import { luckOf } from '../../decide/luck.js';
import {
  kindsOf,
  leastAttempts,
  likeliest,
  planned,
  proofProblem,
  solved,
  type Solved,
  type Step,
  type TaskClass,
} from '../../decide/verusage.js';
import { meanInterval } from '../../metrics/confidence.js';
import { type Claim, type ExperimentTable, experimentOf } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { percent } from '../words.js';
import { VERUSAGE_PARAMETERS } from './parameters.js';
import { pictured } from '../pictures.js';
import { plansPicture, policiesPicture } from './pictures.js';

const SOURCE = 'arXiv 2512.18436, abstract';
const COMMAND = 'fluxhost reproduce verusage';
/** Attempts a task may have that are looked at when the least is asked for. */
const MOST = 64;

type PlanName = 'a alone' | 'b alone' | 'a, then b' | 'b, then a';

/** Of so many attempts; an odd one goes to who begins. */
const PLANS: Readonly<Record<PlanName, (attempts: number) => readonly Step[]>> = {
  'a alone': (attempts) => [{ agent: 0, attempts }],
  'b alone': (attempts) => [{ agent: 1, attempts }],
  'a, then b': (attempts) => [
    { agent: 0, attempts: Math.ceil(attempts / 2) },
    { agent: 1, attempts: Math.floor(attempts / 2) },
  ],
  'b, then a': (attempts) => [
    { agent: 1, attempts: Math.ceil(attempts / 2) },
    { agent: 0, attempts: Math.floor(attempts / 2) },
  ],
};
const NAMES = Object.keys(PLANS) as PlanName[];

function classesOf(settings: Settings): TaskClass[] {
  const [shares, a, b] = ['shares', 'success.a', 'success.b'].map((path) => settings.list(path).map(Number)) as [
    number[],
    number[],
    number[],
  ];
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-9)
    problems.push({ path: 'shares', given: settings.text('shares'), expected: `shares that add up to 1, not ${sum}` });
  for (const [path, list] of [
    ['success.a', a],
    ['success.b', b],
  ] as const) {
    if (list.length !== shares.length)
      problems.push({
        path,
        given: settings.text(path),
        expected: `as many as shares has classes (${shares.length}), not ${list.length}`,
      });
    if (list.some((p) => !(p >= 0 && p <= 1)))
      problems.push({ path, given: settings.text(path), expected: 'probabilities from 0 to 1' });
  }
  refuse(problems);
  return shares.map((share, i) => ({ share, success: [a[i]!, b[i]!] }));
}

/** Both agents are as good as their mean in every class: what is left of a portfolio's gain then is nothing. */
const equalAgents = (classes: readonly TaskClass[]): TaskClass[] =>
  classes.map(({ share, success }) => {
    const p = success.reduce((a, b) => a + b, 0) / success.length;
    return { share, success: success.map(() => p) };
  });

/** The tasks drawn, under each plan and under who gives every attempt where it is likeliest to succeed. */
function drawn(settings: Settings, classes: readonly TaskClass[]) {
  const kinds = kindsOf(classes, settings.number('tasks'));
  const attempts = settings.number('attempts');
  const replications = settings.number('replications');
  // as many attempts over all as the portfolio takes
  const budget = Math.round(solved(classes, PLANS['a, then b'](attempts)).attempts * kinds.length);
  const policies = [
    ...NAMES.map((name) => planned(PLANS[name](attempts), name)),
    likeliest('likeliest by belief', false),
    likeliest('who knows the classes', true),
  ];
  return policies.map((policy, at) => {
    const free = at < NAMES.length;
    const problem = proofProblem(classes, kinds, free ? Infinity : budget);
    const runs = Array.from({ length: replications }, (_, i) =>
      decide(problem, policy, luckOf(settings.number('seed') + i), () => 0),
    );
    const shares = runs.map(({ gained }) => gained / kinds.length);
    return {
      name: policy.name,
      share: meanInterval(shares, 0.95),
      attempts: runs.reduce((sum, { spent }) => sum + spent, 0) / replications / kinds.length,
    };
  });
}

type Drawn = ReturnType<typeof drawn>;
type Least = Record<PlanName, ReturnType<typeof leastAttempts>>;

const leastOf = (classes: readonly TaskClass[], wanted: number): Least =>
  Object.fromEntries(NAMES.map((name) => [name, leastAttempts(classes, PLANS[name], wanted, MOST)])) as Least;

/** What an agent alone solves for so many attempts a task in the mean: between two limits, some tasks have the one, some the other. */
function aloneAt(classes: readonly TaskClass[], name: PlanName, attempts: number): number {
  let before = solved(classes, []);
  for (let limit = 1; limit <= 10_000; limit++) {
    const now = solved(classes, PLANS[name](limit));
    const step = now.attempts - before.attempts;
    if (now.attempts >= attempts)
      return before.share + ((now.share - before.share) * (attempts - before.attempts)) / step;
    if (step < 1e-12) break;
    before = now;
  }
  return before.share;
}

const leastWords = (least: Least[PlanName]): string =>
  least === null ? `not within ${MOST} attempts` : `${least.limit} attempts at most, ${least.attempts.toFixed(2)} used`;

function claims(settings: Settings, classes: readonly TaskClass[], least: Least): Claim[] {
  const attempts = settings.number('attempts');
  const wanted = settings.number('wanted');
  const at = (name: PlanName): Solved => solved(classes, PLANS[name](attempts));
  const portfolio = at('a, then b');
  const alone = (['a alone', 'b alone'] as const).map((name) => aloneAt(classes, name, portfolio.attempts));
  const bestAlone = Math.max(...alone);
  const everywhere = NAMES.flatMap((name) => [solved(classes, PLANS[name](attempts)).share]);
  const pretends = settings.number('pretends');
  const unchecked = solved(classes, PLANS['a alone'](attempts), pretends);
  const equal = equalAgents(classes);
  const gain = solved(equal, PLANS['a, then b'](attempts)).share - solved(equal, PLANS['a alone'](attempts)).share;
  const reached = NAMES.some((name) => least[name] !== null);
  const assumptions = [
    'success by class is assumed; only shares over all tasks are published (81 % and 41 % of the best and the weakest agent)',
    'attempts of one agent at one task are independent given the class',
  ];
  const common = { source: SOURCE, unit: '', command: COMMAND } as const;
  return [
    {
      ...common,
      id: 'solved',
      claim: 'of the tasks solved',
      paper: 'more than 80 %',
      ours: `${percent(portfolio.share)} with ${attempts} attempts a task, a, then b; ${percent(wanted)}: ${NAMES.map((name) => `${name} ${leastWords(least[name])}`).join('; ')}`,
      numbers: {
        unit: 'share',
        paper: { bound: '>', value: 0.8 },
        ours: [
          {
            where: '',
            value: portfolio.share,
            reach: { kind: 'range', low: Math.min(...everywhere), high: Math.max(...everywhere) },
          },
        ],
      },
      supported: 'partly',
      verdict: reached && (wanted < 0.8 ? portfolio.share > 0.8 : true) ? 'reachable' : 'not reached',
      assumptions,
    },
    {
      ...common,
      id: 'portfolio',
      claim: 'Does a second agent give more than more attempts of the first?',
      paper: 'left open',
      answer:
        portfolio.share > bestAlone + 1e-12
          ? 'Yes: where the agents fail on different tasks, changing is worth more than insisting.'
          : 'No: at these probabilities the better agent alone solves as much for as many attempts.',
      ours: `${percent(portfolio.share)} for ${portfolio.attempts.toFixed(2)} attempts a task in the mean; for as many ${percent(alone[0]!)} by a alone and ${percent(alone[1]!)} by b alone`,
      supported: 'partly',
      verdict: portfolio.share > bestAlone + 1e-12 ? 'reachable' : 'not reached',
      assumptions,
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: both agents are equally good at every class',
      paper: 'no gain expected',
      ours: `${(100 * gain).toFixed(1)} % more solved`,
      supported: 'yes',
      met: Math.abs(gain) < 1e-12,
      assumptions: [],
    },
    {
      ...common,
      id: 'unchecked',
      claim: 'What is taken for solved while no checker refuses what an agent pretends?',
      paper: 'left open',
      answer: 'More than is solved with a checker, and less of it is true.',
      ours: `a alone: ${percent(unchecked.share + unchecked.pretended)} taken for solved, ${percent(unchecked.share)} truly (${percent(at('a alone').share)} with a checker), with ${percent(pretends)} of failures pretended`,
      supported: 'partly',
      verdict: 'reachable',
      assumptions: ['a pretended success ends the attempts at a task'],
    },
    {
      ...common,
      id: 'proofs',
      claim: 'that the proofs themselves hold',
      paper: 'checked by Verus',
      ours: 'an attempt is a draw here: nothing is proved',
      supported: 'no',
      verdict: 'not testable here',
      assumptions: [],
    },
  ];
}

function tables(settings: Settings, classes: readonly TaskClass[], found: Drawn): ExperimentTable[] {
  const tasks = settings.number('tasks');
  const minutes = settings.number('minutes');
  const limits = [1, 2, 4, 8, 16, 32];
  const mean = solved(classes, PLANS['a, then b'](settings.number('attempts'))).attempts;
  const drawn = [
    {
      title: 'Tasks solved, by attempts a task may have (attempts used)',
      question: 'Which plan solves most, by the attempts that a task may have?',
      head: ['attempts', ...NAMES],
      rows: limits.map((limit) => [
        String(limit),
        ...NAMES.map((name) => {
          const { share, attempts } = solved(classes, PLANS[name](limit));
          return `${percent(share)} (${attempts.toFixed(2)})`;
        }),
      ]),
    },
    {
      title:
        `${tasks} tasks drawn, ${settings.number('attempts')} attempts a task in the plans; the last two spread ` +
        `${mean.toFixed(2)} a task over all`,
      question: 'Which policy solves most with as many attempts?',
      head: ['policy', 'solved', '±', 'attempts a task', 'hours over all'],
      rows: found.map(({ name, share, attempts }) => [
        name,
        percent(share.mean ?? 0),
        percent(((share.high ?? 0) - (share.low ?? 0)) / 2),
        attempts.toFixed(2),
        // the published minutes are those of a task; an attempt takes its part
        ((attempts / mean) * tasks * (minutes / 60)).toFixed(0),
      ]),
    },
  ];
  return pictured(drawn, [plansPicture, policiesPicture]);
}

/** The plans that the laws name. */
function laws(settings: Settings, classes: readonly TaskClass[]) {
  const attempts = settings.number('attempts');
  const numbers = ({ share, attempts: used }: Solved) => ({ share, attempts: used });
  return {
    persistence: numbers(solved(classes, PLANS['a alone'](attempts))),
    portfolio: numbers(solved(classes, PLANS['a, then b'](attempts))),
    half: {
      a: numbers(solved(classes, PLANS['a alone'](Math.floor(attempts / 2)))),
      both: numbers(solved(classes, PLANS['a, then b'](Math.floor(attempts / 2)))),
    },
  };
}

export const experiment = experimentOf(VERUSAGE_PARAMETERS, async ({ settings }) => {
  const classes = classesOf(settings);
  const least = leastOf(classes, settings.number('wanted'));
  const found = drawn(settings, classes);
  return {
    claims: claims(settings, classes, least),
    tables: tables(settings, classes, found),
    figures: {
      least: Object.fromEntries(NAMES.map((name) => [name, least[name] === null ? null : { ...least[name] }])),
      drawn: found.map(({ name, share, attempts }) => ({
        name,
        share: share.mean,
        low: share.low,
        high: share.high,
        attempts,
      })),
    },
    laws: laws(settings, classes),
  };
});
