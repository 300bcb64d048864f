// Every named parameter in one table. `fluxhost explain` and docs/parameters.md are printed from it, and the schema
// takes its defaults from it, so that what is explained is what is used.

import { COST_PARAMETERS } from './parameters/costs.js';
import { MECHANISM_PARAMETERS } from './parameters/mechanisms.js';
import { MEMORY_FIELDS, MEMORY_PARAMETERS } from './parameters/memory.js';
import { RESERVE_FIELDS, RESERVE_PARAMETERS } from '../memory/vmem/parameters.js';
import { POLICY_PARAMETERS } from '../pages/parameters.js';
import type { Field, Parameter } from './parameters/parameter.js';
import { SCENARIO_PARAMETERS } from './parameters/scenario.js';
import { formatDuration, formatSize } from './quantities.js';

export { COST_NAMES, COST_PARAMETERS, type CostName } from './parameters/costs.js';
export type { Confidence, Field, Parameter, ParameterUnit } from './parameters/parameter.js';

export const PARAMETERS: readonly Parameter[] = [
  ...COST_PARAMETERS,
  ...MECHANISM_PARAMETERS,
  ...MEMORY_PARAMETERS,
  ...SCENARIO_PARAMETERS,
  ...RESERVE_PARAMETERS,
  ...POLICY_PARAMETERS,
];

/** What can be explained but has no default. */
export const FIELDS: readonly Field[] = [...MEMORY_FIELDS, ...RESERVE_FIELDS];

const BY_PATH = new Map(PARAMETERS.map((parameter) => [parameter.path, parameter]));

/** The default of a parameter that is known to be in the table; a wrong path is a mistake in this program. */
export function defaultOf(path: string): number | string | boolean {
  const parameter = BY_PATH.get(path);
  if (parameter === undefined) throw new Error(`no parameter has the path "${path}"`);
  return parameter.default;
}

export function defaultNumber(path: string): number {
  const value = defaultOf(path);
  if (typeof value !== 'number') throw new Error(`the default of "${path}" is not a number`);
  return value;
}

export function defaultFlag(path: string): boolean {
  const value = defaultOf(path);
  if (typeof value !== 'boolean') throw new Error(`the default of "${path}" is neither true nor false`);
  return value;
}

/** The default of a choice, typed as the caller's choices. */
export function defaultChoice<T extends string>(path: string, choices: readonly T[]): T {
  const value = choices.find((choice) => choice === defaultOf(path));
  if (value === undefined) throw new Error(`the default of "${path}" is none of ${choices.join(', ')}`);
  return value;
}

/**
 * By whole path, by any end of it (`stealCheck`, `hyperflux.interval`), by a beginning (`costs`, `mechanism.hotplug`), or by a
 * group on the way (`memory`). A number stands for the `*` of a list.
 */
export function findParameters(query: string): readonly (Parameter | Field)[] {
  const wanted = query.toLowerCase().replace(/\.\d+(?=\.|$)/g, '.*');
  const all = [...PARAMETERS, ...FIELDS];
  const exact = all.filter(({ path }) => path.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  return all.filter(({ path }) => `.${path.toLowerCase()}.`.includes(`.${wanted}.`));
}

/** As one would write it in a scenario. */
export function formatDefault(parameter: Parameter | Field): string {
  if ('absent' in parameter) return parameter.absent;
  const { unit, default: value } = parameter;
  if (typeof value !== 'number') return String(value);
  if (unit === 'ns') return formatDuration(value);
  if (unit === 'bytes' || unit === 'bytes per second') return formatSize(value);
  return String(value);
}

const CONFIDENCE_WORDS = [
  ['published', 'stands in a paper or a document of the system itself'],
  ['source code', "read in the system's public source"],
  ['derived', 'follows by arithmetic from figures with a source'],
  ['secondary', "a third party's note or measurement; the original was not read"],
  ['assumed', 'no source; a choice that a study should vary'],
] as const;

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Columns are padded as prettier pads them, so that the printed page passes the format check. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [rows[0]!, rule, ...rows.slice(1)].map(line).join('\n');
}

function section(title: string, intro: string, list: readonly (Parameter | Field)[]): string {
  const rows = list.map((p) => {
    const choices = p.choices === undefined ? '' : ` (${p.choices.join(', ')})`;
    const [source, confidence] = 'absent' in p ? ['-', '-'] : [p.source, p.confidence];
    return [`\`${p.path}\``, cell(formatDefault(p)), cell(p.meaning + choices), cell(source), confidence];
  });
  const head = ['parameter', 'default', 'meaning', 'source of the default', 'confidence'];
  return `## ${title}\n\n${intro}\n\n${table([head, ...rows])}\n`;
}

/** The text of docs/parameters.md. */
export function renderParametersMarkdown(): string {
  const words = CONFIDENCE_WORDS.map(([word, meaning]) => `- **${word}**: ${meaning}`).join('\n');
  return [
    '<!-- Printed from src/scenario/parameters.ts by `npm run docs`; change it there. -->\n',
    '# Parameters\n',
    'Every default of a scenario, with its unit, meaning and source. `fluxhost explain NAME` prints one of them.\n',
    `How far a default is to be trusted:\n\n${words}\n`,
    section('Costs', 'Under `costs`. `costs: none` sets every one to zero: pure queueing.', COST_PARAMETERS),
    section(
      'Mechanisms',
      'Knobs of `mechanism: { kind: …, … }`; the part after `mechanism` is the kind.',
      MECHANISM_PARAMETERS,
    ),
    section(
      'Memory',
      'Under `host.memory`, and under `memory` of each VM that has some; docs/memory.md tells what the engine does with them.',
      [...MEMORY_PARAMETERS, ...MEMORY_FIELDS],
    ),
    section('Scenario', 'The remaining fields that may be left out; `*` stands for each VM.', SCENARIO_PARAMETERS),
    section(
      'Reserved memory',
      'Of `fluxhost reserve`, in a file of its own; docs/vmem.md tells what is done with them.',
      [...RESERVE_PARAMETERS, ...RESERVE_FIELDS],
    ),
    section(
      'Page replacement',
      'Of `fluxhost pages --policy NAME:PARAMETER=VALUE`; docs/pages.md tells what each policy does.',
      POLICY_PARAMETERS,
    ),
  ].join('\n');
}
