// VCAO (arXiv 2604.08291): looking for vulnerabilities as a game. How many more are found for a budget, how many false ones reach a
// human, and what of it is the game's. Rules: docs/vcao.md.

import {
  bestPlan,
  coverage,
  expectedOfGreedy,
  expectedOfPlan,
  bayes,
  huntProblem,
  informed,
  stackelberg,
  sweeping,
} from '../../decide/vcao.js';
import { decide } from '../../decide/frame.js';
import { hedge } from '../../decide/policies.js';
import { luckOf } from '../../decide/luck.js';
import { meanInterval } from '../../metrics/confidence.js';
import { type Claim, type ExperimentTable, type FigureValues, experimentOf } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { percent, times } from '../words.js';
import {
  type Factor,
  factorOver,
  falseShare,
  FEWEST,
  type Found,
  huntAll,
  type HunterName,
  HUNTERS,
  huntersOf,
  pointsOf,
  sum,
  toolsOf,
  TOOLS,
} from './hunts.js';
import { VCAO_PARAMETERS } from './parameters.js';
import { pictured } from '../pictures.js';
import { findsPicture, spreadPicture } from './pictures.js';

const TOO_FEW = 'too few finds to compare with';
const SOURCE = 'arXiv 2604.08291, abstract';
const COMMAND = 'fluxhost reproduce vcao';
/** Of one run: what the budget may take of the cheapest tool. */
const MOST_LOOKS = 1e6;
const CLAIMED = [
  {
    id: 'finds-fuzzing',
    other: 'fuzzing',
    claim: 'validated vulnerabilities for a budget, of coverage fuzzing',
    factor: 2.7,
  },
  { id: 'finds-static', other: 'static', claim: 'the same, of static analysis alone', factor: 1.9 },
  { id: 'finds-agents', other: 'agents', claim: 'the same, of agents without a game', factor: 1.4 },
] as const;

type Hunts = Record<HunterName, Found>;

function check(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  for (const name of TOOLS) {
    const [tpr, fpr] = [settings.number(`${name}.tpr`), settings.number(`${name}.fpr`)];
    if (tpr <= fpr)
      problems.push({
        path: `${name}.tpr`,
        given: tpr,
        expected: `above ${name}.fpr (${fpr}): a hit would speak against the target`,
      });
  }
  const least = Math.min(...TOOLS.map((name) => settings.number(`${name}.cost`)));
  const budget = settings.number('rounds') * settings.number('budget');
  if (budget < least)
    problems.push({
      path: 'budget',
      given: settings.number('budget'),
      expected: `rounds x budget of at least one look (${least})`,
    });
  if (budget / least > MOST_LOOKS)
    problems.push({
      path: 'budget',
      given: settings.number('budget'),
      expected: `at most ${MOST_LOOKS} looks in all: rounds x budget over the cheapest tool's cost (${least})`,
    });
  for (const path of ['report', 'report.baseline'])
    if (settings.number(path) >= 1)
      problems.push({ path, given: settings.number(path), expected: 'below 1: no number of looks makes certain' });
  for (const spread of settings.list('spreads').map(Number))
    if (!(spread > 0)) problems.push({ path: 'spreads', given: spread, expected: 'sums above 0' });
  refuse(problems);
}

/** Equal targets, one tool, a hit is proof and one look each is all that the budget takes: no policy can be better than another. */
function control(settings: Settings): Record<string, number> {
  const tools = [{ cost: 1, tpr: settings.number('static.tpr'), fpr: 0 }];
  const count = settings.number('targets');
  const replications = settings.number('replications');
  const policies = { uniform: sweeping('uniform', 0), greedy: informed('greedy', 1), game: stackelberg(count) };
  return Object.fromEntries(
    Object.entries(policies).map(([name, policy]) => {
      let finds = 0;
      for (let i = 0; i < replications; i++) {
        const luck = luckOf(settings.number('seed') + i, 1);
        const targets = Array.from({ length: count }, (_, t) => ({
          value: 1,
          prior: 0.05,
          vulnerable: luck(t, 0, 0) < 0.05,
        }));
        const hunt = { targets, tools, budget: count, report: 0.5 };
        finds += decide(huntProblem(hunt), policy, luckOf(settings.number('seed') + i), () => 0).gained;
      }
      return [name, finds / replications];
    }),
  );
}

/** How regret against who knows all grows with the budget: the slope over the points, on logarithms, world by world. */
function slope({ vcao, oracle }: Hunts, budget: number) {
  const points = pointsOf(budget).map(Math.log);
  const slopes = Array.from(vcao.finds[0]!.keys()).map((world) => {
    const y = vcao.finds.map((finds, at) => Math.log(1 + Math.max(0, oracle.finds[at]![world]! - finds[world]!)));
    const [mx, my] = [points.reduce((a, b) => a + b, 0) / points.length, y.reduce((a, b) => a + b, 0) / y.length];
    const above = points.reduce((total, x, i) => total + (x - mx) * (y[i]! - my), 0);
    return above / points.reduce((total, x) => total + (x - mx) ** 2, 0);
  });
  return meanInterval(slopes, 0.95);
}

