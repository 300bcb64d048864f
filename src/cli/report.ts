// `report.html` beside what `--out DIR` writes, and `fluxhost report`, which makes it later of a file that was written then.

import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shellWord } from '../input/shell-word.js';
import { printable, InputError, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';
import type { Reportable } from '../report/html/document.js';
import type { Context } from '../report/html/figure.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder, writeAtomically } from './files.js';
import { HISTOGRAMS, histogramsOf, readHistograms, withHistograms } from './histograms.js';
import type { Io } from './io.js';
import { type Origin, readOrigin, withoutPasswords } from './origin.js';

/** The name of the page in a folder. */
export const REPORT = 'report.html';
/** What a report may be made of, as `--out` names it. */
const SOURCES = ['result.json', 'comparison.json', 'size.json', 'sweep.json', 'suite.json', 'fleet.json'] as const; // pages, reserve, reproduce and judge write result.json

/** As a shell takes it. */
/** The command that makes a result again: as it was given, but for passwords. */
export const commandOf = (name: string, args: readonly string[]): string =>
  printable(withoutPasswords(['fluxhost', name, ...args].map((word, i) => (i < 2 ? word : shellWord(word))).join(' ')));

/** The `run` that shows what a command found: of the same file, changes, seed and core, and with these fields besides. */
export function runCommand(given: Arguments, set: readonly string[], replications = 1): string {
  const option = (name: string): string[] => {
    const value = given.text(name);
    return value === undefined ? [] : [`--${name}`, value];
  };
  return commandOf('run', [
    given.positional(0),
    ...[...given.list('set'), ...set].flatMap((field) => ['--set', field]),
    ...['seed', 'core', 'files-within'].flatMap(option),
    ...(replications > 1 ? ['--replications', String(replications)] : []),
  ]);
}

/** Writes the page; the pictures' code is loaded only here. */
export async function writeReport(path: string, value: Reportable, context: Context): Promise<void> {
  const { renderHtml } = await import('../report/html/render.js');
  await writeAtomically(path, renderHtml(value, context));
}

const reportSpec: CommandSpec = {
  name: 'report',
  summary: 'Makes the page of figures of what a command wrote with --out.',
  positionals: ['DIR|FILE'],
  options: {
    out: { value: 'FILE', help: `where the page goes (default: ${REPORT} beside the file)` },
  },
  details:
    'The page is one file that opens without a network, in light and dark, on paper and on a phone. Every picture can be\n' +
    'saved as SVG or PNG, and its numbers stand in a table below it. run, compare, size, sweep, suite, fleet, pages, reserve,\n' +
    'reproduce and judge leave it with --out, and beside it the command that made it (origin.json).',
  examples: ['fluxhost report burst', 'fluxhost report burst/comparison.json --out burst.html'],
};

/** The one file of a folder that a report can be made of. */
export async function sourceOf(path: string, argument = 'DIR|FILE'): Promise<string> {
  const isThere = async (one: string): Promise<boolean> => (await stat(one).catch(() => undefined))?.isFile() === true;
  const found = await stat(path).catch((failure: unknown) => {
    throw new InputError({ file: path, path: '', given: readFailure(failure), expected: 'a file or folder of --out' });
  });
  if (!found.isDirectory()) return path;
  const there: string[] = [];
  for (const name of SOURCES) if (await isThere(join(path, name))) there.push(name);
  if (there.length === 1) return join(path, there[0]!);
  const given = there.length === 0 ? 'a folder with none of them' : `a folder with ${there.join(' and ')}`;
  throw new InputError({
    path: argument,
    given: `${show(path)}, ${given}`,
    expected: `one of ${SOURCES.join(', ')}`,
  });
}

interface Source {
  readonly value: Reportable;
  readonly origin: Origin | undefined;
  /** There is no bucket of its latencies. */
  readonly missing: boolean;
}

export async function readSource(file: string): Promise<Source> {
  const expected =
    'the JSON of run, compare, size, sweep, suite, fleet, pages, reserve, reproduce or judge (--json or --out)';
  const text = await readFile(file, 'utf8').catch((failure: unknown) => {
    throw new InputError({ file, path: '', given: readFailure(failure), expected });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError({ file, path: '', given: 'no JSON', expected });
  }
  const { kindOf } = await import('../report/html/document.js');
  const kind = kindOf(value);
  if (kind === undefined) throw new InputError({ file, path: '', given: 'another JSON document', expected });
  const histograms = await readHistograms(file, text);
  return {
    value: withHistograms(value as Reportable, histograms ?? {}),
    origin: await readOrigin(file, text),
    // of these alone the page draws buckets, which their JSON has with --histograms only
    missing: /^(result|comparison)$/.test(kind) && histograms === undefined && histogramsOf(value).length === 0,
  };
}

export async function report(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(reportSpec, args);
  if (given.help) {
    io.stdout(renderHelp(reportSpec));
    return EXIT.done;
  }
  given.check();
  const file = await sourceOf(given.positional(0));
  const { value, origin, missing } = await readSource(file);
  const from = missing ? `${file}, without ${HISTOGRAMS}: curves go through the quantiles alone` : file;
  const out = given.text('out') ?? join(dirname(file), REPORT);
  await prepareFolder(dirname(out), [out.slice(dirname(out).length).replace(/^[/\\]/, '')]);
  try {
    await writeReport(out, value, { command: commandOf('report', args), from, ...origin });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const what = {
      file,
      path: '',
      given: 'a document that lacks what its kind has',
      expected: 'the file as it was written',
    };
    throw new InputError(what);
  }
  io.stdout(`${printable(out)}\n`);
  return EXIT.done;
}
