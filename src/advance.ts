// One simulated host goes on: to an instant or for a number of events, pausing where something is read on the way, in slices where
// somebody wants to hear of it or to stop it.

import type { CompiledScenario } from './core/compile.js';
import type { HostCore } from './core/host.js';
import type { Injection } from './core/injection.js';
import type { IntervalReadings } from './core/intervals.js';
import type { LateRequests } from './core/late.js';
import { LostObjectives } from './core/lost.js';
import { Watchdog } from './core/watchdog.js';
import type { RunOptions } from './options.js';
import type { Overview } from './timeline/strips/overview.js';
import type { Watcher } from './timeline/watcher.js';

/** Events between two looks at the clock and the abort signal: some 50 ms. */
const SLICE_EVENTS = 500_000;
export const UNLIMITED = 2 ** 53;

/** Who looks at the whole of a run: loaded when it is asked for. */
export const overviewOf = async (...given: ConstructorParameters<typeof Overview>): Promise<Overview> =>
  new (await import('./timeline/strips/overview.js')).Overview(...given);

/** What goes on, and what is read of it on its way. */
export interface Advancing {
  readonly compiled: CompiledScenario;
  readonly core: HostCore;
  readonly injection: Injection;
  readonly late: LateRequests;
  readonly intervals: IntervalReadings;
  readonly warmupNs: number;
  /** Time on the clock on the wall so far; grows. */
  readonly wall: { seconds: number };
}

/** How the run goes on for as long as nobody stops it. */
interface Way extends RunOptions {
  readonly untilNs: number;
  /** Events, at most. */
  readonly budget: number;
  readonly watchers: readonly Watcher[];
}

/** Answers how many events are left where more VMs of functions are needed: the host must be laid out anew. */
export async function advance(of: Advancing, way: Way): Promise<number | undefined> {
  const { core, compiled, injection, late, intervals, wall } = of;
  const { untilNs, budget, watchers, onProgress, signal, endWhenLost, unread } = way;
  const watched = onProgress !== undefined || signal !== undefined;
  const lost = endWhenLost && new LostObjectives(core, compiled, endWhenLost, of.warmupNs);
  const slice = lost === undefined ? (watched ? SLICE_EVENTS : UNLIMITED) : lost.everyEvents;
  const watchdog = new Watchdog(core, compiled);
  let sinceReport = 0;
  let begun = performance.now();
  const lap = (): void => {
    const now = performance.now();
    wall.seconds += (now - begun) / 1000;
    begun = now;
  };
  try {
    let left = budget;
    while (left > 0 && signal?.aborted !== true) {
      const before = core.events;
      let pauseNs = Math.min(untilNs, late.next(core.nowNs), unread === true ? Infinity : intervals.next(core.nowNs));
      let oneByOne = false;
      for (const watcher of watchers) {
        const looks = watcher.next(core.nowNs);
        pauseNs = Math.min(pauseNs, looks.pauseNs);
        oneByOne ||= looks.oneByOne;
      }
      const answer = core.run(pauseNs, oneByOne ? 1 : Math.min(left, slice, watchdog.limit));
      if (answer === 'pool') return left - (core.events - 1 - before);
      watchdog.look();
      for (const watcher of watchers) watcher.look(core.nowNs, answer === 'done');
      left -= core.events - before;
      sinceReport += core.events - before;
      if (lost?.any() === true) return undefined;
      if (answer === 'done') {
        late.read(core);
        intervals.read(core);
        if (pauseNs === untilNs) return undefined;
      } else if (answer === 'input') await injection.refill();
      if (watched && left > 0 && sinceReport >= SLICE_EVENTS) {
        sinceReport = 0;
        lap();
        onProgress?.({ nowNs: core.nowNs, endNs: untilNs, events: core.events, wallSeconds: wall.seconds });
        await new Promise((resolve) => setTimeout(resolve)); // lets the interrupt, the page, the other workers through
        begun = performance.now();
      }
    }
  } finally {
    lap();
  }
  return undefined;
}
