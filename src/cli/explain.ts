// `fluxhost explain [PARAMETER]`: what a parameter means, its unit, its default and where that default comes from; what a
// mechanism or a part of the scenario is about, and its parameters.

import { InputError, expectedOneOf, show } from '../input/errors.js';
import { explain as explained } from '../explain/api.js';
import { type Field, type Parameter, formatDefault } from '../input/parameter.js';
import { type Group, MECHANISM_MEANINGS, findGroup } from '../explain/groups.js';
import { findParameters } from '../explain/parameters.js';
import { type Word, WORDS, wordsNamed } from '../explain/words.js';
import { experimentParameters } from '../experiments/api.js';
import { type ExperimentEntry, EXPERIMENTS } from '../experiments/index.js';
import type { ExperimentParameter } from '../experiments/parameters.js';
import type { Io } from './io.js';

const HELP = `Usage: fluxhost explain [PARAMETER] [--json]

Prints the meaning, unit, default and source of a parameter: of a scenario, of a server of
fluxhost reserve (reserve), of a replacement policy of fluxhost pages (pages).
PARAMETER is its path or the end of it: costs.stealCheck, stealCheck, interval, vms.api.slo. A mechanism's
name, or a part of the scenario, lists what belongs to it: hotplug, costs, mechanism, memory; so does a
process of arrivals or a distribution (onoff, pareto), a format of traces or a policy (azure-2021,
oracleGeneral, lru). An experiment's name (taiji, nexus; fluxhost reproduce --help) lists what
reproduce --set changes there. scenario lists every parameter of one, fleet of a fleet.
Without it every parameter is listed.

  --json   one JSON document: a list of parameters, defaults in nanoseconds and bytes; of an experiment { parameters }
  --help   this text
`;

const LINE = 100;
const LONG_DEFAULT = 20;
const LEAST_MEANING = 40;

/** Breaks at spaces; a longer word stays whole. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > LINE) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}

const UNIT_WORDS: Readonly<Record<Parameter['unit'], string>> = {
  ns: 'a duration: a number with ns, us, ms, s, m or h',
  bytes: 'a size: a number with B, KiB, MiB, GiB, TiB, or KB, MB, GB, TB for powers of ten',
  'bytes per second': 'what a second moves: a size with a unit, such as 25GB',
  count: 'a number',
  pages: 'a number, or a share of the capacity such as 25%',
  name: 'a text',
  share: 'a number',
  choice: 'one of',
  'yes or no': 'true or false',
};

function details(parameter: Parameter | Field): string {
  const unit =
    parameter.choices === undefined
      ? UNIT_WORDS[parameter.unit]
      : `${UNIT_WORDS[parameter.unit]}: ${parameter.choices.join(', ')}`;
  const rows = [
    ['meaning', parameter.meaning],
    ['unit', unit],
    ['default', formatDefault(parameter)],
    ...('absent' in parameter
      ? []
      : ([
          ['source', parameter.source],
          ['confidence', parameter.confidence],
        ] as const)),
  ] as const;
  return `${parameter.path}\n${rows.map(([label, text]) => `  ${label.padEnd(11)}${wrap(text, ' '.repeat(13))}\n`).join('')}`;
}

/** What belongs together: what it is about, and its parameters by name. */
function groupText({ name, meaning, prefix }: Group, found: readonly (Parameter | Field)[]): string {
  const title = `${wrap(`${prefix.slice(0, -1)}: ${meaning}`, '  ')}\n`;
  if (name === 'mechanism') {
    const kinds = Object.entries(MECHANISM_MEANINGS);
    return `${title}\n${kinds.map(([kind, about]) => `  ${kind.padEnd(11)}${wrap(about, ' '.repeat(13))}\n`).join('')}`;
  }
  if (found.length === 0) return `${title}\nIt has no parameters.\n`;
  const width = Math.max(...found.map(({ path }) => path.length - prefix.length));
  const least = width + 4;
  const short = found.map((parameter) => formatDefault(parameter).length).filter((length) => length <= LONG_DEFAULT);
  const value = Math.max(0, ...short);
  const rows = found.map((parameter) => {
    const byDefault = formatDefault(parameter);
    const named = `  ${parameter.path.slice(prefix.length).padEnd(width)}  `;
    const left = `${named}${byDefault.padEnd(value)}  `;
    // where little room is left the meaning has lines of its own
    if (byDefault.length > value || left.length > LINE - LEAST_MEANING)
      return `${named}${wrap(byDefault, ' '.repeat(least))}\n      ${wrap(parameter.meaning, '      ')}\n`;
    return `${left}${wrap(parameter.meaning, ' '.repeat(left.length))}\n`;
  });
  return `${title}\n${rows.join('')}\nfluxhost explain ${prefix}${found[0]!.path.slice(prefix.length)} tells where that default comes from, and so for each.\n`;
}

