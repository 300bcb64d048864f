// `fluxhost reproduce [EXPERIMENT]`: reruns a paper's experiment and prints its figures beside ours. A claim that no sourced
// parameter carries is printed as such; the exit status tells only whether the runs went through.

import { join } from 'node:path';
import { reproduce as reproduceAll, type Reproduction } from '../experiments/api.js';
import { EXPERIMENTS } from '../experiments/index.js';
import { renderFront, renderSummary } from '../experiments/summary.js';
import { renderExperiment } from '../experiments/table.js';
import { toStableJson } from '../result/json.js';
import { nodeHost } from '../workload/node-file.js';
import { type CommandSpec, parseCommand, renderHelp, UsageError } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { type Io, lookOf } from './io.js';
import { type Origin, sha256 } from './origin.js';
import { madeBy, writeDocument, yamlOf } from './out.js';
import { REPORT, commandOf } from './report.js';

/** Columns of the longest. */
const NAMES = Math.max(...EXPERIMENTS.map(({ name }) => name.length));

export const reproduceSpec: CommandSpec = {
  name: 'reproduce',
  summary: "Reruns a paper's experiment and prints its figures beside ours, with what had to be assumed.",
  positionals: [],
  optional: 'EXPERIMENT',
  options: {
    out: { value: 'DIR', help: 'writes result.json and report.html there, of several experiments into a folder each' },
    all: { help: 'every experiment, one table of all claims at the end' },
    verbose: {
      help: 'after the summary: what was assumed for each claim, which command gives which figure, the tables',
    },
    set: {
      value: 'PATH=VALUE',
      multiple: true,
      help: 'changes a parameter; fluxhost explain EXPERIMENT lists them with units, bounds and sources',
    },
    json: {
      help: 'prints { name, parameters, figures, claims, tables, laws } as one JSON document, a list of them for all',
    },
  },
  details: `Prints a summary first: claim, published figure, ours, verdict. Without EXPERIMENT (or with --all) every one is run.
Experiments:\n${EXPERIMENTS.map(
    ({ name, title, parts }) =>
      `  ${name.padEnd(NAMES)} ${title}${parts === undefined ? '' : `\n${' '.repeat(NAMES + 3)}in parts: ${parts.map((part) => `${name}/${part}`).join(', ')}`}`,
  ).join('\n')}`,
  examples: [
    'fluxhost reproduce taiji',
    'fluxhost reproduce hyperflux/task-size',
    'fluxhost reproduce vmem --set costs.pinPerGB=0ns --json',
    'fluxhost reproduce --all',
  ],
};

/** What was set, every parameter, and what ran. */
async function madeOf(
  { parameters, name }: Reproduction,
  set: readonly string[],
  module: WebAssembly.Module | undefined,
): Promise<Omit<Origin, 'command'>> {
  const changed = new Set(set.map((text) => text.split('=')[0]));
  const own = Object.entries(parameters).filter(([path]) => changed.has(path));
  const seed = parameters['seed'];
  return {
    scenario: own.length === 0 ? '# every parameter has its default\n' : yamlOf(Object.fromEntries(own)),
    resolved: yamlOf(parameters),
    manifest: [
      ['experiment', name],
      ['parameters (SHA-256)', sha256(toStableJson(parameters))],
      ...(await madeBy({ module, ...(typeof seed === 'number' ? { seed } : {}) })),
    ],
  };
}

/** `module`: another core than the one in the package. */
export async function reproduce(args: readonly string[], io: Io, module?: WebAssembly.Module): Promise<number> {
  const given = parseCommand(reproduceSpec, args);
  if (given.help) {
    io.stdout(renderHelp(reproduceSpec));
    return EXIT.done;
  }
  const name = given.optional();
  if (name !== undefined && given.flag('all'))
    throw new UsageError('reproduce', [`--all: given with ${name}, expected no EXPERIMENT beside it`]);
  const folder = given.text('out');
  const set = given.list('set');
  if (name === undefined && set.length > 0)
    throw new UsageError('reproduce', [
      '--set: given without EXPERIMENT, expected the experiment whose parameter it is',
    ]);
  if (folder !== undefined) await prepareFolder(folder, ['result.json', REPORT]);
  const documents: Reproduction[] = [];
  for await (const found of reproduceAll(name, { module, set, files: nodeHost('.') })) {
    documents.push(found);
    if (folder !== undefined) {
      const own = name === undefined ? join(folder, found.experiment) : folder;
      await prepareFolder(own, ['result.json', REPORT]);
      const words = [name ?? found.experiment, ...set.flatMap((text) => ['--set', text]), '--out', own];
      await writeDocument(own, 'result.json', toStableJson(found), found, {
        command: commandOf('reproduce', words),
        ...(await madeOf(found, set, module)),
      });
    }
    if (given.flag('json')) continue;
    io.stdout(`${renderSummary(found, lookOf(io))}\n`);
    if (given.flag('verbose')) io.stdout(`${renderExperiment(found.title, found, lookOf(io))}\n`);
  }
  if (given.flag('json')) io.stdout(toStableJson(name === undefined ? documents : documents[0]));
  else if (name === undefined) io.stdout(renderFront(documents, lookOf(io)));
  else if (!given.flag('verbose'))
    io.stdout(
      `${documents[0]!.claims.length === 0 ? '--json: every digit' : '--verbose: assumptions, commands, tables'}. fluxhost explain ${documents[0]!.name}: what --set changes.\n`,
    );
  return EXIT.done;
}
