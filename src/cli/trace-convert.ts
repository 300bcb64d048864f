// `fluxhost trace convert IN OUT --from F --to G`: the same trace in another format.

import { resolve } from 'node:path';
import { InputError, expectedOneOf, printable, show } from '../input/errors.js';
import { formatCount } from '../report/units.js';
import { toStableJson } from '../result/json.js';
import { type ConvertOptions, SOURCES, TARGETS, convert, targetsOf } from '../traces/convert.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { checkTarget } from './files.js';
import type { Io } from './io.js';
import { MAX_SEED } from './run.js';
import { READING, hostOf, readOptions, timesOf } from './trace-inspect.js';
import { writePieces } from './trace-sample.js';

const { format: _, ...READING_ROWS } = READING;

export const convertSpec: CommandSpec = {
  name: 'trace convert',
  summary: 'Writes a trace in another format, streamed; what the new format cannot hold is told.',
  positionals: ['IN', 'OUT'],
  options: {
    from: { value: 'F', help: `what IN is: ${SOURCES.slice(0, 6).join(', ')},\n${SOURCES.slice(6).join(', ')}` },
    to: { value: 'G', help: `what OUT becomes: ${TARGETS.join(', ')};\ncsv: arrivals and services in ns, or pages` },
    durations: { value: 'FILE', help: 'azure-2019: the file of durations' },
    seed: { value: 'N', help: 'azure-2019: of where in its minute a call falls (default 1)' },
    ...READING_ROWS,
    json: { help: 'prints what was written as one JSON document' },
  },
  details:
    'Arrivals come out in the order of time, from the first one of the trace (azure-2019 and azure-2021: from its begin).\n' +
    'Addresses become pages of --page-size. oracleGeneral takes 8 bytes of memory an access, for the next one of its object.',
  examples: [
    'fluxhost trace convert conversation_trace.jsonl blocks.csv --from mooncake --to pages-csv',
    'fluxhost trace convert mem.log mem.oracleGeneral --from lackey --to oracleGeneral',
    'fluxhost trace convert in.csv out.csv --from arrivals-csv --to csv --time end:ms --time-is end --duration took:ms',
  ],
};

export async function convertTrace(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(convertSpec, args);
  if (given.help) {
    io.stdout(renderHelp(convertSpec));
    return EXIT.done;
  }
  const seed = given.whole('seed', 0, MAX_SEED) ?? 1;
  const times = timesOf(given);
  const [from, to, durations] = [given.text('from') ?? '', given.text('to') ?? '', given.text('durations')];
  for (const [name, value, known] of [
    ['from', from, SOURCES],
    ['to', to, SOURCES.includes(from) ? targetsOf(from) : TARGETS],
  ] as const) {
    if (value === '') given.problems.push(`--${name}: missing, expected one of ${known.join(', ')}`);
    else if (!known.includes(value))
      given.problems.push(`--${name}: given ${show(value)}, expected ${expectedOneOf('one of', value, known)}`);
  }
  if (from === 'azure-2019' && durations === undefined)
    given.problems.push('--durations: missing, expected the file of durations that goes with the invocations');
  if (from !== 'azure-2019' && durations !== undefined)
    given.problems.push('--durations: given without --from azure-2019, expected both');
  if (times !== undefined && from !== 'arrivals-csv')
    given.problems.push('--time: given without --from arrivals-csv, expected both');
  given.check();
  const read = readOptions(given);
  const [path, out] = [given.positional(0), given.positional(1)];
  await checkTarget(out, 'OUT');
  if (resolve(path) === resolve(out))
    throw new InputError({ path: 'OUT', given: show(out), expected: 'another file than the one that is read' });
  const { host, file } = hostOf(path);
  const options: ConvertOptions = {
    ...{ from, to, read, seed },
    ...(times === undefined ? {} : { times }),
    ...(durations === undefined ? {} : { durations: resolve(durations) }),
  };
  const { chunks, converted } = convert(host, file, options);
  await writePieces(out, chunks);
  const { count, notes } = converted;
  for (const note of notes) io.stderr(`note: ${printable(note)}\n`);
  const what = to === 'fleet-csv' ? 'VMs' : targetsOf(from).length === 1 || to === 'csv' ? 'rows' : 'accesses';
  io.stdout(
    given.flag('json')
      ? toStableJson({ in: path, out, from, to, count, notes })
      : `${printable(out)}: ${formatCount(count)} ${what}\n`,
  );
  return EXIT.done;
}
