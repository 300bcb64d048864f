// `fluxhost verify RESULT`: gives the command that made a document again and holds every figure against what stands there.

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InputError, printable, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';
import { kindOf } from '../report/html/document.js';
import { toStableJson } from '../result/json.js';
import type { Manifest } from '../result/result.js';
import { type Difference, differences, fieldCount, figuresSha256 } from '../result/same.js';
import { parseScenario } from '../scenario/parse.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { CLEAR_LINE, type Io } from './io.js';
import { KIT } from './artifact-kit.js';
import { type Origin, readOrigin, withoutPasswords } from './origin.js';
import { commandOf, sourceOf } from './report.js';
import { type Main, type Ready, NotVerifiable, prepareAgain } from './verify-again.js';

const verifySpec: CommandSpec = {
  name: 'verify',
  summary: 'Runs again what made a result, and compares every figure and hash: the same, or the first difference.',
  positionals: ['RESULT'],
  options: {
    scenario: {
      value: 'FILE',
      help: "of run's JSON without origin.json beside it: the scenario, whose hash must be the result's",
    },
    command: { value: "'fluxhost ...'", help: 'of a result without origin.json beside it: the command that made it' },
    json: { help: 'prints the verdict, both hashes and the differences as one JSON document' },
  },
  details:
    'RESULT is a folder of --out, or the JSON of run, compare, fork, size, sweep, suite, fleet, pages, reserve, reproduce,\n' +
    'judge, why or calibrate.\n' +
    'origin.json beside it tells the command, the scenario, and the hash of every file that was read; these hashes are compared\n' +
    'first, and a trace that has changed ends it. A scenario whose file has changed or is gone is taken from origin.json.\n' +
    'What the clock on the wall says (wallSeconds, eventsPerSecond, requestsPerSecond) is left out.\n' +
    'Exit status: 0 the same, 1 it differs, 2 it cannot be verified (the reason is told), 130 interrupted.',
  examples: [
    'fluxhost verify burst',
    'fluxhost verify result.json --scenario burst.yaml',
    "fluxhost verify curve.json --command 'fluxhost pages mem.log --format lackey --mrc --json'",
  ],
};

const SHOWN_DIFFERENCES = 20;

/** Documents of which there is no report, by what they alone have. */
const OTHERS: Readonly<Record<string, (document: Readonly<Record<string, unknown>>) => boolean>> = {
  why: ({ horizonNs, decisions }) => typeof horizonNs === 'number' && Array.isArray(decisions),
  calibration: ({ cutNs, fit, gaps }) => typeof cutNs === 'number' && typeof fit === 'object' && Array.isArray(gaps),
};
/** Those that are no result, and what is to be done with them instead. */
const NO_RESULTS: readonly (readonly [what: string, is: (document: Readonly<Record<string, unknown>>) => boolean])[] = [
  [
    'a whole kit: fluxhost artifact DIR --check verifies each of its documents',
    ({ entries, page }) => Array.isArray(entries) && typeof page === 'string',
  ],
  [
    'what judge --check found of a policy: it is no result of a scenario; fluxhost judge --check FILE tells it anew',
    ({ conforms, rules }) => typeof conforms === 'boolean' && Array.isArray(rules),
  ],
  [
    'a lesson or its grades, which are computed anew whenever they are asked for: fluxhost lesson',
    ({ student, questions }) => typeof student === 'string' && Array.isArray(questions),
  ],
  [
    'what origin.json tells of another document: give that one',
    ({ of, command }) => typeof of === 'string' && typeof command === 'string',
  ],
];

function otherKind(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const document = value as Readonly<Record<string, unknown>>;
  return Object.keys(OTHERS).find((kind) => OTHERS[kind]!(document));
}

function noResult(value: unknown): string {
  const document = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return NO_RESULTS.find(([, is]) => is(document))?.[0] ?? 'another JSON document';
}

interface Document {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  readonly kind: string;
}

