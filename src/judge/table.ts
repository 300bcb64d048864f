// What the judge has found, as text.

import { type Cell, type Look, renderTable, wrap } from '../report/table.js';
import type { Conformance } from './conformance.js';
import type { JudgedStage, JudgeResult } from './judge.js';
import type { JudgedParts } from './score.js';

const WIDTH = 100;
const of = (value: number): string => value.toFixed(3);
const FAILED: Cell = { text: 'failed', tone: 'bad' };

function stageTable({ stage, scenarios, replications }: JudgedStage, look: Look): string {
  const head = [stage, 'score', 'slo', 'tail', 'work'].map((text): Cell => ({ text, tone: 'strong' }));
  const cells = (parts: JudgedParts | null): (string | Cell)[] =>
    parts === null ? [FAILED, '', ''] : [of(parts.slo), of(parts.tail), of(parts.work)];
  const lines = scenarios.map(({ name, score, parts }) => [name, of(score), ...cells(parts)]);
  const seeds = `${replications} ${replications === 1 ? 'seed' : 'seeds'} each`;
  return `${renderTable([head, ...lines], { look })}${seeds}\n`;
}

const VERDICTS: Readonly<Record<JudgeResult['verdict'], string>> = {
  scored: '',
  faulty: ', failed somewhere',
  'below-floor': ', ended behind the quick stage: below the floor',
};

/** Ending in a line feed. */
export function renderJudge(result: JudgeResult, look: Look = false): string {
  const { policy, score, parts, verdict, stateless, stages, faults, worst, heldOut, unasked = [], sha256 } = result;
  if (result.incomplete === true) return `${policy}: incomplete\n`;
  const head = `${policy}: score ${of(score)} (slo ${of(parts.slo)}, tail ${of(parts.tail)}, work ${of(parts.work)})${VERDICTS[verdict]}`;
  const failures = faults.map(
    ({ stage, scenario, fault, detail }) =>
      `failed ${scenario === null ? 'before it was asked' : `in ${scenario} (${stage})`}: ${fault}: ${detail}`,
  );
  const notes = [
    ...(unasked.length > 0 ? [`nothing of the suite asks for ${unasked.join(' and ')}: it keeps no functions`] : []),
    ...(stateless === false
      ? ['it keeps something that no snapshot holds: forks of a run (fluxhost fork, why) go another way']
      : []),
    ...(heldOut === null ? [] : [`held-out: score ${of(heldOut)}, on workloads of the seed that was given`]),
    ...(worst === null ? [] : [worst.why]),
    'score: geometric mean of slo (target over latency, the worst VM), tail (latency under ideal over latency) and work (best-effort ' +
      'work over that under ideal), each at most 1, which is what ideal has; mean over the scenarios, of the score and of each part: so the means of the parts do not multiply to that of the score',
  ];
  return [
    head,
    ...failures,
    '',
    ...stages.map((stage) => stageTable(stage, look)),
    ...notes.map((note) => wrap(note, WIDTH).replaceAll('\n', '\n  ')),
    `sha256 of it all: ${sha256}`,
    '',
  ].join('\n');
}

/** A line each rule, and whether all are kept. */
export function renderConformance({ conforms, decisions, rules, fuel }: Conformance): string {
  const mark = (kept: boolean | null): string => (kept === null ? '-' : kept ? 'kept' : 'BROKEN');
  const lines = rules.map(({ rule, kept, detail }) => `${mark(kept).padEnd(6)}  ${rule.padEnd(10)}  ${detail}`);
  const took =
    fuel === null ? [] : [`the dearest decision took ${fuel.most} of ${fuel.of} loop heads, calls and returns`];
  const takes = decisions.length === 0 ? [] : [`decides: ${decisions.join(', ')}`];
  return [...lines, ...takes, ...took, conforms ? 'conforms' : 'does not conform', ''].join('\n');
}
