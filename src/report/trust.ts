// "Can this be trusted?": the warnings of a result, or of several side by side, as text; and quantiles with a mark where too few
// samples stand behind them. Reads nothing but the results.

import type { Distribution } from '../metrics/figures.js';
import { support } from '../metrics/support.js';
import type { Result, Warning } from '../result/result.js';
import { printable } from '../input/errors.js';
import { groupsOf } from '../input/vm-groups.js';
import { type Look, paint, widthOf, wrap, MAX_COLUMNS } from './table.js';
import { formatDurationNs } from './units.js';

/** Lines beyond this many are left out, and the last one says so. */
const MAX_WARNINGS = 16;

type Key = 'mean' | 'p50' | 'p90' | 'p99' | 'p999' | 'max';

/** What the marks of quantiles mean. */
export const FEW = '≥ at least: too few requests for an upper limit of this quantile (95 %)';
export const NONE_BEYOND = '– no request lies beyond this quantile: it would be the greatest value';

/** `47.3 us`; `≥ 47.3 us` where too few samples give it an upper limit, `–` where none lies beyond it. */
export function markedQuantile(distribution: Distribution, key: Key): string {
  const text = formatDurationNs(distribution[key]);
  if (key === 'mean' || key === 'max' || distribution[key] === null) return text;
  const behind = support(key, distribution.count);
  return behind === 'enough' ? text : behind === 'few' ? `≥ ${text}` : '–';
}

function legend(runs: readonly Result[]): string[] {
  const marks = new Set(
    runs.flatMap(({ vms }) =>
      vms.flatMap(({ latencyNs }) => (['p50', 'p99', 'p999'] as const).map((key) => markedQuantile(latencyNs, key)[0])),
    ),
  );
  return [...(marks.has('≥') ? [FEW] : []), ...(marks.has('–') ? [NONE_BEYOND] : [])];
}

/** What speaks against one of several things side by side. */
export interface Side {
  /** A mechanism, as it was asked for. */
  readonly name: string;
  /** Names of VMs. */
  readonly vms: readonly string[];
  readonly warnings: readonly Warning[];
}

/** Warnings of one code about the same figure of VMs of one group: said of the first, with how many more it holds for. */
function byGroup({ vms, warnings }: Side): Warning[] {
  const groups = groupsOf(vms);
  const groupOf = new Map([...groups].flatMap(([group, members]) => members.map((member) => [member, group] as const)));
  const first = new Map<string, { warning: Warning; count: number; of: number }>();
  for (const warning of warnings) {
    const [name = '', ...rest] = warning.field.split('.');
    const group = groupOf.get(name);
    const field = group === undefined ? warning.field : [group, ...rest].join('.');
    const before = first.get(`${warning.code} ${field}`);
    if (before === undefined)
      first.set(`${warning.code} ${field}`, {
        warning: { ...warning, field },
        count: 1,
        of: groups.get(group ?? '')?.length ?? 1,
      });
    else before.count += 1;
  }
  return [...first.values()].map(({ warning, count, of }) =>
    of === 1 ? warning : { ...warning, detail: `${warning.detail} (${count} of ${of} VMs, said of the first)` },
  );
}

/** What holds of all runs together and stands in none of their results. */
export interface Remark {
  /** A stable word. */
  readonly code: string;
  /** A sentence: what it is and what it is about. */
  readonly detail: string;
}

/** Of so many seeds behind each figure: one of them tells nothing of chance. */
export const oneSeed = (replications: number): Remark[] =>
  replications > 1
    ? []
    : [{ code: 'one-seed', detail: 'one seed: no interval tells chance from effect; --replications 5 gives one' }];

/** The same where nothing has been measured yet, or every run has several. */
export const seedsOf = (runs: readonly Result[]): Remark[] =>
  runs.some(({ manifest }) => manifest.replications === 1 && manifest.measuredNs > 0) ? oneSeed(1) : [];

export const sidesOf = (runs: readonly { readonly label: string; readonly result: Result }[]): Side[] =>
  runs.map(({ label, result }) => ({
    name: label,
    vms: result.vms.map(({ name }) => name),
    warnings: result.warnings ?? [],
  }));

