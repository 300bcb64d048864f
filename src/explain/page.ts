// docs/parameters.md, printed from the tables that the program takes its defaults from.

import { type Parameter, type Field, formatDefault } from '../input/parameter.js';
import { COST_PRESETS, type CostPreset, rowsOfPreset } from '../mechanisms/cost-presets.js';
import { COST_PARAMETERS } from '../mechanisms/costs.js';
import { MECHANISM_PARAMETERS } from '../mechanisms/kinds.js';
import { DATAPATH_FIELDS, DATAPATH_PARAMETERS } from '../datapath/parameters.js';
import { GPU_FIELDS, GPU_PARAMETERS } from '../gpu/parameters.js';
import { LIFECYCLE_FIELDS, LIFECYCLE_PARAMETERS } from '../lifecycle/parameters.js';
import { MEMORY_PARAMETERS, MEMORY_FIELDS } from '../swap/parameters.js';
import { SCENARIO_FIELDS } from '../scenario/given.js';
import { SCENARIO_PARAMETERS } from '../scenario/fields.js';
import { ORDER_FIELDS, ORDER_PARAMETERS } from '../scenario/order-fields.js';
import { FLEET_PARAMETERS, FLEET_FIELDS } from '../fleet/parameters.js';
import { RESERVE_PARAMETERS, RESERVE_FIELDS } from '../reserve/parameters.js';
import { POLICY_PARAMETERS } from '../pages/parameters.js';

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

function presetSection(preset: CostPreset): string {
  const rows = rowsOfPreset(preset).map(([path, value, what]) => [`\`${path}\``, value, cell(what)]);
  const intro = `${preset.meaning} Source: ${preset.source}.`;
  return `### costs: ${preset.name}\n\n${intro}\n\n${table([['parameter', 'value', 'measured'], ...rows])}\n`;
}

/** The text of docs/parameters.md. */
export function renderParametersMarkdown(): string {
  const words = CONFIDENCE_WORDS.map(([word, meaning]) => `- **${word}**: ${meaning}`).join('\n');
  return [
    '<!-- Printed from src/explain/parameters.ts by `npm run docs`; change it there. -->\n',
    '# Parameters\n',
    'Every default of a scenario, with its unit, meaning and source. `fluxhost explain NAME` prints one of them.\n',
    `How far a default is to be trusted:\n\n${words}\n`,
    section(
      'Costs',
      'Under `costs`. `costs: none` sets every one to zero: pure queueing; `costs: measured-linux-6` sets those below.',
      COST_PARAMETERS,
    ),
    ...COST_PRESETS.map(presetSection),
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
    section('Functions', 'Under `lifecycle` and `functions`; docs/model/lifecycle.md tells what is done with them.', [
      ...LIFECYCLE_PARAMETERS,
      ...LIFECYCLE_FIELDS,
    ]),
    section('Datapath', 'Under `datapath`; docs/virtuoso.md tells what is done with them.', [
      ...DATAPATH_PARAMETERS,
      ...DATAPATH_FIELDS,
    ]),
    section('GPU', 'Under `gpu`; docs/valve.md tells what is done with them.', [...GPU_PARAMETERS, ...GPU_FIELDS]),
    section('Scenario', 'The remaining fields; `*` stands for each VM.', [
      ...SCENARIO_PARAMETERS,
      ...ORDER_PARAMETERS,
      ...SCENARIO_FIELDS,
      ...ORDER_FIELDS,
    ]),
    section(
      'Reserved memory',
      'Of `fluxhost reserve`, in a file of its own; docs/vmem.md tells what is done with them.',
      [...RESERVE_PARAMETERS, ...RESERVE_FIELDS],
    ),
    section('Fleets', 'Of `fluxhost fleet`, in a file of its own; docs/fleet.md tells the rules.', [
      ...FLEET_PARAMETERS,
      ...FLEET_FIELDS,
    ]),
    section(
      'Page replacement',
      'Of `fluxhost pages --policy NAME:PARAMETER=VALUE`; docs/pages.md tells what each policy does.',
      POLICY_PARAMETERS,
    ),
  ].join('\n');
}
