// `fluxhost compare`: one workload and seed under several mechanisms, side by side, with paired differences and the
// number of cores that each needs to meet every SLO.

import { toStableJson } from '../result/json.js';
import { renderComparison, headed } from '../report/compare-table.js';
import { dropBuckets, withBuckets } from '../result/buckets.js';
import { overTimeText } from '../report/series.js';
import { compareAll } from '../study/compare.js';
import { LIMIT_FACTOR } from '../study/ladder.js';
import { fitting } from '../study/variant.js';
import { MAX_SIZING_CORES } from '../study/sizing.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { ESTIMATE, printEstimate, searchRuns, sizingWhole } from './estimate.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { POLICY_TIMEOUT } from './guard.js';
import { type Io, lookOf } from './io.js';
import { readMechanisms, statusOf } from './mechanisms.js';
import { checkSize, writeOut } from './out.js';
import { REPORT, commandOf } from './report.js';
import { type Tools, openStudy } from './replicate.js';
import { MAX_SEED, MAX_REPLICATIONS, overrides } from './run.js';
import { FILES_WITHIN, simulationTools, toolsFor } from './tools.js';

const DEFAULT_MECHANISMS = 'ideal,hyperflux,hotplug,static';

export const compareSpec: CommandSpec = {
  name: 'compare',
  summary: 'Runs one scenario under several mechanisms with the same arrivals and service times, side by side.',
  positionals: ['SCENARIO'],
  options: {
    mechanisms: {
      value: 'A,B,...',
      help: `mechanisms (all: every one), the first being the baseline\n(default ${DEFAULT_MECHANISMS})`,
    },
    seed: { value: 'N', help: "seed in place of the scenario's" },
    replications: { value: 'R', help: 'runs per mechanism; adds 95 % intervals of the paired differences (default 1)' },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field of the scenario' },
    'no-sizing': { help: 'leaves out the search for the cores that each mechanism needs' },
    'max-cores': { value: 'N', help: `upper end of that search (default ${LIMIT_FACTOR} times the scenario's cores)` },
    out: { value: 'DIR', help: 'writes comparison.json and report.html there, and what series and log ask for as CSV' },
    core: { value: 'FILE', help: 'simulates on a core that fluxhost build has made' },
    ...FILES_WITHIN,
    ...POLICY_TIMEOUT,
    ...ESTIMATE,
    json: { help: 'prints runs, differences and sizing as one JSON document' },
  },
  details:
    "The scenario's own mechanism keeps its settings, the others take their defaults (fluxhost explain lists them)\n" +
    'unless given with settings of their own: hyperflux:signal=oldest, cgroup:period=10ms.\n' +
    "The search counts a polling core among the host's cores, under static what all VMs are guaranteed, and under cgroup\n" +
    'the quotas of the VMs with an SLO, in whole cores. run --set with what it names attains the SLOs.\n' +
    'A mechanism that the scenario does not fit is left out with its reason; a name that is none too, and then the exit\n' +
    'status is 1. Ctrl-C ends with what is finished, marked incomplete.',
  examples: [
    'fluxhost compare burst.yaml',
    'fluxhost compare burst.yaml --mechanisms ideal,hyperflux --replications 10 --json',
  ],
};

export async function compare(args: readonly string[], io: Io, tools: Tools = simulationTools): Promise<number> {
  const given = parseCommand(compareSpec, args);
  if (given.help) {
    io.stdout(renderHelp(compareSpec));
    return EXIT.done;
  }
  const variants = readMechanisms(given, { otherwise: DEFAULT_MECHANISMS, rows: true });
  const seed = given.whole('seed', 0, MAX_SEED);
  const replications = given.whole('replications', 1, MAX_REPLICATIONS) ?? 1;
  const mostCores = given.whole('max-cores', 1, MAX_SIZING_CORES);
  given.check();

  const file = given.positional(0);
  const loaded = await tools.load(file, { set: overrides(given.list('set'), seed) });
  const folder = given.text('out');
  if (folder !== undefined || given.flag('json')) checkSize(loaded.scenario, variants.length);

  const used = await toolsFor(given, tools);
  if (given.flag('estimate')) {
    const { scenario, directory } = loaded;
    const searched = !given.flag('no-sizing') && scenario.vms.some(({ slo }) => slo !== undefined);
    const most = mostCores ?? LIMIT_FACTOR * scenario.host.cores;
    const runs = replications + (searched ? searchRuns(most) : 0);
    const plans = fitting(scenario, variants, file).fits.map((one, i) => {
      const whole = replications + (searched ? sizingWhole(one.scenario, most, i === 0) : 0);
      return { scenario: one.scenario, runs, whole };
    });
    return printEstimate(given, io, plans, (one) => used.create(one, directory));
  }
  return openStudy(
    used,
    loaded.directory,
    io,
    async (study) => {
      for (const warning of loaded.warnings) io.stderr(`warning: ${warning}\n`);
      const question = { variants, replications, sizing: !given.flag('no-sizing'), mostCores };
      const comparison = await compareAll(study, loaded.scenario, question, {
        file,
        // Written to only once the first simulation stands: a refused input leaves no folder behind.
        before: async () => {
          if (folder !== undefined) await prepareFolder(folder, ['comparison.json', REPORT]);
        },
      });
      const { runs } = comparison;
      // the page draws every bucket, the JSON beside it has none
      const drawn = { ...comparison, runs: runs.map(withBuckets) };
      for (const one of runs) dropBuckets(one);
      const json = folder !== undefined || given.flag('json') ? toStableJson(comparison) : '';
      if (folder !== undefined) {
        const again = { command: commandOf('compare', args), scenario: loaded.scenario };
        await writeOut(folder, 'comparison.json', json, runs, drawn, again);
      }
      const overTime = overTimeText(runs[0]!, folder, '--out DIR writes that of every run as CSV, --json prints it');
      const left = new Set(comparison.refused?.map(({ mechanism }) => mechanism));
      const labels = variants.map(({ label }) => label).filter((label) => !left.has(label));
      io.stdout(given.flag('json') ? json : renderComparison(headed(comparison, labels), lookOf(io)) + overTime);
      if (!study.interrupted) return statusOf(variants, io);
      io.stderr('interrupted: what is finished is shown\n');
      return EXIT.interrupted;
    },
    { histograms: folder !== undefined, strips: folder !== undefined },
  );
}