/** One for each code and field, of the first side that has it, with the sides that have it where not all do. */
export function merged(sides: readonly Side[]): { warning: Warning; where: string }[] {
  const found = new Map<string, { warning: Warning; in: string[] }>();
  for (const side of sides)
    for (const warning of byGroup(side)) {
      const key = `${warning.code} ${warning.field}`;
      const before = found.get(key) ?? { warning, in: [] };
      if (before.in.at(-1) !== side.name) before.in.push(side.name);
      found.set(key, before);
    }
  return [...found.values()].map(({ warning, in: named }) => {
    if (sides.length === 1) return { warning, where: '' };
    return { warning, where: named.length === sides.length ? ' (all)' : ` (${named.join(', ')})` };
  });
}

/** A line each warning, wrapped; the last one says how many were left out. What holds of all stands below. */
function warningLines(sides: readonly Side[], remarks: readonly Remark[], look: Look): string[] {
  const all = merged(sides);
  const line = (text: string, tone: 'warn' | undefined): string => {
    const [first = '', ...rest] = wrap(printable(text), widthOf(look, MAX_COLUMNS) - 4).split('\n');
    return [`  ${paint(first, tone, look)}`, ...rest.map((one) => `    ${paint(one, tone, look)}`)].join('\n');
  };
  const lines = all
    .slice(0, MAX_WARNINGS)
    .map(({ warning: { code, field, detail }, where }) => line(`${code} ${field}${where}: ${detail}`, 'warn'));
  if (all.length > MAX_WARNINGS) lines.push(`  and ${all.length - MAX_WARNINGS} more; --json has them all`);
  return [...lines, ...remarks.map(({ code, detail }) => line(`${code}: ${detail}`, undefined))];
}

/** Where nothing was found. */
export const NOTHING_FOUND = 'can this be trusted? nothing was found that speaks against it\n';

/** The section of these, ending in a line feed. */
export const trustText = (sides: readonly Side[], remarks: readonly Remark[], look: Look): string => {
  const lines = warningLines(sides, remarks, look);
  return lines.length === 0 ? NOTHING_FOUND : `can this be trusted?\n${lines.join('\n')}\n`;
};

/** The section "can this be trusted?", ending in a line feed. */
export function renderTrust(runs: readonly Result[], look: Look = false): string {
  const sides = sidesOf(runs.map((result) => ({ label: result.manifest.mechanism, result })));
  if (runs.every(({ manifest }) => manifest.measuredNs === 0) && sides.every(({ warnings }) => warnings.length === 0))
    return 'can this be trusted? nothing was measured yet\n';
  const marks = legend(runs).map((line) => `  ${line}\n`);
  return trustText(sides, seedsOf(runs), look) + marks.join('');
}

/** Codes of the warnings, each once. */
export const codesOf = ({ warnings }: { readonly warnings: readonly Warning[] }): string[] => [
  ...new Set(warnings.map(({ code }) => code)),
];

/** `few-samples in 2 of 10, few-cycles in 10 of 10`; empty where no row has a warning. Rows that were not run do not count. */
export function countsText(
  rows: readonly { readonly warnings: readonly Warning[]; readonly refused?: string }[],
): string {
  const run = rows.filter(({ refused }) => refused === undefined);
  const counts = new Map<string, number>();
  for (const code of run.flatMap(codesOf)) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `${code} in ${count} of ${run.length}`).join(', ');
}

/** What brackets the scenario and what nothing does, ending in a line feed; nothing where it was not asked for. */
export function renderValidity({ validity }: Result, look: Look = false): string {
  if (validity === undefined) return '';
  const lines = (rows: readonly string[]): string =>
    rows.map((row) => `  ${wrap(row, widthOf(look, MAX_COLUMNS) - 4).replaceAll('\n', '\n    ')}\n`).join('');
  return (
    `\nwhat brackets this scenario? (docs/validity.md)\n${lines(validity.held.map(({ part, against, test }) => `${part}: ${against} (${test})`))}` +
    `what has never been tested\n${lines(validity.untested.map(({ part, detail }) => `${part}: ${detail}`))}`
  );
}
