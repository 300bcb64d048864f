// `--estimate`: how long the command would take, and in how much memory, before anybody waits for it.

import { existsSync, readFileSync } from 'node:fs';
import { formatWait, formatShare } from '../report/units.js';
import { toStableJson } from '../result/json.js';
import type { Scenario } from '../scenario/types.js';
import { type Estimate, type Pilot, type Plan, estimateOf } from '../study/estimate.js';
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

/** What a thread holds besides its simulation: of a sweep of examples/burst.yaml 118, 151, 185 and 211 MB on 1 to 4 of them. */
const THREAD_BYTES = 26 * 2 ** 20;

/** What this process has held at most; the kernel's own mark where there is one, as getrusage begins with what the parent held. */
function peakBytes(): number {
  const [, kibibytes] = existsSync(STATUS) ? (/VmHWM:\s*(\d+)/.exec(readFileSync(STATUS, 'utf8')) ?? []) : [];
  return 1024 * (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes));
}
const STATUS = '/proc/self/status';

/** What the whole program is likely to hold: as much as this one has for its pilots, and more threads. */
const programBytes = ({ threads, bytesPerRun }: Estimate): number =>
  peakBytes() + (threads > 1 ? threads * (THREAD_BYTES + bytesPerRun) : 0);

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
    io.stdout(toStableJson({ ...estimate, programBytes: programBytes(estimate) }));
    return EXIT.done;
  }
  const { runs, seconds, bytes, bytesPerRun, pilot } = estimate;
  const on = estimate.threads === 1 ? '' : ` on ${estimate.threads} threads`;
  const each = estimate.threads === 1 ? '' : ` (${mebibytes(bytesPerRun)} each)`;
  io.stdout(
    `about ${formatWait(seconds)}${on} for ${runs} run${runs === 1 ? '' : 's'}, in ${mebibytes(bytes)} of linear memory${each}, ` +
      `the whole program in some ${mebibytes(programBytes(estimate))}\n` +
      `by pilots of ${formatShare(pilot)} of a run each; other load on this machine counts\n`,
  );
  return EXIT.done;
}
