// `fluxhost judge POLICY`: a policy of one's own, held to the interface and scored on the suite.

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DEFAULT_FUEL } from '../abi/fuel.js';
import { InputError, show } from '../input/errors.js';
import { parseDuration, QuantityError } from '../input/quantities.js';
import { readFailure } from '../input/read-failure.js';
import { entryFor, JUDGE_REPLICATIONS } from '../judge/api.js';
import { brokenInterface, type Conformance } from '../judge/conformance.js';
import { judgeAll, type JudgeResult, loadFault, unfit } from '../judge/judge.js';
import { renderConformance, renderJudge } from '../judge/table.js';
import { toStableJson } from '../result/json.js';
import { chosen, suiteScenarios } from '../study/suite/scenarios.js';
import { entryOf, type SuiteEntry } from '../study/suite/suite.js';
import { parseVariants, scenariosOf } from '../study/variant.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { rowsText, WORKERS } from './crew.js';
import { EXIT } from './exit.js';
import { checkTarget, prepareFolder } from './files.js';
import { CLEAR_LINE, type Io, lookOf } from './io.js';
import { judgeCrew, type PolicyFile } from './judge-crew.js';
import { writeDocument, yamlOf } from './out.js';
import { commandOf, REPORT } from './report.js';
import { MAX_REPLICATIONS } from './run.js';
import type { Setup } from './tools.js';
import { SEED_KEPT } from './origin.js';

const DOCUMENT = 'result.json';
const DEFAULT_TIMEOUT = '60s';
const MOST_FUEL = 2 ** 30;

export const judgeSpec: CommandSpec = {
  name: 'judge',
  summary:
    'Scores a policy of your own on the suite, sandboxed: one number, its parts, its worst two milliseconds and why.',
  positionals: ['POLICY'],
  options: {
    check: { help: 'only tells of each rule of the policy interface whether it is kept; status 3 where one is not' },
    only: { value: 'A,B,...', help: 'some of the scenarios, by name' },
    replications: { value: 'R', help: `seeds of each scenario (default ${JUDGE_REPLICATIONS})` },
    duration: { value: 'TIME', help: "simulated time of each scenario (default: the suite's)" },
    'held-out': { value: 'SEED', help: 'scores it too on workloads drawn from this seed, which is yours to keep' },
    floor: { value: 'SCORE', help: 'ends it behind the quick stage where that has less (default 0)' },
    straight: { help: 'leaves the quick stage out' },
    fuel: { value: 'N', help: `loop heads and calls that one decision may take (default ${DEFAULT_FUEL})` },
    out: { value: 'DIR', help: 'writes result.json and report.html there, the worst two milliseconds drawn' },
    timeline: { value: 'FILE', help: 'writes the worst two milliseconds as a trace that ui.perfetto.dev opens' },
    timeout: { value: 'TIME', help: `ends the thread of a run that takes longer (default ${DEFAULT_TIMEOUT})` },
    ...WORKERS,
    json: { help: 'prints one JSON document, for an optimiser or a language model' },
  },
  details:
    'POLICY is a Wasm module of the interface in docs/policy-abi.md; AssemblyScript (.ts) as fluxhost build takes it, which is\n' +
    'compiled for the sandbox; JavaScript (.js, .mjs) that exports the same functions, which runs as it is, without fuel; or a\n' +
    'mechanism such as hyperflux:signal=oldest. Wasm and AssemblyScript need the package assemblyscript. Decisions are those of\n' +
    'hyperflux. What fails is scored 0 where it did, and ends nothing; status 3 then.',
  examples: [
    'fluxhost judge policy.wasm',
    'fluxhost judge policy.wasm --out judged',
    'fluxhost judge my-policy.ts --held-out 20261129 --timeline worst.pftrace',
    'fluxhost judge --check policy.wasm',
  ],
};

const isScript = (file: string): boolean => /\.m?js$/.test(file);
const isFile = (text: string): boolean => /\.(wasm|ts|m?js)$/.test(text) || existsSync(text);

