// `fluxhost explain [PARAMETER]`: what a parameter means, its unit, its default and where that default comes from.

import { InputError, expectedOneOf, show } from '../scenario/errors.js';
import {
  FIELDS,
  PARAMETERS,
  findParameters,
  formatDefault,
  type Field,
  type Parameter,
} from '../scenario/parameters.js';
import type { Io } from './io.js';

const HELP = `Usage: fluxhost explain [PARAMETER] [--json]

Prints the meaning, unit, default and source of a parameter: of a scenario, of a server of
fluxhost reserve (reserve), of a replacement policy of fluxhost pages (pages).
PARAMETER is its path, a part of it for several, or its end: costs.stealCheck, stealCheck, costs,
mechanism.hotplug, memory, vms.0.memory.size. Without it every parameter is listed.

  --json   one JSON document: a list of parameters, defaults in nanoseconds and bytes
  --help   this text
`;

const LINE = 100;

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

function listing(parameters: readonly (Parameter | Field)[]): string {
  const path = Math.max(...parameters.map((parameter) => parameter.path.length));
  const value = Math.max(...parameters.map((parameter) => Math.min(20, formatDefault(parameter).length)));
  const rows = parameters.map((parameter) =>
    `${parameter.path.padEnd(path)}  ${formatDefault(parameter).padEnd(value)}  ${'absent' in parameter ? '' : parameter.confidence}`.trimEnd(),
  );
  return `${rows.join('\n')}\n\nfluxhost explain PARAMETER tells what it means and where its default comes from.\n`;
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
  const found = query === undefined ? [...PARAMETERS, ...FIELDS] : findParameters(query);
  if (query !== undefined && found.length === 0) {
    const known = [...new Set([...PARAMETERS, ...FIELDS].flatMap(({ name, path }) => [path, name]))];
    const expected = expectedOneOf('a known parameter', query, known).split(':', 1)[0];
    throw new InputError({
      path: 'PARAMETER',
      given: show(query),
      expected: `${expected}; fluxhost explain lists them all`,
    });
  }
  if (json) io.stdout(`${JSON.stringify(found, null, 2)}\n`);
  else io.stdout(query === undefined ? listing(found) : found.map(details).join('\n'));
  return 0;
}
