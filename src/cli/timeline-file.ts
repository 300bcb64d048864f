// `run --timeline FILE`: the same run, watched event by event in a window, and its trace written as it grows.

import { formatDuration, parseDuration, QuantityError } from '../input/quantities.js';
import { InputError, show } from '../input/errors.js';
import { formatDurationNs } from '../report/units.js';
import type { RunOptions } from '../options.js';
import type { Simulation } from '../simulation.js';
import type { TimelineWindow } from '../timeline/index.js';
import { runOtherwise, type Runnable } from '../study/study.js';
import { checkTarget, GrowingFile } from './files.js';
import type { Io } from './io.js';
import type { Tools } from './replicate.js';

/** Of simulated time, where no window is given: as much as one looks at, and some ten megabytes at a million events a second. */
const DEFAULT_NS = 10e6;

type Watchable = Pick<Simulation, 'nowNs' | 'endNs' | 'scenario' | 'timeline'> & Runnable;

function isWatchable(simulation: Runnable): simulation is Watchable {
  return 'timeline' in simulation && 'scenario' in simulation;
}

/** `FROM..UNTIL`, within what is still to be simulated. */
export function readWindow(
  text: string | undefined,
  nowNs: number,
  endNs: number,
  warmupNs: number,
  path = '--timeline-window',
): TimelineWindow {
  if (text === undefined) {
    const fromNs = Math.max(nowNs, warmupNs);
    return { fromNs, untilNs: Math.min(fromNs + DEFAULT_NS, endNs) };
  }
  const range = `FROM..UNTIL between ${formatDuration(nowNs)} and ${formatDuration(endNs)}, such as 100ms..102ms`;
  const refuse = (expected: string): InputError => new InputError({ path, given: show(text), expected });
  const [from, until, more] = text.split('..');
  if (from === undefined || until === undefined || more !== undefined) throw refuse(range);
  try {
    const window = { fromNs: parseDuration(from), untilNs: parseDuration(until) };
    if (window.fromNs >= nowNs && window.untilNs > window.fromNs && window.untilNs <= endNs) return window;
    throw refuse(range);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw refuse(`${error.expected}: ${range}`);
  }
}

/** The same tools, but a run writes its timeline. The run itself is not touched by it. */
export function timelining(
  tools: Tools,
  { file, window }: { readonly file: string; readonly window: string | undefined },
  io: Io,
): Tools {
  const record = async (simulation: Watchable, within: TimelineWindow, options: RunOptions): Promise<void> => {
    const growing = new GrowingFile(file);
    try {
      const { bytes, slices, fromNs, untilNs } = await simulation.timeline(
        (piece) => growing.write(piece),
        within,
        options,
      );
      growing.keep();
      const size = (bytes / 1e6).toFixed(1);
      const span = `${formatDurationNs(fromNs)} to ${formatDurationNs(untilNs)}`;
      io.stderr(
        `timeline of ${span}, ${slices} slices, ${size} MB, written to ${file}: open it at https://ui.perfetto.dev\n`,
      );
    } catch (error) {
      growing.drop();
      throw error;
    }
  };
  return {
    load: (path, options) => tools.load(path, options),
    async create(scenario, directory): Promise<Runnable> {
      const simulation = await tools.create(scenario, directory);
      try {
        if (!isWatchable(simulation)) throw new TypeError('--timeline: this simulation cannot be watched');
        const { nowNs, endNs } = simulation;
        const within = readWindow(window, nowNs, endNs, simulation.scenario.warmupNs);
        await checkTarget(file, '--timeline');
        return runOtherwise(simulation, (options = {}) => record(simulation, within, options));
      } catch (error) {
        simulation.close();
        throw error;
      }
    },
  };
}
