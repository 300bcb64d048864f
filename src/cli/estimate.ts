// `--estimate`: how long the command would take, and in how much memory, before anybody waits for it.

import { formatWait, formatShare } from '../report/units.js';
import { toStableJson } from '../result/json.js';
import type { Scenario } from '../scenario/types.js';
import { type Pilot, type Plan, estimateOf } from '../study/estimate.js';
import type { Arguments } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

/** The option of every command that may take long. */
export const ESTIMATE = {
  estimate: { help: 'tells about how long that takes and in how much memory, by short pilots, and ends there' },
} as const;

/** Runs of a search over that many values: bisection, and the neighbours of the answer. */
export const searchRuns = (values: number): number => Math.ceil(Math.log2(Math.max(values, 2))) + 2;

/** Of the runs of a search that may end once an SLO is lost, how much is run: of half of them little, of the others all. */
const ENDS_EARLY = 0.5;
/** Runs of a search that begins where another mechanism's has ended: there, and beside it. */
const AFTER_ANOTHER = 3;

/** Whole runs that the searches of `compare` are likely to take as long as, by mechanism. */
export function sizingWhole({ vms, host }: Scenario, most: number, isFirst: boolean): number {
  const held = vms.reduce((sum, vm) => sum + (vm.vcpus.max - vm.vcpus.min) * vm.count, 0);
  const values = Math.min(most, held + 1) / (host.sockets * host.smt);
  // the scenario's own run is known
  return ENDS_EARLY * (isFirst ? searchRuns(values) - 1 : AFTER_ANOTHER);
}

/** The same of `size`: the first run of each seed goes to the end, and so do all where the objectives are no SLOs. */
export const sizeWhole = (runs: number, endEarly: boolean): number => (endEarly ? 1 + ENDS_EARLY * (runs - 1) : runs);

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

export async function printEstimate(
  given: Arguments,
  io: Io,
  plans: readonly Plan[],
  create: (scenario: Scenario) => Promise<unknown>,
  threads = 1,
): Promise<number> {
  // since the process began, which is what a thread takes to begin as well
  const started = io.program === undefined ? 0 : performance.now() / 1000;
  const estimate = await estimateOf(plans, async (scenario) => (await create(scenario)) as Pilot, threads, started);
  if (given.flag('json')) {
    io.stdout(toStableJson(estimate));
    return EXIT.done;
  }
  const { runs, seconds, bytes, bytesPerRun, pilot } = estimate;
  const on = estimate.threads === 1 ? '' : ` on ${estimate.threads} threads`;
  const each = estimate.threads === 1 ? '' : ` (${mebibytes(bytesPerRun)} each)`;
  io.stdout(
    `about ${formatWait(seconds)}${on} for ${runs} run${runs === 1 ? '' : 's'}, in ${mebibytes(bytes)} of linear memory${each}\n` +
      `by pilots of ${formatShare(pilot)} of a run each; other load on this machine counts\n`,
  );
  return EXIT.done;
}
