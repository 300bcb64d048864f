// The command that made a document, given again: without what it wrote, asserted or shared out, on files that are what they were.

import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { parseScenario } from '../scenario/parse.js';
import type { CommandSpec } from './args.js';
import { guarded } from './guard.js';
import type { Io } from './io.js';
import { type Origin, SEED_KEPT, fileSha256, isFile, wordsOf } from './origin.js';
import type { Tools } from './replicate.js';
import { commandOf } from './report.js';
import { simulationTools } from './tools.js';

/** Nothing can be said of the document, and why. */
export class NotVerifiable extends Error {
  override readonly name = 'NotVerifiable';
}

type OnTools = (args: readonly string[], io: Io, tools: Tools) => Promise<number>;
export type Main = (args: readonly string[], io: Io) => Promise<number>;

interface Again {
  readonly spec: () => Promise<CommandSpec>;
  /** Of those whose scenario can be handed over. */
  readonly onTools?: () => Promise<OnTools>;
  /** Whether its positional argument is a file; `some`: where there is one of that name. */
  readonly takesFile?: false | 'some';
  /** Whether --out makes a folder with a report, as a kit needs. */
  readonly inKits?: false;
}

/** What can be given again. */
export const COMMANDS: Readonly<Record<string, Again>> = {
  run: { spec: async () => (await import('./run.js')).runSpec, onTools: async () => (await import('./run.js')).run },
  compare: {
    spec: async () => (await import('./compare.js')).compareSpec,
    onTools: async () => (await import('./compare.js')).compare,
  },
  size: {
    spec: async () => (await import('./size.js')).sizeSpec,
    onTools: async () => (await import('./size.js')).size,
  },
  sweep: {
    spec: async () => (await import('./sweep.js')).sweepSpec,
    onTools: async () => (await import('./sweep.js')).sweep,
  },
  suite: { spec: async () => (await import('./suite.js')).suiteSpec },
  fleet: { spec: async () => (await import('./fleet.js')).fleetSpec },
  pages: { spec: async () => (await import('./pages.js')).pagesSpec },
  reserve: { spec: async () => (await import('./vmem.js')).reserveSpec },
  reproduce: { spec: async () => (await import('./reproduce.js')).reproduceSpec, takesFile: false },
  fork: { spec: async () => (await import('./fork.js')).forkSpec, inKits: false },
  judge: { spec: async () => (await import('./judge.js')).judgeSpec, takesFile: 'some' },
  why: { spec: async () => (await import('./why.js')).whySpec, inKits: false },
  calibrate: { spec: async () => (await import('./calibrate.js')).calibrateSpec, inKits: false },
};

/** Options that change no figure: what is written, printed, checked, or shared out among machines. */
const LEFT_OUT = new Set([
  ...['out', 'json', 'csv', 'assert', 'timeline', 'timeline-window', 'snapshot', 'at', 'resume'],
  ...['engine', 'redis', 'workers', 'timeout', 'hang-after', 'policy-timeout'],
]);
const PATHS = new Set(['core', 'own', 'from', 'files', 'files-within', 'repeat']);
/** Whose --policy is a file; the policies of others are names. */
const POLICY_FILES = new Set(['run', 'suite', 'why']);
/** What the scenario that is handed over holds already. */
const APPLIED = new Set(['set', 'seed']);
const SHOWN = 120;

interface Given {
  readonly name: string;
  readonly value?: string;
}

/** Options and positionals of a command line, as its own table reads them. */
function read(words: readonly string[], spec: CommandSpec): { options: Given[]; positionals: string[] } {
  const options: Given[] = [];
  const positionals: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(words[i]!) ?? [];
    if (name === undefined) positionals.push(words[i]!);
    else if (value !== undefined) options.push({ name, value });
    else if (spec.options[name]?.value === undefined) options.push({ name });
    else options.push({ name, value: words[++i] ?? '' });
  }
  return { options, positionals };
}

/** The hash of each file is held against what it was, before anything is run. */
async function changedFiles({ files = [] }: Origin, folder: string): Promise<Map<string, string>> {
  const changed = new Map<string, string>();
  for (const { file, sha256 } of files) {
    const path = resolve(folder, file);
    const now = await fileSha256(path).catch(() => undefined);
    if (now === undefined) changed.set(path, `${file} is not there any more`);
    else if (now !== sha256)
      changed.set(path, `${file} has changed: sha256 ${sha256.slice(0, 12)}… then, ${now.slice(0, 12)}… now`);
  }
  return changed;
}

