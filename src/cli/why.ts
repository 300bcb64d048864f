// `fluxhost why SCENARIO --window A..B`: what each core that was given away in a window cost, against what could have been done instead.

import { writeFile } from 'node:fs/promises';
import { InputError, show } from '../input/errors.js';
import { parseDuration, QuantityError } from '../input/quantities.js';
import { DEFAULT_AT_MOST, DEFAULT_HORIZON_NS, checkDecides, whyAll, type WhyResult } from '../judge/why.js';
import { renderWhy } from '../judge/why-table.js';
import { whyTimeline } from '../judge/why-timeline.js';
import { toStableJson } from '../result/json.js';
import type { Simulation } from '../simulation.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { rowsText } from './crew.js';
import { EXIT } from './exit.js';
import { checkTarget } from './files.js';
import { POLICY_TIMEOUT } from './guard.js';
import { CLEAR_LINE, type Io, lookOf } from './io.js';
import { overrides } from './run.js';
import { readWindow } from './timeline-file.js';
import { createOn, FILES_WITHIN, setupOf, simulationTools } from './tools.js';
import { unasked } from './unasked.js';

const MOST_DECISIONS = 10_000;

export const whySpec: CommandSpec = {
  name: 'why',
  summary:
    'Holds each core that the arbiter gave away in a window against what it could have done instead: regret in us of tail.',
  positionals: ['SCENARIO'],
  options: {
    window: { value: 'A..B', help: 'simulated time whose decisions are tried (default: the worst 2ms)' },
    horizon: {
      value: 'TIME',
      help: `for so long after a decision its requests are looked at (default ${DEFAULT_HORIZON_NS / 1e6}ms)`,
    },
    'at-most': {
      value: 'N',
      help: `decisions tried, of more every so many (default ${DEFAULT_AT_MOST}); each takes some four forks`,
    },
    seed: { value: 'N', help: "seed in place of the scenario's" },
    set: {
      value: 'PATH=VALUE',
      multiple: true,
      help: 'overrides a field of the scenario, such as mechanism.threshold=5us',
    },
    timeline: {
      value: 'FILE',
      help: 'writes the window as a trace that ui.perfetto.dev opens, decisions coloured by regret',
    },
    core: { value: 'FILE', help: 'simulates on a core that fluxhost build has made' },
    policy: { value: 'FILE', help: 'takes the decisions of a policy in Wasm (docs/policy-abi.md)' },
    ...FILES_WITHIN,
    ...POLICY_TIMEOUT,
    json: { help: 'prints one JSON document' },
  },
  details:
    'At each decision the run is forked: no core is given; another VM loses one, where several could; one core more is given.\n' +
    'Regret is by how much less the tail would have been, at best: 0 where what was done was best. The forks know the future, the\n' +
    'arbiter did not: a decision with regret was not foolish, but many alike show what a rule does not see.',
  examples: [
    'fluxhost why examples/colocated.yaml --window 30ms..32ms',
    'fluxhost why burst.yaml --set mechanism=caladan --timeline why.pftrace --json',
  ],
};

function horizonOf(given: Arguments): number | undefined {
  const text = given.text('horizon');
  if (text === undefined) return undefined;
  try {
    const ns = parseDuration(text);
    if (ns >= 1000) return ns;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
  }
  given.problems.push(`--horizon: given ${show(text)}, expected a time of a microsecond or more, such as 1ms`);
  return undefined;
}

/** The stretch in which requests waited most, as the report has it. */
async function worstWindow(
  create: () => Promise<Simulation>,
  alive: () => void,
): Promise<{ fromNs: number; untilNs: number }> {
  const simulation = await create();
  try {
    alive();
    await simulation.run({ strips: true, onProgress: alive });
    const worst = (await simulation.strips())?.windows.find(({ what }) => what === 'worst');
    if (worst === undefined)
      throw new InputError({
        path: '--window',
        given: 'none, and a run without a worst stretch',
        expected: 'A..B, such as 10ms..12ms',
      });
    const fromNs = Math.max(worst.fromNs, simulation.scenario.warmupNs);
    return { fromNs, untilNs: Math.min(worst.fromNs + worst.columnNs * worst.columns, simulation.endNs) };
  } finally {
    simulation.close();
  }
}

async function asked(given: Arguments, io: Io): Promise<{ result: WhyResult; create: () => Promise<Simulation> }> {
  const [atMost, seed, horizonNs] = [
    given.whole('at-most', 1, MOST_DECISIONS),
    given.whole('seed', 0, 2 ** 53 - 1),
    horizonOf(given),
  ];
  given.check();
  const set = overrides(given.list('set'), seed);
  const { scenario, directory, warnings } = await simulationTools.load(given.positional(0), { set });
  for (const warning of warnings) io.stderr(`warning: ${warning}\n`);
  checkDecides(scenario.mechanism.kind);
  const setup = await setupOf(given, { counts: true });
  const silent = setup.policy && unasked(`--policy ${given.text('policy')!}`, setup.policy.decisions, scenario);
  if (silent !== undefined) io.stderr(`warning: ${silent}\n`);
  const create = () => createOn(setup, scenario, directory);
  const { warmupNs, durationNs } = scenario;
  const text = given.text('window');
  const window =
    text === undefined
      ? await worstWindow(create, () => io.alive?.(true))
      : readWindow(text, 0, warmupNs + durationNs, warmupNs, '--window');
  const begun = performance.now();
  const onDecisions = (done: number, all: number): void => {
    io.alive?.(true);
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE + rowsText(done, all, 'decisions', performance.now() - begun));
  };
  io.alive?.(true);
  const result = await whyAll({ window, horizonNs, atMost, onDecisions }, create);
  if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  return { result, create };
}

export async function why(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(whySpec, args);
  if (given.help) {
    io.stdout(renderHelp(whySpec));
    return EXIT.done;
  }
  const target = given.text('timeline');
  if (target !== undefined) await checkTarget(target, '--timeline');
  const { result, create } = await asked(given, io);
  if (target !== undefined) {
    const pieces: Uint8Array[] = [];
    await whyTimeline(result, create, (bytes) => void pieces.push(bytes.slice()));
    await writeFile(target, Buffer.concat(pieces));
    io.stderr(`timeline written to ${target}: open it at https://ui.perfetto.dev\n`);
  }
  io.stdout(given.flag('json') ? toStableJson(result) : renderWhy(result, lookOf(io)));
  return EXIT.done;
}
