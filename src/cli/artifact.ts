// `fluxhost artifact DIR`: an evaluation kit of scenarios, experiments and commands, made, predicted, and run again.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, expectedOneOf, printable, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';
import { renderTable } from '../report/table.js';
import { formatWait } from '../report/units.js';
import { toStableJson } from '../result/json.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXPECTED, type Entry, INPUTS, KIT, type Kit, SIZES, type Size } from './artifact-kit.js';
import { type ItemList, readItems } from './artifact-list.js';
import { makeKit, memoryOf, wordsFrom } from './artifact-make.js';
import { mebibytes, secondsOf } from './artifact-page.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { type Io, lookOf } from './io.js';
import { wordsOf } from './origin.js';
import { differenceWords, ofFigures, verifyResult } from './verify.js';
import type { Main } from './verify-again.js';

const artifactSpec: CommandSpec = {
  name: 'artifact',
  summary:
    'Makes an evaluation kit for a paper: inputs, expected figures with their hashes, a script that runs it all again.',
  positionals: ['DIR'],
  options: {
    of: {
      value: 'A,B,...',
      multiple: true,
      help: "makes the kit of these: lists (examples/artifact/artifact.yaml), scenarios,\nexperiments of reproduce, or 'fluxhost ...' commands, one an option",
    },
    sizes: { value: 'S,S,...', help: `which sizes are made: ${SIZES.join(', ')} (default all)` },
    check: { value: 'SIZE', help: 'runs a kit that is there again: passed or failed, item by item' },
    only: { value: 'NAME', help: 'with --check: this item alone' },
    estimate: { help: 'tells about how long and in how much memory that is, by short pilots, and ends there' },
    json: { help: 'prints the kit, the verdicts or the estimate as one JSON document' },
  },
  details:
    'A scenario that is given alone is run whole (full), for a fifth (medium) and for a fiftieth (quick) of its duration, after\n' +
    'its warm-up; a list says what each size is. The kit holds everything: README.md, index.html with links that run in the live\n' +
    'page and must match the printed hash, inputs/, expected/ and run.mjs, which is --check.\n' +
    'Exit status: 0 made, or all passed; 1 an item failed; 2 input refused.',
  examples: [
    'fluxhost artifact kit --of examples/artifact/artifact.yaml',
    'fluxhost artifact kit --of burst.yaml,edgeflow --sizes quick',
    'fluxhost artifact kit --check quick',
    'fluxhost artifact kit --check full --estimate',
  ],
};

function sizeOf(given: Arguments, name: string, text: string): Size {
  const size = SIZES.find((one) => one === text);
  if (size !== undefined) return size;
  given.problems.push(`--${name}: given ${show(text)}, expected ${expectedOneOf('one of', text, SIZES)}`);
  return 'quick';
}

async function readKit(folder: string): Promise<Kit> {
  const file = join(folder, KIT);
  const expected = `the folder of a kit, which --of makes`;
  const text = await readFile(file, 'utf8').catch((failure: unknown) => {
    throw new InputError({ file, path: '', given: readFailure(failure), expected });
  });
  try {
    const kit = JSON.parse(text) as Kit;
    if (Array.isArray(kit.entries)) return kit;
  } catch {
    // told below
  }
  throw new InputError({ file, path: '', given: 'no kit', expected });
}

/** What an earlier kit left would be of no item, and its own figures would be lost. */
function refuseKit(folder: string): void {
  const [found] = [KIT, EXPECTED, INPUTS].filter((name) => existsSync(join(folder, name)));
  if (found === undefined) return;
  throw new InputError({
    path: 'DIR',
    given: `${show(folder)}, which holds ${found} of a kit`,
    expected: 'a folder without a kit: remove it, or name another',
  });
}

interface Outcome {
  readonly item: string;
  readonly document: string;
  readonly verdict: 'passed' | 'failed' | 'not-verifiable' | 'interrupted';
  readonly why?: string;
  readonly figuresSha256?: string;
  readonly seconds: number;
}

/** Figures must be the same; whatever version computes them. */
async function outcomeOf(folder: string, entry: Entry, io: Io, main: Main): Promise<Outcome> {
  const begun = performance.now();
  const { item, document } = entry;
  const { verdict, all } = await verifyResult(join(folder, document), {}, io, main);
  const seconds = (performance.now() - begun) / 1000;
  const told = { item, document, seconds };
  if (verdict.verdict === 'interrupted') return { ...told, verdict: 'interrupted' };
  if (verdict.reason !== undefined) return { ...told, verdict: 'not-verifiable', why: verdict.reason };
  const { then = '', now = '' } = verdict.figuresSha256 ?? {};
  const [figure] = ofFigures(all);
  const [other] = all;
  if (then !== entry.figuresSha256) {
    const first = figure === undefined ? '' : `; ${differenceWords(figure)}`;
    const why = `${document} is not what ${KIT} says: figures sha256 ${then.slice(0, 12)}…${first}`;
    return { ...told, verdict: 'failed', why };
  }
  const why = figure ?? other;
  return {
    ...told,
    verdict: figure === undefined ? 'passed' : 'failed',
    figuresSha256: now,
    ...(why === undefined ? {} : { why: differenceWords(why) }),
  };
}

function chosen(kit: Kit, size: Size, only: string | undefined): readonly Entry[] {
  const ofSize = kit.entries.filter(({ sizes }) => sizes.includes(size));
  const entries = only === undefined ? ofSize : ofSize.filter(({ item }) => item === only);
  const names = [...new Set(ofSize.map(({ item }) => item))];
  if (only !== undefined && entries.length === 0)
    throw new InputError({ path: '--only', given: show(only), expected: expectedOneOf('one of', only, names) });
  const there = SIZES.filter((one) => kit.entries.some(({ sizes }) => sizes.includes(one)));
  if (entries.length === 0)
    throw new InputError({ path: '--check', given: size, expected: `a size that the kit has: ${there.join(', ')}` });
  return entries;
}