/** What a file has. @throws InputError for one that cannot be read */
const fileBytes = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    const given = `${show(file)}, ${readFailure(error)}`;
    throw new InputError({
      path: 'POLICY',
      given,
      expected: 'a Wasm module, AssemblyScript (.ts), JavaScript (.js) or a mechanism',
    });
  });

function time(given: Arguments, name: string): number | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  try {
    const ns = parseDuration(text);
    if (ns >= 1e6) return ns;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
  }
  given.problems.push(`--${name}: given ${show(text)}, expected a time of a millisecond or more, such as 60s`);
  return undefined;
}

function floorOf(given: Arguments): number | undefined {
  const text = given.text('floor');
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    given.problems.push(`--floor: given ${show(text)}, expected 0 to 1`);
  return value;
}

interface Policed {
  readonly setup: Setup;
  /** Of a mechanism. */
  readonly entry?: SuiteEntry;
}

/** What is judged: a mechanism, or what runs in threads. @throws InputError */
async function policed(text: string, fuel: number, timeoutMs: number, io: Io): Promise<Policed> {
  const setup: Setup = { suite: true };
  if (!isFile(text)) {
    const problems: string[] = [];
    const [variant] = parseVariants(text, problems, false);
    const [problem = 'expected a file or a mechanism'] = problems;
    if (variant === undefined || problems.length > 0)
      throw new InputError({
        path: 'POLICY',
        given: show(text),
        expected: problem.replace(/^.*?expected /s, 'a file, or '),
      });
    scenariosOf(suiteScenarios()[0]!.scenario, [variant]); // settings that it has not
    return { setup, entry: entryOf(variant) };
  }
  if (isScript(text)) return { setup: { ...setup, script: text } };
  const bytes = new Uint8Array(await fileBytes(text));
  const crew = judgeCrew(io.program, {}, { workers: 1, timeoutMs });
  const stop = io.onInterrupt?.(() => void crew.close());
  try {
    return { setup: { ...setup, policy: await crew.prepare({ bytes, file: text, fuel }) } };
  } finally {
    stop?.();
    await crew.close();
  }
}

/** Whether it is for the policy's sake, and not for want of a package. */
const isOwn = (error: unknown): boolean =>
  !(error instanceof InputError) || error.problems.every(({ path }) => path !== 'build' && path !== 'judge');

/** A file that is no policy is scored as one that fails. @throws what is no fault of its own */
function refusalOf(file: string, error: unknown): JudgeResult {
  if (!isFile(file) || !isOwn(error)) throw error;
  return unfit(basename(file), loadFault(error));
}

async function judged(given: Arguments, io: Io): Promise<JudgeResult> {
  const [replications = JUDGE_REPLICATIONS, workers] = [
    given.whole('replications', 1, MAX_REPLICATIONS),
    given.whole('workers', 1, 256),
  ];
  const [heldOut, fuel = DEFAULT_FUEL] = [given.whole('held-out', 0, 2 ** 53 - 1), given.whole('fuel', 1, MOST_FUEL)];
  const [durationNs, timeoutNs = parseDuration(DEFAULT_TIMEOUT)] = [time(given, 'duration'), time(given, 'timeout')];
  const floor = floorOf(given);
  given.check();
  const names = given
    .text('only')
    ?.split(',')
    .map((name) => name.trim());
  const all = chosen(suiteScenarios(), names);
  const scenarios =
    durationNs === undefined ? all : all.map((one) => ({ ...one, scenario: { ...one.scenario, durationNs } }));
  const file = given.positional(0);
  if (isFile(file)) await fileBytes(file); // what cannot be read is no policy's fault
  const target = given.text('timeline');
  let loaded: Policed;
  try {
    loaded = await policed(file, fuel, timeoutNs / 1e6, io);
  } catch (error) {
    return refusalOf(file, error);
  }
  const { setup, entry: mechanism } = loaded;
  if (target !== undefined) await checkTarget(target, '--timeline');
  const strips = given.text('out') !== undefined;
  const pieces: Uint8Array[] = [];
  const sink = target === undefined ? undefined : (bytes: Uint8Array): void => void pieces.push(bytes.slice());
  const begun = performance.now();
  const onRows = (done: number, of: number): void => {
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE + rowsText(done, of, 'runs', performance.now() - begun));
  };
  const crew = judgeCrew(io.program, setup, { workers, timeoutMs: timeoutNs / 1e6, sink, onRows });
  const stop = io.onInterrupt?.(() => void crew.close());
  try {
    const question = { scenarios, replications, floor, straight: given.flag('straight'), heldOut, strips };
    if (mechanism !== undefined) return await judgeAll({ ...question, entry: mechanism, decisions: null }, crew);
    const found = await crew
      .load()
      .then((one) => ({ ...one, entry: entryFor(basename(file), one.decisions) }))
      .catch((error: unknown) => refusalOf(file, error));
    return 'entry' in found ? await judgeAll({ ...question, ...found }, crew) : found;
  } finally {
    stop?.();
    await crew.close();
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
    if (target !== undefined && pieces.length > 0) await writeFile(target, Buffer.concat(pieces));
    else if (target !== undefined) io.stderr(`no timeline: nothing was run to its end in which tasks waited\n`);
  }
}