interface All {
  readonly own: Hunts;
  readonly spreads: readonly { readonly spread: number; readonly hunts: Hunts }[];
  readonly control: Record<string, number>;
}

const medianOf = (factor: Factor | null): string => (factor === null ? 'too few finds' : times(factor.median));

function factorClaims({ own, spreads }: All): Claim[] {
  return CLAIMED.map(({ id, other, claim, factor: published }): Claim => {
    const here = factorOver(own, other);
    const all = [own, ...spreads.map(({ hunts }) => hunts)].map((hunts) => factorOver(hunts, other));
    const values = all.flatMap((one) => (one === null ? [] : [one.best, one.median]));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const words =
      here === null
        ? `${TOO_FEW}${values.length === 0 ? '' : `; ${times(low)} to ${times(high)} over spreads of the prior`}`
        : `${times(here.median)} in the median of five budgets, ${times(here.best)} at the best; ` +
          `${times(low)} to ${times(high)} over spreads of the prior`;
    return {
      source: SOURCE,
      unit: '',
      command: COMMAND,
      id,
      claim,
      paper: `${published}x`,
      ours: words,
      ...(here === null
        ? {}
        : {
            numbers: {
              unit: 'ratio' as const,
              paper: { bound: '=' as const, value: published },
              ours: [{ where: '', value: here.median, reach: { kind: 'range' as const, low, high } }],
            },
          }),
      supported: 'partly',
      verdict:
        values.length === 0 ? 'not testable here' : published >= low && published <= high ? 'reachable' : 'not reached',
      assumptions: [
        'targets, tools and beliefs from which on is reported are assumed; targets do not answer to the search',
        'looks at one target are independent given whether it is vulnerable',
      ],
    };
  });
}

function claims(settings: Settings, all: All): Claim[] {
  const { own } = all;
  const common = { source: SOURCE, unit: '', command: COMMAND } as const;
  const share = falseShare(own.vcao);
  const baselines = (['fuzzing', 'static', 'agents'] as const).map((name) => falseShare(own[name]));
  const [least, most] = [Math.min(...baselines), Math.max(...baselines)];
  const cuts = [share / most - 1, share / least - 1].map((cut) => (Number.isFinite(cut) ? cut : 0));
  const game = factorOver(own, 'greedy');
  const grown = slope(own, settings.number('rounds') * settings.number('budget'));
  const equal = Object.values(all.control);
  const reported = [own.vcao, own.fuzzing, own.static, own.agents].every(({ reports }) => reports >= FEWEST);
  const [ownEnd, allEnd] = [sum(own.vcao.finds.at(-1)!), sum(own.oracle.finds.at(-1)!)];
  const same = equal.every((finds) => Math.abs(finds - equal[0]!) < 1e-9);
  return [
    ...factorClaims(all),
    {
      ...common,
      id: 'false-positives',
      claim: 'fewer false positives reach a human',
      paper: '-68 %',
      ...(reported
        ? {
            ours: `-${percent(-cuts[0]!)} against the worst of the others, -${percent(-cuts[1]!)} against the best: of what is reported ${percent(share)} are false against ${percent(least)} to ${percent(most)}`,
            numbers: {
              unit: 'change',
              paper: { bound: '=', value: -0.68 },
              ours: [
                {
                  where: '',
                  value: cuts[0]!,
                  reach: { kind: 'range', low: Math.min(...cuts), high: Math.max(...cuts) },
                },
              ],
            },
            verdict: Math.min(...cuts) <= -0.68 ? 'reachable' : 'not reached',
          }
        : { ours: 'too few reports to compare with', verdict: 'not testable here' }),
      supported: 'partly',
      assumptions: [
        `VCAO reports from a belief of ${settings.number('report')} on, the others from ${settings.number('report.baseline')} on: this cut is the difference of these two`,
      ],
    },
    {
      ...common,
      id: 'regret',
      claim: 'regret grows no faster than the root of the rounds',
      paper: 'a slope of 0.5 on logarithms, at most',
      ...(allEnd < FEWEST
        ? { ours: TOO_FEW, verdict: 'not testable here' }
        : {
            ours: `${(grown.mean ?? 0).toFixed(2)} (${(grown.low ?? 0).toFixed(2)} to ${(grown.high ?? 0).toFixed(2)})${ownEnd >= allEnd ? ': in the end all is found, and regret falls again' : `; in the end ${ownEnd} of ${allEnd} are found`}`,
            verdict: (grown.high ?? 0) <= 0.5 ? 'reachable' : 'not reached',
          }),
      supported: 'partly',
      assumptions: ['targets are finite, and one that was found stays found'],
    },
    {
      ...common,
      id: 'game',
      claim: 'What of it is the game, beyond going where most is to be learned?',
      paper: 'left open',
      answer:
        game === null
          ? 'Not told by so few finds.'
          : 'Next to nothing: targets that do not answer need no mixed strategy.',
      ours:
        game === null
          ? TOO_FEW
          : `${times(game.median)} in the median of five budgets, ${times(game.best)} at the best, ` +
            'against the same tools and beliefs without the game',
      supported: 'partly',
      verdict: 'reachable',
      assumptions: ['an attacker who avoids what is covered is not modelled'],
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: equal targets, one tool, one look each',
      paper: 'no difference expected',
      ours: Object.entries(all.control)
        .map(([name, finds]) => `${name} ${finds.toFixed(2)}`)
        .join(', '),
      supported: 'yes',
      ...(equal.some((finds) => finds > 0) ? { met: same } : { verdict: 'not testable here' }),
      assumptions: [],
    },
  ];
}