async function check(folder: string, entries: readonly Entry[], io: Io, main: Main, json: boolean): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const entry of entries) {
    const one = await outcomeOf(folder, entry, io, main);
    outcomes.push(one);
    const why = one.why === undefined ? '' : `: ${one.why}`;
    if (!json)
      io.stdout(`${one.verdict.padEnd(14)} ${printable(one.item)} in ${one.seconds.toFixed(1)} s${printable(why)}\n`);
    if (one.verdict === 'interrupted') break;
  }
  const passed = outcomes.filter(({ verdict }) => verdict === 'passed').length;
  if (json) io.stdout(toStableJson({ passed, of: entries.length, outcomes }));
  else io.stdout(`${passed} of ${entries.length} passed\n`);
  if (outcomes.some(({ verdict }) => verdict === 'interrupted')) return EXIT.interrupted;
  return passed === entries.length ? EXIT.done : EXIT.failed;
}

interface Predicted {
  readonly item: string;
  readonly size: Size;
  readonly seconds: number | null;
  readonly bytes: number | null;
  /** By a pilot here; else as it took where the kit was made, or not known. */
  readonly by: 'pilot' | 'record' | 'unknown';
}

async function predict(
  words: readonly string[],
  main: Main,
  recorded: number | null,
): Promise<Pick<Predicted, 'seconds' | 'bytes' | 'by'>> {
  const pilot = await memoryOf(words, main);
  if (pilot !== null) return { ...pilot, by: 'pilot' };
  return { seconds: recorded, bytes: null, by: recorded === null ? 'unknown' : 'record' };
}

function printPredicted(all: readonly Predicted[], io: Io, json: boolean): number {
  const sizes = SIZES.filter((size) => all.some((one) => one.size === size));
  const totals = sizes.map((size) => {
    const some = all.filter((one) => one.size === size);
    const seconds = some.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
    return {
      size,
      seconds,
      bytes: Math.max(0, ...some.map(({ bytes }) => bytes ?? 0)),
      unknown: some.filter(({ by }) => by === 'unknown').length,
    };
  });
  if (json) {
    io.stdout(toStableJson({ items: all, totals }));
    return EXIT.done;
  }
  const rows = all.map(({ item, size, seconds, bytes, by }) => [
    item,
    size,
    seconds === null ? '-' : formatWait(seconds),
    mebibytes(bytes),
    by,
  ]);
  io.stdout(
    renderTable([['item', 'size', 'about', 'memory', 'by'], ...rows], { look: lookOf(io), align: ['left', 'left'] }),
  );
  for (const { size, seconds, bytes, unknown } of totals)
    io.stdout(
      `${size}: about ${formatWait(seconds)}, up to ${mebibytes(bytes)}${unknown === 0 ? '' : `, and ${unknown} of which no pilot tells`}\n`,
    );
  return EXIT.done;
}

async function estimateList(
  list: ItemList,
  sizes: readonly Size[],
  io: Io,
  main: Main,
  json: boolean,
): Promise<number> {
  const all: Predicted[] = [];
  for (const { name, commands } of list.items)
    for (const size of sizes) {
      const command = commands[size];
      if (command !== undefined)
        all.push({ item: name, size, ...(await predict(wordsOf(command).slice(1), main, null)) });
    }
  return printPredicted(all, io, json);
}

/** `main`: the program, which gives the kit's commands. */
export async function artifact(args: readonly string[], io: Io, main: Main): Promise<number> {
  const given = parseCommand(artifactSpec, args);
  if (given.help) {
    io.stdout(renderHelp(artifactSpec));
    return EXIT.done;
  }
  const of = given
    .list('of')
    .flatMap((one) => (one.startsWith('fluxhost ') ? [one] : one.split(',')))
    .filter((one) => one !== '');
  const checked = given.text('check');
  const size = checked === undefined ? undefined : sizeOf(given, 'check', checked);
  const sizes = (given.text('sizes') ?? SIZES.join(',')).split(',').map((one) => sizeOf(given, 'sizes', one));
  if ((of.length === 0) === (checked === undefined))
    given.problems.push('--of: expected --of, which makes a kit, or --check, which runs one');
  if (given.text('only') !== undefined && checked === undefined)
    given.problems.push('--only: given without --check, expected both');
  if (given.text('sizes') !== undefined && checked !== undefined)
    given.problems.push('--sizes: given with --check, expected it with --of');
  given.check();
  const folder = given.positional(0);
  const json = given.flag('json');
  if (size !== undefined) {
    const entries = chosen(await readKit(folder), size, given.text('only'));
    if (!given.flag('estimate')) return check(folder, entries, io, main, json);
    const all: Predicted[] = [];
    for (const { item, command, seconds } of entries)
      all.push({ item, size, ...(await predict(wordsFrom(folder, command), main, seconds)) });
    return printPredicted(all, io, json);
  }
  const list = await readItems(of);
  if (given.flag('estimate')) return estimateList(list, sizes, io, main, json);
  refuseKit(folder);
  await prepareFolder(folder, [KIT, 'README.md', 'index.html', 'run.mjs'], 'DIR');
  const kit = await makeKit({ folder, page: list.page, io, main }, list, sizes);
  if (json) io.stdout(toStableJson(kit));
  else
    for (const one of SIZES.filter((some) => kit.entries.some((entry) => entry.sizes.includes(some))))
      io.stdout(
        `${one}: ${kit.entries.filter((entry) => entry.sizes.includes(one)).length} items, about ${formatWait(secondsOf(kit.entries, one))}\n`,
      );
  return EXIT.done;
}
