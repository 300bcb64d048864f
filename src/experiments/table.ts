// An experiment's result as text: each claim with the published figure beside ours, what had to be assumed for it, and whether
// parameters with a source carry it; then the tables behind the claims.

import { renderTable, type Cell } from '../report/table.js';
import type { Claim, ExperimentResult } from './vmem/experiment.js';

const strong = (text: string): Cell => ({ text, tone: 'strong' });

const VERDICTS: Readonly<Record<Claim['supported'], string>> = {
  yes: 'follows from parameters with a source',
  partly: 'follows in part; the rest is assumed',
  no: 'NOT supported: no sourced parameter carries it',
};

function claimText(claim: Claim, index: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['claim', `${claim.paper} (${claim.source})`],
    ['ours', `${claim.ours}${claim.unit === '' ? '' : `  [${claim.unit}]`}`],
    ['verdict', VERDICTS[claim.supported]],
    ...claim.assumptions.map((text) => ['assumed', text] as const),
    ['command', claim.command],
  ];
  return `${index + 1}. ${claim.claim}\n${rows.map(([label, text]) => `   ${label.padEnd(8)} ${text}\n`).join('')}`;
}

/** Ends in a line feed. */
export function renderExperiment(title: string, { claims, tables }: ExperimentResult, colour = false): string {
  const parts = [`${title}\n`, ...claims.map(claimText)];
  for (const { title: name, head, rows } of tables)
    parts.push(
      `${name}\n${renderTable([head.map(strong), ...rows.map((row) => [...row])], { colour, align: ['left'] })}`,
    );
  return parts.join('\n');
}
