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

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

export async function printEstimate(
  given: Arguments,
  io: Io,
  plans: readonly Plan[],
  create: (scenario: Scenario) => Promise<unknown>,
  threads = 1,
): Promise<number> {
  const estimate = await estimateOf(plans, async (scenario) => (await create(scenario)) as Pilot, threads);
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
