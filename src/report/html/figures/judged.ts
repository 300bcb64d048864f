// What a judge has found of a policy: its worst two milliseconds as strips with the sentence why, and its scores, scenario by scenario.

import type { StripWindow } from '../../../result/strips.js';
import type { Figure, HeatPlot, Report } from '../figure.js';
import { counted, listed } from '../words.js';
import { stripsFigure } from './strips.js';

/** As `judge --out` writes it; what is read of it. */
export interface JudgedDocument {
  /** Version of the rules. */
  readonly judge: number;
  /** Its name. */
  readonly policy: string;
  /** `scored`, `faulty` or `below-floor`. */
  readonly verdict: string;
  /** From 0 to 1, which is what `ideal` has. */
  readonly score: number;
  /** What it is made of. */
  readonly parts: JudgedParts;
  /** Null: not in Wasm, or not tried. */
  readonly stateless: boolean | null;
  /** In order. */
  readonly stages: readonly {
    /** `quick`, `suite` or `held-out`. */
    readonly stage: string;
    /** Seeds of each scenario. */
    readonly replications: number;
    /** Each. */
    readonly scenarios: readonly {
      /** Its name. */
      readonly name: string;
      /** 0 where the policy failed. */
      readonly score: number;
      /** Null where it failed. */
      readonly parts: JudgedParts | null;
    }[];
  }[];
  /** In which it failed. */
  readonly faults: readonly {
    /** Null: before any was run. */
    readonly scenario: string | null;
    /** Of which stage. */
    readonly stage: string;
    /** How. */
    readonly fault: string;
    /** In words. */
    readonly detail: string;
  }[];
  /** Null where nothing waited. */
  readonly worst: {
    /** Which scenario. */
    readonly scenario: string;
    /** The sentence. */
    readonly why: string;
  } | null;
  /** Of workloads of a seed; null where none was given. */
  readonly heldOut: number | null;
  /** Who held which core in the worst; absent where no report was asked for. */
  readonly strips?: {
    /** Of the host. */
    readonly cores: number;
    /** In the order of the numbers in the windows. */
    readonly vms: readonly {
      /** Its name. */
      readonly name: string;
      /** As in a result. */
      readonly class: string;
      /** Whether it states an SLO. */
      readonly judged: boolean;
    }[];
    /** The whole run, then the worst of it. */
    readonly windows: readonly StripWindow[];
  };
  /** Of the scores. */
  readonly sha256: string;
  /** Present when it was interrupted. */
  readonly incomplete?: true;
}

interface JudgedParts {
  /** Target over latency of the worst VM, 0 to 1. */
  readonly slo: number;
  /** Latency under `ideal` over latency, 0 to 1. */
  readonly tail: number;
  /** Best-effort work beside `ideal`, 0 to 1. */
  readonly work: number;
}

type Stage = JudgedDocument['stages'][number];

const PARTS = ['slo', 'tail', 'work'] as const;
const three = (value: number): string => value.toFixed(3);

function worstFigure({ policy, worst, strips }: JudgedDocument): Figure | undefined {
  if (strips === undefined || worst === null) return undefined;
  const vms = strips.vms.map(({ name, class: kind, judged }) => ({ name, class: kind, slo: judged ? kind : null }));
  const result = { host: { cores: strips.cores }, vms, strips: { windows: [...strips.windows] } };
  const figure = stripsFigure([{ label: policy, result }]);
  if (figure === undefined) return undefined;
  return { ...figure, question: `What stood in the way in ${worst.scenario}, its worst scenario?`, answer: worst.why };
}

function scoresFigure({ stages }: JudgedDocument): Figure | undefined {
  const shown = stages.filter(({ scenarios }) => scenarios.length > 0);
  const told = shown.findLast(({ stage }) => stage !== 'held-out') ?? shown[0];
  if (told === undefined) return undefined;
  const lowest = told.scenarios.reduce((least, one) => (one.score < least.score ? one : least));
  const best = told.scenarios.reduce((most, one) => (one.score > most.score ? one : most));
  const panel = ({ stage, scenarios }: Stage): HeatPlot['panels'][number] => ({
    title: stage,
    xs: ['score', ...PARTS],
    ys: scenarios.map(({ name }) => name).reverse(),
    cells: scenarios.flatMap(({ name, score, parts }) => [
      { x: 'score', y: name, value: score, missed: parts === null },
      ...PARTS.flatMap((part) => (parts === null ? [] : [{ x: part, y: name, value: parts[part], missed: false }])),
    ]),
  });
  return {
    id: 'scores',
    question: 'Where does it lose?',
    answer: `Least in ${best.name}, ${three(best.score)}; most in ${lowest.name}, ${three(lowest.score)}.`,
    caption:
      'Each place is 1 at best, which is what ideal has. slo: target over latency, of the VM furthest beyond; tail: latency under ideal over ' +
      'latency; work: best-effort work over that under ideal; score: their geometric mean. A cross marks a scenario in which the policy failed.',
    drawing: { kind: 'heat', x: 'part', y: 'scenario', unit: 'number', panels: shown.map(panel) },
    table: {
      head: ['stage', 'scenario', 'score', ...PARTS],
      rows: shown.flatMap(({ stage, scenarios }) =>
        scenarios.map(({ name, score, parts }) => [
          stage,
          name,
          three(score),
          ...(parts === null ? ['failed', '', ''] : PARTS.map((part) => three(parts[part]))),
        ]),
      ),
    },
  };
}

/** `p.wasm scores 0.812 of 1: slo 0.9, …` */
function verdictOf({ policy, score, parts, faults, verdict, heldOut }: JudgedDocument): string {
  if (faults.some(({ stage }) => stage === 'load')) return `${policy} is no policy that could be asked: score 0.`;
  const made = listed(PARTS.map((part) => `${part} ${three(parts[part])}`));
  const failed = faults.length === 0 ? '' : ` It failed in ${listed([...new Set(faults.map(placeOf))])}.`;
  const floor = verdict === 'below-floor' ? ' It ended behind the quick stage, below the floor.' : '';
  const held = heldOut === null ? '' : ` On held-out workloads it scores ${three(heldOut)}.`;
  return `${policy} scores ${three(score)} of 1: ${made}.${failed}${floor}${held}`;
}

const placeOf = ({ scenario, stage }: JudgedDocument['faults'][number]): string =>
  `${scenario ?? 'loading'} (${stage})`;

export function judgedReport(document: JudgedDocument): Report {
  const { policy, stages, faults, stateless, sha256, judge } = document;
  const scenarios = new Set(stages.flatMap((stage) => stage.scenarios.map(({ name }) => name))).size;
  return {
    title: `${policy}, judged`,
    question: `How well does ${policy} decide?`,
    verdict: document.incomplete === true ? 'Interrupted: scores need every run.' : verdictOf(document),
    good: faults.length > 0 ? false : null,
    facts: [
      `rules ${judge}`,
      counted(scenarios, 'scenario'),
      ...stages.map(({ stage, replications }) => `${stage}: ${counted(replications, 'seed')} each`),
    ],
    remarks: [
      ...faults.map((one) => ({ code: one.fault, detail: `${placeOf(one)}: ${one.detail}` })),
      ...(stateless === false
        ? [{ code: 'stateful', detail: 'it keeps something that no snapshot holds: forks of a run go another way' }]
        : []),
    ],
    figures: [worstFigure(document), scoresFigure(document)].filter((figure) => figure !== undefined),
    madeOf: 'Scenarios',
    manifest: { head: ['', 'value'], rows: [['judgement (SHA-256)', sha256]] },
  };
}