function listing(parameters: readonly (Parameter | Field)[]): string {
  const path = Math.max(...parameters.map((parameter) => parameter.path.length));
  const value = Math.max(...parameters.map((parameter) => Math.min(20, formatDefault(parameter).length)));
  const rows = parameters.map((parameter) =>
    `${parameter.path.padEnd(path)}  ${formatDefault(parameter).padEnd(value)}  ${'absent' in parameter ? '' : parameter.confidence}`.trimEnd(),
  );
  return `${rows.join('\n')}\n\nfluxhost explain PARAMETER tells what it means and where its default comes from.\n`;
}

function experimentText(
  { name, title }: ExperimentEntry,
  part: string | undefined,
  parameters: readonly ExperimentParameter[],
): string {
  const blocks = parameters.map(
    ({ path, unit, default: byDefault, min, max, choices, meaning, source, confidence }) => {
      const bounds = min === null && max === null ? '' : `, from ${min ?? 'any'} to ${max ?? 'any'}`;
      const of = choices === undefined ? '' : `: ${choices.join(', ')}`;
      const rows = [
        ['meaning', meaning],
        ['unit', `${unit}${of}${bounds}`],
        ['default', byDefault === '' ? 'none' : String(byDefault)],
        ['source', source],
        ['confidence', confidence],
      ] as const;
      return `${path}\n${rows.map(([label, text]) => `  ${label.padEnd(11)}${wrap(text, ' '.repeat(13))}\n`).join('')}`;
    },
  );
  const what =
    part === undefined
      ? `fluxhost reproduce ${name} --set PATH=VALUE changes:`
      : `fluxhost reproduce ${name}/${part} --set PATH=VALUE changes, of the whole's parameters, those that this part uses:`;
  return `${title}\n${wrap(what, '')}\n\n${blocks.join('\n')}`;
}

const NAMES = [
  ...WORDS.map(({ name }) => name),
  ...EXPERIMENTS.flatMap(({ name, parts = [] }) => [name, ...parts.map((part) => `${name}/${part}`)]),
];

/** Parameters of that name, if any. */
const known = (query: string): readonly (Parameter | Field)[] =>
  findGroup(query) === undefined ? findParameters(query) : explained(query);

function wordText({ name, kind, meaning, columns = [], line, page }: Word): string {
  const rows = [
    ['meaning', meaning],
    ...columns.map(([column, unit, about], i) => [i === 0 ? 'columns' : '', `${column} (${unit}): ${about}`]),
    ['example', line],
    ['more', page],
  ];
  const told = rows.map(([label = '', text = '']) => `  ${label.padEnd(11)}${wrap(text, ' '.repeat(13))}\n`);
  return `${name}: ${kind}\n${told.join('')}`;
}

/** @throws InputError for an unknown parameter or option */
export async function explain(args: string[], io: Io): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout(HELP);
    return 0;
  }
  const json = args.includes('--json');
  const rest = args.filter((arg) => arg !== '--json');
  const option = rest.find((arg) => arg.startsWith('-'));
  if (option !== undefined)
    throw new InputError({
      path: option,
      given: 'an unknown option',
      expected: expectedOneOf('one of', option, ['--json', '--help']),
    });
  if (rest.length > 1)
    throw new InputError({ path: 'PARAMETER', given: rest.map(show).join(' '), expected: 'one parameter' });
  const query = rest[0];
  const group = query === undefined ? undefined : findGroup(query);
  const words = query === undefined ? [] : wordsNamed(query);
  const [asked, part] = query?.toLowerCase().split(/\/(.*)/s, 2) ?? [];
  const experiment = EXPERIMENTS.find(
    ({ name, parts }) => name === asked && (part === undefined || parts?.includes(part) === true),
  );
  if (experiment !== undefined) {
    const parameters = await experimentParameters(experiment.name);
    // a mechanism may have the name of a paper
    const knobs = group === undefined ? [] : explained(query);
    if (json)
      io.stdout(`${JSON.stringify({ parameters, ...(group && { [group.prefix.split('.')[0]!]: knobs }) }, null, 2)}\n`);
    else
      io.stdout(
        `${group === undefined ? '' : `${groupText(group, knobs)}\n`}${[experimentText(experiment, part, parameters), ...words.map(wordText)].join('\n')}`,
      );
    return 0;
  }
  const found = words.length > 0 ? known(query!) : explained(query, NAMES);
  if (words.length > 0) {
    const told = [...words, ...found];
    io.stdout(json ? `${JSON.stringify(told, null, 2)}\n` : [...words.map(wordText), ...found.map(details)].join('\n'));
    return 0;
  }
  if (json) io.stdout(`${JSON.stringify(found, null, 2)}\n`);
  else if (group !== undefined) io.stdout(groupText(group, found));
  else
    io.stdout(
      query === undefined || query.toLowerCase() === 'scenario' ? listing(found) : found.map(details).join('\n'),
    );
  return 0;
}
