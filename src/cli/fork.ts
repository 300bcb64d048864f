// `fluxhost fork`: what happens from one instant on, under several mechanisms or with fields changed. Every continuation
// starts from the same queues, the same cores in motion and, unless the seed is changed, the same arrivals to come.
// Leaves out the search for cores that `compare` makes: how many cores there are is laid out in the snapshot.

import { differenceOf } from '../result/replications.js';
import type { Result } from '../result/result.js';
import { toStableJson } from '../result/json.js';
import { renderComparison, headed } from '../report/compare-table.js';
import { formatDurationNs } from '../report/units.js';
import { type Problem, InputError } from '../input/errors.js';
import { withMechanism } from '../scenario/mechanisms.js';
import type { Scenario } from '../scenario/types.js';
import { switchProblem, changedScenario } from '../scenario/written.js';
import type { Simulation } from '../simulation.js';
import type { Comparison } from '../study/compare.js';
import { type Variant, variantOf } from '../study/variant.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { POLICY_TIMEOUT } from './guard.js';
import { type Io, lookOf } from './io.js';
import { openStudy } from './replicate.js';
import { MAX_SEED, overrides } from './run.js';
import { checkSize } from './out.js';
import { continuing, openSnapshot } from './snapshot-file.js';
import { readMechanisms } from './mechanisms.js';
import { FILES_WITHIN, simulationTools } from './tools.js';

const DEFAULT_MECHANISMS = ['ideal', 'hyperflux', 'hotplug', 'static'] as const;

export const forkSpec: CommandSpec = {
  name: 'fork',
  summary: 'Compares how a simulation goes on from a snapshot, under several mechanisms or with fields changed.',
  positionals: ['SNAPSHOT'],
  options: {
    mechanisms: {
      value: 'A,B,...',
      help: `mechanisms, the first being the baseline\n(default: the snapshot's own, then ${DEFAULT_MECHANISMS.join(', ')})`,
    },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field of the scenario from here on' },
    seed: { value: 'N', help: 'another seed for everything that is drawn from here on' },
    core: { value: 'FILE', help: 'the core that wrote the snapshot, where it is one that fluxhost build has made' },
    files: { value: 'DIR', help: "where the scenario's files are (default: the snapshot's folder)" },
    ...FILES_WITHIN,
    ...POLICY_TIMEOUT,
    json: { help: 'prints the instant, runs and differences as one JSON document' },
  },
  details:
    'With --set or --seed and no --mechanisms, the run as it would have gone on is set beside the changed one.\n' +
    'Figures count from the end of the warm-up, what lies before the snapshot included: for figures of the\n' +
    'continuations alone, take the snapshot at the end of the warm-up.\n' +
    'Ctrl-C ends with what is finished, marked incomplete.',
  examples: [
    'fluxhost run burst.yaml --snapshot burst.snapshot --at 100ms',
    'fluxhost fork burst.snapshot --mechanisms hyperflux,ideal,hotplug',
    'fluxhost fork burst.snapshot --set mechanism.interval=50us --json',
  ],
};

/** One continuation. */
interface Branch {
  /** Heads its column. */
  readonly label: string;
  readonly scenario: Scenario;
}

/** What goes on, in the order of the columns; what any mechanism cannot run is refused before the first one starts. */
function branchesOf(
  base: Scenario,
  changed: Scenario,
  variants: readonly Variant[] | undefined,
  file: string,
): Branch[] {
  if (variants === undefined && changed !== base) {
    const before = base.mechanism.kind;
    const after = changed.mechanism.kind;
    return [
      { label: before, scenario: base },
      { label: after === before ? 'changed' : after, scenario: changed },
    ];
  }
  const problems: Problem[] = [];
  const wanted = variants ?? [...new Set([base.mechanism.kind, ...DEFAULT_MECHANISMS])].map(variantOf);
  const branches = wanted.flatMap(({ label, mechanism }) => {
    const cannotSwitch = switchProblem(base, mechanism.kind);
    if (cannotSwitch !== undefined) {
      problems.push({ ...cannotSwitch, file });
      return [];
    }
    try {
      const choice = Object.keys(mechanism).length === 1 ? mechanism.kind : mechanism;
      return [{ label, scenario: withMechanism(changed, choice) }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, file: `${file} under ${label}` })));
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return branches;
}

async function continueAll(base: Simulation, branches: readonly Branch[], json: boolean, io: Io): Promise<number> {
  return openStudy(continuing(base, simulationTools), '', io, async (study) => {
    const runs: Result[] = [];
    for (const { label, scenario } of branches) {
      if (study.interrupted) break;
      runs.push(await study.once(scenario, label));
    }
    const [first, ...others] = runs;
    const labels = branches.map(({ label }) => label);
    const comparison: Comparison = {
      runs,
      differences: others.map((other, i) => ({
        ...differenceOf(first!, other),
        mechanism: labels[i + 1]!,
        baseline: labels[0]!,
      })),
    };
    if (study.interrupted) comparison.incomplete = true;
    const from = { atNs: base.nowNs, mechanism: base.scenario.mechanism.kind, seed: base.scenario.seed };
    if (json) io.stdout(toStableJson({ from, ...comparison }));
    else {
      io.stdout(`from ${formatDurationNs(from.atNs)} on, until then under ${from.mechanism} with seed ${from.seed}\n`);
      io.stdout(renderComparison(headed(comparison, labels), lookOf(io)));
    }
    if (!study.interrupted) return EXIT.done;
    io.stderr('interrupted: what is finished is shown\n');
    return EXIT.interrupted;
  });
}

export async function fork(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(forkSpec, args);
  if (given.help) {
    io.stdout(renderHelp(forkSpec));
    return EXIT.done;
  }
  const variants = readMechanisms(given);
  const seed = given.whole('seed', 0, MAX_SEED);
  given.check();

  const file = given.positional(0);
  const base = await openSnapshot(file, given);
  try {
    const changed = changedScenario(base.scenario, overrides(given.list('set'), seed), file);
    const branches = branchesOf(base.scenario, changed, variants, file);
    const json = given.flag('json');
    if (json) checkSize(base.scenario, branches.length);
    return await continueAll(base, branches, json, io);
  } finally {
    base.close();
  }
}