const EXPECTED =
  'the JSON of run, compare, fork, size, sweep, suite, fleet, pages, reserve, reproduce, judge, why or calibrate (--json or --out)';

const CALIBRATION = 'calibration.json';

/** The one document of a folder. @throws InputError */
async function documentOf(folder: string): Promise<string> {
  const isThere = async (name: string): Promise<boolean> =>
    (await stat(join(folder, name)).catch(() => undefined))?.isFile() === true;
  for (const name of [CALIBRATION, KIT]) if (await isThere(name)) return join(folder, name);
  return sourceOf(folder, 'RESULT');
}

async function readDocument(path: string): Promise<Document> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const file = isFolder ? await documentOf(path) : path;
  const text = await readFile(file, 'utf8').catch((failure: unknown) => {
    throw new InputError({ file, path: '', given: readFailure(failure), expected: EXPECTED });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError({ file, path: '', given: 'no JSON', expected: EXPECTED });
  }
  const every = Array.isArray(value) && value.length > 0 && value.every((one) => kindOf(one) === 'experiment');
  const kind = every ? 'experiments' : (kindOf(value) ?? otherKind(value));
  if (kind === undefined) throw new InputError({ file, path: '', given: noResult(value), expected: EXPECTED });
  return { file, text, value, kind };
}

/** What the words of a document's own manifest come to: a scenario, and what `run` was told besides. */
async function fromScenario(path: string, { value, kind }: Document): Promise<Origin> {
  if (kind !== 'result')
    throw new NotVerifiable(`--scenario is for the result of run, this is of another command: --command tells which`);
  const { manifest } = value as { manifest: Manifest };
  const text = await readFile(path, 'utf8').catch((failure: unknown) => {
    throw new InputError({
      path: '--scenario',
      given: `${show(path)}, ${readFailure(failure)}`,
      expected: 'a scenario',
    });
  });
  const options = ['--seed', String(manifest.seed), '--replications', String(manifest.replications)];
  const kinds = [[], ['--set', `mechanism=${manifest.mechanism}`]];
  const found = kinds.find((set) => {
    const { sha256 } = parseScenario(text, { file: path, set: [...set.slice(1), `seed=${manifest.seed}`] });
    return sha256 === manifest.scenarioSha256;
  });
  if (found === undefined)
    throw new NotVerifiable(
      `${path} is not the scenario of this result, whose sha256 is ${manifest.scenarioSha256.slice(0, 12)}… (--set that changed it? --command tells)`,
    );
  const buckets = /"histogram": \{[^}]*"upTo"/.test(JSON.stringify(value, null, 1));
  return { command: commandOf('run', [path, ...options, ...found, ...(buckets ? ['--histograms'] : [])]) };
}

/** Where the document itself tells enough: an experiment has its name, the suite is fixed. */
function fromItself({ value, kind }: Document): Origin | undefined {
  if (kind === 'experiments') return { command: 'fluxhost reproduce --all' };
  if (kind === 'experiment') return { command: commandOf('reproduce', [(value as { name: string }).name]) };
  return undefined;
}

interface Found {
  readonly origin: Origin;
  /** That its paths are told from. */
  readonly folder: string;
  /** The document is not what was written there. */
  readonly edited?: true;
}

/** What the one who asks knows of it. */
interface Asked {
  readonly command?: string | undefined;
  readonly scenario?: string | undefined;
}

async function originOf({ command, scenario }: Asked, document: Document): Promise<Found> {
  if (command !== undefined) return { origin: { command: withoutPasswords(command) }, folder: '.' };
  if (scenario !== undefined) return { origin: await fromScenario(scenario, document), folder: '.' };
  const known = await readOrigin(document.file, document.text);
  if (known !== undefined) return { origin: known, folder: dirname(document.file) };
  const own = fromItself(document);
  if (own !== undefined) return { origin: own, folder: '.' };
  const { file, text, kind } = document;
  const other = await readOrigin(file, text, true);
  // what --out wrote there was of this name: that is another document only where it was changed since
  if (other !== undefined && basename(file) === nameOf(kind))
    return { origin: other, folder: dirname(file), edited: true };
  throw new NotVerifiable(
    `${other === undefined ? 'there is no origin.json beside it' : 'the origin.json beside it is of another document'}: ` +
      `--command (or --scenario, of a run) tells what made it`,
  );
}

