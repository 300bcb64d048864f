// `fluxhost trace sample FILE`: a smaller trace, and its error against the whole, measured on the file itself.

import { resolve } from 'node:path';
import { InputError, show } from '../input/errors.js';
import { toStableJson } from '../result/json.js';
import { renderSampled } from '../report/trace-table.js';
import { shapeOf } from '../traces/inspect.js';
import type { Choice } from '../traces/choice.js';
import { samplePages, sampleRows } from '../traces/sample.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { GrowingFile, checkTarget } from './files.js';
import { type Io, lookOf } from './io.js';
import { MAX_SEED } from './run.js';
import { READING, contentOf, hostOf, pagesFormatOf, readOptions, timesOf } from './trace-inspect.js';

const MOST_FUNCTIONS = 2 ** 24;
const MOST_TRIALS = 10_000;

export const sampleSpec: CommandSpec = {
  name: 'trace sample',
  summary: 'Writes a smaller trace like a given one, and says how far it is from it.',
  positionals: ['FILE'],
  options: {
    fraction: {
      value: 'F',
      help: 'keeps each row with this probability; of a trace of pages, each page with all its accesses',
    },
    functions: { value: 'N', help: 'keeps so many functions, with all their rows' },
    trials: {
      value: 'T',
      help: 'with --functions: tries T choices, keeps the nearest in rate, duration, popularity (default 1)',
    },
    seed: { value: 'N', help: 'of the draws (default 1)' },
    out: { value: 'FILE', help: 'where it goes (-o too); without it the errors are told and nothing is written' },
    ...READING,
    json: { help: 'prints what was kept and the errors as one JSON document' },
  },
  details:
    'Thinning keeps durations and popularity, and divides the rate; bursts become smoother, which the error of the times between\n' +
    'arrivals tells. Functions keep their bursts; the rate is that of those drawn. Errors are relative (rate, mean) or the greatest\n' +
    "difference of two cumulative shares (Kolmogorov and Smirnov's distance), 0 to 1. A sample of pages is a CSV of pages.",
  examples: [
    'fluxhost trace sample invocations.csv --functions 200 --trials 100 --seed 7 -o sample.csv',
    'fluxhost trace sample calls.csv --fraction 0.1 -o tenth.csv',
    'fluxhost trace sample mem.log --fraction 0.05 -o pages.csv',
  ],
};

export async function sample(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(sampleSpec, args);
  if (given.help) {
    io.stdout(renderHelp(sampleSpec));
    return EXIT.done;
  }
  const functions = given.whole('functions', 1, MOST_FUNCTIONS);
  const trials = given.whole('trials', 1, MOST_TRIALS);
  const seed = given.whole('seed', 0, MAX_SEED - MOST_TRIALS) ?? 1;
  const text = given.text('fraction');
  const fraction = text === undefined ? undefined : /^\d*\.?\d+(e-?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (fraction !== undefined && !(fraction > 0 && fraction <= 1))
    given.problems.push(`--fraction: given ${show(text)}, expected a share above 0 and up to 1`);
  if ((functions === undefined) === (text === undefined) && given.text('functions') === text)
    given.problems.push('--fraction: missing, expected --fraction or --functions');
  if (given.text('functions') !== undefined && text !== undefined)
    given.problems.push('--fraction: given beside --functions, expected one of them');
  if (trials !== undefined && given.text('functions') === undefined)
    given.problems.push('--trials: given without --functions, expected both');
  // a file without times may have functions all the same
  const key = given.text('key');
  const times = given.text('time') === undefined && key !== undefined ? undefined : timesOf(given);
  const format = pagesFormatOf(given);
  given.check();
  const read = readOptions(given);
  const choice: Choice = {
    seed,
    trials: trials ?? 1,
    ...(fraction === undefined ? {} : { fraction }),
    ...(functions === undefined ? {} : { functions }),
  };
  const path = given.positional(0);
  const out = given.text('out');
  if (out !== undefined) {
    await checkTarget(out, '--out');
    if (resolve(out) === resolve(path))
      throw new InputError({ path: '--out', given: show(out), expected: 'another file than the one that is read' });
  }
  const { host, file } = hostOf(path);
  const shape = await shapeOf(host, file, {
    sha256: (await contentOf(host, file)).sha256,
    ...(times === undefined ? {} : { times }),
    ...(format === undefined ? {} : { format }),
  });
  const own = key ?? shape.times?.key ?? (shape.header.includes('HashFunction') ? 'HashFunction' : undefined);
  if (shape.pagesFormat !== undefined && functions !== undefined)
    throw new InputError({
      file: path,
      path: '--functions',
      given: String(functions),
      expected: '--fraction: pages have no functions',
    });
  if (shape.pagesFormat === undefined && shape.header.length === 0)
    throw new InputError({
      file: path,
      path: '',
      given: `a ${shape.kind} file`,
      expected: 'a CSV, JSON lines, or --format of a trace of pages',
    });
  const { sampled, text: pieces } =
    shape.pagesFormat === undefined
      ? await sampleRows({ host, file, kind: shape.kind, times: shape.times, key: own }, choice)
      : await samplePages({ host, file, format: shape.pagesFormat, read }, choice);
  if (out !== undefined) await writePieces(out, pieces());
  const told = { file: path, ...(out === undefined ? {} : { out }), ...sampled };
  io.stdout(given.flag('json') ? toStableJson(told) : renderSampled(told, shape.pagesFormat !== undefined, lookOf(io)));
  return EXIT.done;
}

/** Whole or not at all. */
export async function writePieces(out: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const file = new GrowingFile(out);
  try {
    for await (const piece of pieces)
      if (piece.length > 0) file.write(typeof piece === 'string' ? Buffer.from(piece) : piece);
    file.keep();
  } catch (error) {
    file.drop();
    throw error;
  }
}