function tables(settings: Settings, { own, spreads }: All): ExperimentTable[] {
  const points = pointsOf(settings.number('rounds') * settings.number('budget'));
  const replications = settings.number('replications');
  const hunters = huntersOf(settings);
  const drawn = [
    {
      title: `Vulnerable targets found of ${settings.number('targets')}, mean of ${replications} worlds, by what was spent`,
      question: 'Who finds how many vulnerable targets, by what was spent?',
      head: ['policy', ...points.map((point) => String(Number(point.toPrecision(3)))), 'false among reports'],
      rows: HUNTERS.map((name) => [
        hunters[name].policy.name,
        ...own[name].finds.map((finds) => (sum(finds) / replications).toFixed(2)),
        percent(falseShare(own[name])),
      ]),
    },
    {
      title:
        'How many times as many VCAO finds, median of the budgets, by spread of the prior (small: few targets are likely)',
      question: 'How many times as many does VCAO find, by the spread of the prior?',
      head: ['a + b', ...CLAIMED.map(({ other }) => hunters[other].policy.name), hunters.greedy.policy.name],
      rows: spreads.map(({ spread, hunts }) => [
        String(spread),
        ...[...CLAIMED.map(({ other }) => other), 'greedy' as const].map((other) => medianOf(factorOver(hunts, other))),
      ]),
    },
  ];
  return pictured(drawn, [findsPicture, spreadPicture]);
}

/** What the laws name, of the tools given where they take tools. */
function laws(settings: Settings): Record<string, FigureValues> {
  const tool = { tpr: 0.8, fpr: 0.1 };
  const once = bayes(0.05, tool, true);
  const priors = [0.5, 0.2, 0.1, 0.05, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02];
  const plan = bestPlan(priors, 0.3, 20);
  const luck = luckOf(settings.number('seed'), 2);
  const { regret, bound } = hedge(
    Array.from({ length: 1000 }, (_, round) => Array.from({ length: 10 }, (_, arm) => luck(arm, 0, round))),
  );
  return {
    posterior: { twoHits: bayes(once, tool, true), hitAndMiss: bayes(once, tool, false) },
    game: {
      payoff: coverage([10, 5, 2], 1).payoff,
      coverage: [...coverage([10, 5, 2], 1).covered],
      equal: coverage([4, 4, 4, 4], 1).payoff,
    },
    looks: {
      uniform: expectedOfPlan(
        priors,
        0.3,
        priors.map(() => 2),
      ),
      plan,
      bestPlan: expectedOfPlan(priors, 0.3, plan),
      greedy: expectedOfGreedy(priors, 0.3, 20),
    },
    cascade: { fpr: toolsOf(settings).reduce((product, { fpr }) => product * fpr, 1), example: 0.4 * 0.6 * 0.65 },
    D4: { regret, bound },
  };
}

const factorsOf = (hunts: Hunts, other: HunterName): FigureValues | null => {
  const factor = factorOver(hunts, other);
  return factor === null ? null : { ...factor };
};

export const experiment = experimentOf(
  VCAO_PARAMETERS,
  async ({ settings }) => {
    const all: All = {
      own: huntAll(settings),
      spreads: settings
        .list('spreads')
        .map((spread) => ({ spread: Number(spread), hunts: huntAll(settings, Number(spread)) })),
      control: control(settings),
    };
    const replications = settings.number('replications');
    return {
      claims: claims(settings, all),
      tables: tables(settings, all),
      figures: {
        budgets: pointsOf(settings.number('rounds') * settings.number('budget')),
        finds: Object.fromEntries(
          HUNTERS.map((name) => [name, all.own[name].finds.map((finds) => sum(finds) / replications)]),
        ),
        falsePositives: Object.fromEntries(HUNTERS.map((name) => [name, falseShare(all.own[name])])),
        spreads: all.spreads.map(({ spread, hunts }) => ({
          spread,
          ...Object.fromEntries(CLAIMED.map(({ other }) => [other, factorsOf(hunts, other)])),
        })),
        control: all.control,
      },
      laws: laws(settings),
    };
  },
  check,
);