/** The document that the command gives, whatever it says besides: of its folder where the other one was of a folder. */
async function rerun(ready: Ready, document: string, io: Io): Promise<{ value: unknown; status: number }> {
  let [out, said] = ['', ''];
  const quiet: Io = {
    ...io,
    isTty: false,
    stdout: (text) => void (out += text),
    stderr: (text) => {
      if (text.startsWith(CLEAR_LINE)) io.stderr(text);
      else said += text;
    },
  };
  const folder = ready.wroteFolder ? await mkdtemp(join(tmpdir(), 'fluxhost-verify-')) : undefined;
  try {
    const status = await ready.run(quiet, folder === undefined ? ['--json'] : ['--out', folder]);
    if (status === EXIT.interrupted) return { value: undefined, status };
    if (folder !== undefined) out = await readFile(join(folder, document), 'utf8').catch(() => '');
    if (out === '') throw new NotVerifiable(`its command gave no result (exit status ${status}): ${said.trim()}`);
    return { value: JSON.parse(out), status };
  } catch (error) {
    if (error instanceof InputError) throw new NotVerifiable(`its command is refused: ${error.message}`);
    throw error;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Where `--out` puts it. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  comparison: 'comparison.json',
  calibration: CALIBRATION,
  ...Object.fromEntries(['size', 'sweep', 'suite', 'fleet'].map((kind) => [kind, `${kind}.json`])),
};

const nameOf = (kind: string): string => DOCUMENTS[kind] ?? 'result.json';

const shown = (value: unknown): string => (typeof value === 'string' ? value : show(value));

/** `the core: sha256 1f… then, 2a… now` */
export function differenceWords({ path, kind, ...sides }: Difference): string {
  const [then, now] = [shown(sides.then), shown(sides.now)];
  const brief = (text: string): string => (text.length > 16 ? `${text.slice(0, 12)}…` : text);
  switch (kind) {
    case 'version':
      return `the version: made by fluxhost ${then}, this is ${now}`;
    case 'core':
      return `the Wasm core: sha256 ${brief(then)} then, ${brief(now)} now`;
    case 'scenario':
      return `the scenario: ${path} ${brief(then)} then, ${brief(now)} now`;
    case 'trajectory':
      return `the trajectory: ${path} ${brief(then)} then, ${brief(now)} now`;
    case 'field':
      if (!('then' in sides)) return `${path}: not there then, ${now} now`;
      return 'now' in sides ? `${path}: ${then} then, ${now} now` : `${path}: ${then} then, not there now`;
  }
}

/** With what is long cut. */
const brief = ({ path, kind, ...sides }: Difference): Difference => {
  const cut = (value: unknown): unknown => (typeof value === 'object' ? show(value) : value);
  const then = 'then' in sides ? { then: cut(sides.then) } : {};
  return { path, kind, ...then, ...('now' in sides ? { now: cut(sides.now) } : {}) };
};

interface Verdict {
  readonly file: string;
  readonly kind: string;
  readonly command?: string;
  readonly verdict: 'same' | 'differs' | 'not-verifiable' | 'interrupted';
  readonly reason?: string;
  readonly fields?: number;
  readonly figuresSha256?: { readonly then: string; readonly now: string };
  readonly differences?: { readonly count: number; readonly first: readonly Difference[] };
}

interface Judged {
  readonly verdict: Verdict;
  readonly all: readonly Difference[];
}

/** All but what the program calls itself. */
export const ofFigures = (all: readonly Difference[]): Difference[] =>
  all.filter(({ kind }) => kind !== 'version' && kind !== 'core');

function verdictText(
  { file, command, fields = 0, figuresSha256: hashes, ...rest }: Verdict,
  all: readonly Difference[],
): string {
  const what = `${printable(file)}: \`${printable(command ?? '')}\``;
  const hash = `figures sha256 ${hashes?.now ?? ''}`;
  if (rest.verdict === 'same') return `same: ${what} gives all ${fields} fields again\n${hash}\n`;
  const lines = [`differs: ${what}`, `first difference: ${differenceWords(all[0]!)}`];
  const figures = ofFigures(all);
  if (figures.length === 0) lines.push('every figure is the same all the same', hash);
  else {
    if (figures[0] !== all[0]) lines.push(`first figure that differs: ${differenceWords(figures[0]!)}`);
    lines.push(`${all.length} of ${fields} fields differ; figures sha256 ${hashes!.then} then, ${hashes!.now} now`);
  }
  return `${lines.map(printable).join('\n')}\n`;
}

async function judged(document: Document, asked: Asked, io: Io, main: Main): Promise<Judged> {
  if ((document.value as { incomplete?: unknown }).incomplete === true)
    throw new NotVerifiable('it is of an interrupted run, which ended where somebody stopped it');
  const { origin, folder, edited } = await originOf(asked, document);
  if (edited === true)
    io.stderr('note: the document was changed since it was written: what made it is run all the same\n');
  const ready = await prepareAgain(origin, folder, main);
  if (ready.note !== undefined) io.stderr(`note: ${printable(ready.note)}\n`);
  const { value, status } = await rerun(ready, nameOf(document.kind), io);
  const { file, kind } = document;
  if (status === EXIT.interrupted) return { verdict: { file, kind, verdict: 'interrupted' }, all: [] };
  const all = differences(document.value, value);
  const verdict: Verdict = {
    file,
    kind,
    command: ready.command,
    verdict: all.length === 0 ? 'same' : 'differs',
    fields: fieldCount(document.value),
    figuresSha256: { then: figuresSha256(document.value), now: figuresSha256(value) },
    ...(all.length === 0
      ? {}
      : { differences: { count: all.length, first: all.slice(0, SHOWN_DIFFERENCES).map(brief) } }),
  };
  return { verdict, all };
}

/** The verdict and every difference. @throws InputError for a file that is no result */
export async function verifyResult(path: string, asked: Asked, io: Io, main: Main): Promise<Judged> {
  const document = await readDocument(path);
  try {
    return await judged(document, asked, io, main);
  } catch (error) {
    if (!(error instanceof NotVerifiable)) throw error;
    const { file, kind } = document;
    return { verdict: { file, kind, verdict: 'not-verifiable', reason: error.message }, all: [] };
  }
}

const STATUS: Readonly<Record<Verdict['verdict'], number>> = {
  same: EXIT.done,
  differs: EXIT.failed,
  'not-verifiable': EXIT.refused,
  interrupted: EXIT.interrupted,
};

/** `main`: the program, which gives commands again whose files are read where they lie. */
export async function verify(args: readonly string[], io: Io, main: Main): Promise<number> {
  const given = parseCommand(verifySpec, args);
  if (given.help) {
    io.stdout(renderHelp(verifySpec));
    return EXIT.done;
  }
  const [command, scenario] = [given.text('command'), given.text('scenario')];
  if (scenario !== undefined && command !== undefined)
    given.problems.push('--scenario: given beside --command, expected one of them');
  given.check();
  const { verdict, all } = await verifyResult(given.positional(0), { command, scenario }, io, main);
  const told = verdict.verdict === 'same' || verdict.verdict === 'differs';
  if (given.flag('json')) io.stdout(toStableJson(verdict));
  else if (told) io.stdout(verdictText(verdict, all));
  if (verdict.verdict === 'interrupted') io.stderr('interrupted: nothing is known of the result\n');
  if (verdict.reason !== undefined) io.stderr(printable(`not verifiable: ${verdict.file}: ${verdict.reason}`) + '\n');
  return STATUS[verdict.verdict];
}
