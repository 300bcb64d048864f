// The hunts of `reproduce vcao`: the same worlds under every policy, and what was found at each point of the budget.

import { decide } from '../../decide/frame.js';
import { luckOf } from '../../decide/luck.js';
import {
  drawTargets,
  type Hunt,
  huntProblem,
  type HuntPlay,
  informed,
  oracle,
  stackelberg,
  sweeping,
  type Tool,
} from '../../decide/vcao.js';
import type { Policy } from '../../decide/frame.js';
import type { Settings } from '../parameters.js';

export const TOOLS = ['static', 'fuzz', 'sanitizer'] as const;

export const toolsOf = (settings: Settings): Tool[] =>
  TOOLS.map((name) => ({
    cost: settings.number(`${name}.cost`),
    tpr: settings.number(`${name}.tpr`),
    fpr: settings.number(`${name}.fpr`),
  }));

export interface Hunter {
  readonly policy: Policy<HuntPlay>;
  /** Belief from which on it reports. */
  readonly report: number;
}

/** VCAO, what it is compared with, and who knows all. */
export const huntersOf = (settings: Settings) => {
  const report = settings.number('report');
  const others = settings.number('report.baseline');
  return {
    vcao: { policy: stackelberg(settings.number('budget')), report },
    fuzzing: { policy: sweeping('coverage fuzzing', 1), report: others },
    static: { policy: sweeping('static analysis', 0), report: others },
    agents: { policy: informed('agents without a game', settings.number('subsystems')), report: others },
    greedy: { policy: informed('greedy, no game', 1), report },
    oracle: { policy: oracle, report },
  } satisfies Record<string, Hunter>;
};
export type HunterName = keyof ReturnType<typeof huntersOf>;
export const HUNTERS: readonly HunterName[] = ['vcao', 'fuzzing', 'static', 'agents', 'greedy', 'oracle'];

export interface Found {
  /** Of each point of the budget, of each world: vulnerable targets reported. */
  readonly finds: readonly Float64Array[];
  /** Over all worlds, at the end. */
  readonly reports: number;
  /** Of them, not vulnerable. */
  readonly falsePositives: number;
}

/** Points of a budget, each about three times the one before it. */
export const pointsOf = (budget: number): number[] => [0.01, 0.03, 0.1, 0.3, 1].map((share) => share * budget);

export function huntAll(settings: Settings, spread?: number): Record<HunterName, Found> {
  const [a, b] = [settings.number('prior.a'), settings.number('prior.b')];
  const scale = spread === undefined ? 1 : spread / (a + b);
  const budget = settings.number('rounds') * settings.number('budget');
  const points = pointsOf(budget);
  const replications = settings.number('replications');
  const hunters = huntersOf(settings);
  const tools = toolsOf(settings);
  const worlds = Array.from({ length: replications }, (_, i) => {
    const seed = settings.number('seed') + i;
    return {
      seed,
      targets: drawTargets(seed, settings.number('targets'), a * scale, b * scale, settings.number('valueCv')),
    };
  });
  const found = (hunter: Hunter): Found => {
    const finds = points.map(() => new Float64Array(replications));
    let [reports, falsePositives] = [0, 0];
    worlds.forEach(({ seed, targets }, world) => {
      const hunt: Hunt = { targets, tools, budget, report: hunter.report };
      const problem = huntProblem(hunt);
      const { pulled, gains, play } = decide(problem, hunter.policy, luckOf(seed), () => 0);
      let cost = 0;
      pulled.forEach((arm, i) => {
        cost += problem.costs[arm]!;
        if (gains[i]! > 0) points.forEach((point, at) => (finds[at]![world]! += cost <= point ? gains[i]! : 0));
      });
      reports += play.reports.length;
      falsePositives += play.reports.filter((target) => !targets[target]!.vulnerable).length;
    });
    return { finds, reports, falsePositives };
  };
  return Object.fromEntries(HUNTERS.map((name) => [name, found(hunters[name])])) as Record<HunterName, Found>;
}

export const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** Finds over all worlds, below which nothing is compared. */
export const FEWEST = 10;

/** Over the points of the budget. */
export interface Factor {
  readonly best: number;
  readonly median: number;
}

/** How many times as much VCAO has found as another; null: the other has found too little to compare with. */
export function factorOver(all: Record<HunterName, Found>, other: HunterName): Factor | null {
  const ratios = all.vcao.finds
    .map((finds, at) => ({ own: sum(finds), others: sum(all[other].finds[at]!) }))
    .filter(({ others }) => others >= FEWEST)
    .map(({ own, others }) => own / others)
    .sort((a, b) => a - b);
  const middle = ratios.length / 2;
  const best = ratios.at(-1);
  if (best === undefined) return null;
  return { best, median: (ratios[Math.ceil(middle) - 1]! + ratios[Math.floor(middle)]!) / 2 };
}

export const falseShare = ({ reports, falsePositives }: Found): number =>
  reports === 0 ? 0 : falsePositives / reports;