/** The scenario of a file that is as it was, or the one that the origin holds. */
function toolsOf(origin: Origin, file: string, isAsItWas: boolean): Tools {
  return {
    ...simulationTools,
    async load(path, { set }) {
      const directory = dirname(file);
      if (isAsItWas) return { ...parseScenario(await readFile(file, 'utf8'), { file: path, set }), directory };
      return { ...parseScenario(origin.resolved!, { file: path }), directory };
    },
  };
}

/** A command that is ready to be given. */
export interface Ready {
  /** As it is printed. */
  readonly command: string;
  /** Its document was written to a folder, which has more in it than what is printed: what pictures are drawn of. */
  readonly wroteFolder: boolean;
  /** What is not as it was, and does not matter. */
  readonly note?: string;
  /** `where`: the options that say where the document goes. */
  run(io: Io, where: readonly string[]): Promise<number>;
}

/**
 * @param folder of the document
 * @param main for commands whose files are read where they lie
 * @throws NotVerifiable where a file is not what it was, or the command is none that can be given again
 */
export async function prepareAgain(origin: Origin, folder: string, main: Main): Promise<Ready> {
  const [program, name = '', ...words] = wordsOf(origin.command);
  const again = program === 'fluxhost' && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (again === undefined) {
    const hint = name === 'merge' ? ': verify the folder of each part, or the fleet run as a whole' : '';
    throw new NotVerifiable(
      `it was made by \`${origin.command.slice(0, SHOWN)}\`, which is none of ${Object.keys(COMMANDS).join(', ')}${hint}`,
    );
  }
  const spec = await again.spec();
  const { options, positionals } = read(words, spec);
  if (options.some((one) => one.name === 'shard'))
    throw new NotVerifiable('it is one part of a fleet (--shard): verify the fleet run as a whole');
  if (options.some((one) => one.name === 'held-out' && one.value === SEED_KEPT))
    throw new NotVerifiable(
      `the seed of its held-out workloads is with whoever set the task: --command '${origin.command.replace(SEED_KEPT, 'N')}' verifies it`,
    );
  if (positionals[0] === '-') throw new NotVerifiable('its trace came from standard input, which is gone');
  const base = resolve(folder, origin.folder ?? '.');
  // where a folder was moved to, what lay beside it lies
  const placeOf = (word: string): string => {
    const known = origin.files?.find((one) => one.word === word);
    return known === undefined ? resolve(base, word) : resolve(folder, known.file);
  };
  const place = (word: string): string => (placeOf(word) === resolve(word) ? word : relative('.', placeOf(word)));

  const changed = await changedFiles(origin, folder);
  const [positional] = positionals;
  const file = positional === undefined ? undefined : placeOf(positional);
  const wasChanged = file !== undefined && changed.has(file);
  // a scenario is in the origin whole; what it names is not
  const mayHandOver = again.onTools !== undefined && origin.resolved !== undefined && file !== undefined;
  const reasons = [...changed].filter(([path]) => !(mayHandOver && path === file)).map(([, reason]) => reason);
  if (reasons.length > 0) throw new NotVerifiable(reasons.join('; '));

  const handsOver = mayHandOver && !options.some((one) => one.name === 'core' || one.name === 'from');
  if (wasChanged && !handsOver) throw new NotVerifiable(changed.get(file));
  const kept = options.filter((one) => !LEFT_OUT.has(one.name) && !(wasChanged && APPLIED.has(one.name)));
  const isPath = (option: string): boolean => PATHS.has(option) || (option === 'policy' && POLICY_FILES.has(name));
  const isPlaced = (one: string): boolean =>
    again.takesFile === undefined || (again.takesFile === 'some' && isFile(placeOf(one)));
  const wordOf = (given: Given, rebase: boolean): string[] => {
    if (given.value === undefined) return [`--${given.name}`];
    const value = rebase && isPath(given.name) ? place(given.value) : given.value;
    return value.startsWith('-') ? [`--${given.name}=${value}`] : [`--${given.name}`, value];
  };
  const args = (rebase: boolean, rebaseFile: boolean): string[] => [
    ...positionals.map((one) => (rebaseFile && isPlaced(one) ? place(one) : one)),
    ...kept.flatMap((one) => wordOf(one, rebase)),
  ];
  return {
    command: commandOf(name, args(false, false)),
    wroteFolder: options.some((one) => one.name === 'out'),
    ...(wasChanged ? { note: `${changed.get(file)!}: the scenario that origin.json holds is run` } : {}),
    async run(io, where) {
      // a policy of one's own may never come back
      if (!handsOver && io.program !== undefined)
        return guarded(main, [name, ...args(true, true), ...where], io, io.program);
      if (!handsOver) return main([name, ...args(true, true), ...where], io);
      const command = await again.onTools();
      return command([...args(true, false), ...where], io, toolsOf(origin, file, !wasChanged));
    },
  };
}
