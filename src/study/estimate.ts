// How long a study will take and in how much memory, by pilots: the begin of some of its runs, held against the clock. What the
// clock says is no part of a result.

import type { Scenario } from '../scenario/types.js';
import type { Runnable } from './study.js';

/** Runs that cost about as much as each other. */
export interface Plan {
  readonly scenario: Scenario;
  /** At most. */
  readonly runs: number;
  /** Whole runs that they are likely to take as long as, where some end early or are not needed; default: `runs`. */
  readonly whole?: number;
}

/** What a pilot needs of a simulation. */
export interface Pilot extends Pick<Runnable, 'run' | 'done' | 'close'> {
  readonly nowNs: number;
  readonly endNs: number;
  readonly memoryBytes: number;
}

/** What a study will take. */
export interface Estimate {
  /** Simulations, at most. */
  runs: number;
  /** On the clock on the wall, with as many threads. */
  seconds: number;
  /** Side by side. */
  threads: number;
  /** Linear memory of one simulation, the greatest. */
  bytesPerRun: number;
  /** Of all threads. */
  bytes: number;
  /** Simulated share of the runs that were tried. */
  pilot: number;
}

/** All pilots together; the first slice of one is run whatever it takes. */
const PILOT_SECONDS = 2;

/** In ms. */
type Clock = () => number;

async function pilotOf(
  create: () => Promise<Pilot>,
  most: number,
  clock: Clock,
): Promise<{ whole: number; share: number; bytes: number }> {
  const begun = clock();
  const pilot = await create();
  const made = clock();
  try {
    const stop = new AbortController();
    await pilot
      .run({
        signal: stop.signal,
        onProgress: ({ wallSeconds }) => {
          if (wallSeconds > most) stop.abort();
        },
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
      });
    const share = pilot.done ? 1 : pilot.nowNs / pilot.endNs;
    const whole = (made - begun + (clock() - made) / Math.max(share, 1e-9)) / 1000;
    return { whole, share, bytes: pilot.memoryBytes };
  } finally {
    pilot.close();
  }
}

/**
 * Pilots one after the other, so that none takes another's processor.
 *
 * @param startSeconds what a thread needs before it can make anything
 */
export async function estimateOf(
  plans: readonly Plan[],
  create: (scenario: Scenario) => Promise<Pilot>,
  threads: number,
  startSeconds = 0,
  clock: Clock = () => performance.now(),
): Promise<Estimate> {
  let [total, runs, bytesPerRun, piloted] = [0, 0, 0, 0];
  // what is compiled once is not what every run takes
  const begun = clock();
  if (plans.length > 0) (await create(plans[0]!.scenario)).close();
  const ready = startSeconds + (clock() - begun) / 1000;
  for (const plan of plans) {
    const { whole, share, bytes } = await pilotOf(() => create(plan.scenario), PILOT_SECONDS / plans.length, clock);
    total += whole * (plan.whole ?? plan.runs);
    runs += plan.runs;
    piloted += share / plans.length;
    bytesPerRun = Math.max(bytesPerRun, bytes);
  }
  const used = Math.max(1, Math.min(threads, runs));
  // other threads start as this one did
  const seconds = total / used + (used > 1 ? 2 * ready : ready);
  return { runs, seconds, threads: used, bytesPerRun, bytes: bytesPerRun * used, pilot: piloted };
}