async function check(given: Arguments, io: Io): Promise<number> {
  const file = given.positional(0);
  if (isScript(file) || !isFile(file))
    throw new InputError({ path: '--check', given: show(file), expected: 'a Wasm module, or AssemblyScript (.ts)' });
  const [timeoutNs = parseDuration(DEFAULT_TIMEOUT), fuel = DEFAULT_FUEL] = [
    time(given, 'timeout'),
    given.whole('fuel', 1, MOST_FUEL),
  ];
  given.check();
  const bytes = new Uint8Array(await fileBytes(file));
  const found = await checked({ bytes, file, fuel }, timeoutNs, io).catch((error: unknown) => {
    if (!isOwn(error)) throw error;
    return brokenInterface(loadFault(error).detail);
  });
  io.stdout(given.flag('json') ? toStableJson(found) : renderConformance(found));
  return found.conforms ? EXIT.done : EXIT.assertionFailed;
}

async function checked(policy: PolicyFile, timeoutNs: number, io: Io): Promise<Conformance> {
  const crew = judgeCrew(io.program, {}, { workers: 1, timeoutMs: timeoutNs / 1e6 });
  const stop = io.onInterrupt?.(() => void crew.close());
  return crew.check(policy).finally(async () => {
    stop?.();
    await crew.close();
  });
}

/** The seed of held-out workloads is whoever's who gave it: no file tells it. */
const withoutSeed = (args: readonly string[]): string[] =>
  args.map((word, i) =>
    args[i - 1] === '--held-out' ? SEED_KEPT : word.replace(/^(--held-out=).*$/s, `$1${SEED_KEPT}`),
  );

async function writeJudged(folder: string, json: string, result: JudgeResult, args: readonly string[]): Promise<void> {
  const judged = new Set(result.stages.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)));
  const about = suiteScenarios().filter(({ name }) => judged.has(name));
  await writeDocument(folder, DOCUMENT, json, result, {
    command: commandOf('judge', withoutSeed(args)),
    scenario: yamlOf(Object.fromEntries(about.map((one) => [one.name, one.about]))),
  });
}

export async function judge(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(judgeSpec, args);
  if (given.help) {
    io.stdout(renderHelp(judgeSpec));
    return EXIT.done;
  }
  given.check();
  if (given.flag('check')) return check(given, io);
  const folder = given.text('out');
  const undo = folder === undefined ? undefined : await prepareFolder(folder, [DOCUMENT, REPORT]);
  const result = await judged(given, io).catch(async (error: unknown) => {
    await undo?.();
    throw error;
  });
  const json = toStableJson(result);
  if (folder !== undefined) await writeJudged(folder, json, result, args);
  io.stdout(given.flag('json') ? json : renderJudge(result, lookOf(io)));
  if (result.incomplete === true) return EXIT.interrupted;
  return result.verdict === 'faulty' ? EXIT.assertionFailed : EXIT.done;
}
