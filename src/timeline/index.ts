// A timeline of a running host: when it is looked at, and what came of it.

import type { HostCore } from '../core/host.js';
import { Recorder } from './recorder.js';
import { UNWATCHED, type Watcher } from './watcher.js';
import { TraceWriter, type TimelineSink } from './writer.js';

export type { TimelineSink };

/** Which part of a run is written. */
export interface TimelineWindow {
  /** Simulated time, warm-up included, at which it opens, in ns. */
  readonly fromNs: number;
  /** At which it closes, in ns. */
  readonly untilNs: number;
}

/** What a timeline holds. */
export interface TimelineSummary extends TimelineWindow {
  /** Of the trace. */
  readonly bytes: number;
  /** On all its tracks. */
  readonly slices: number;
}

/** @throws RangeError for a window that does not lie between now and the end of the run */
export function windowOf({ fromNs, untilNs }: Partial<TimelineWindow>, nowNs: number, endNs: number): TimelineWindow {
  const window = { fromNs: fromNs ?? nowNs, untilNs: untilNs ?? endNs };
  if (window.fromNs >= nowNs && window.untilNs >= window.fromNs && window.untilNs <= endNs) return window;
  throw new RangeError(
    `timeline: given ${window.fromNs} to ${window.untilNs} ns, expected a window from now (${nowNs} ns) to the end (${endNs} ns)`,
  );
}

/** Looks at a host after each event of a window. */
export class Timeline implements Watcher {
  private readonly trace: TraceWriter;
  private recorder: Recorder | undefined;
  private ended = false;
  private openedNs = 0;
  private closedNs = 0;

  constructor(
    private readonly core: HostCore,
    sink: TimelineSink,
    private readonly window: TimelineWindow,
  ) {
    this.trace = new TraceWriter(sink);
  }

  next(nowNs: number): ReturnType<Watcher['next']> {
    const { fromNs, untilNs } = this.window;
    if (this.ended || nowNs > untilNs) return UNWATCHED;
    if (this.recorder === undefined && nowNs < fromNs) return { pauseNs: fromNs, oneByOne: false };
    if (this.recorder === undefined) this.open(nowNs);
    return { pauseNs: untilNs, oneByOne: true };
  }

  private open(nowNs: number): void {
    this.openedNs = nowNs;
    this.recorder = new Recorder(this.core.records(), this.trace, nowNs);
    this.recorder.begin(nowNs);
  }

  look(nowNs: number, paused: boolean): void {
    if (this.ended || this.recorder === undefined) return;
    this.recorder.look(nowNs);
    if (paused && nowNs >= this.window.untilNs) this.close(nowNs);
  }

  /** Nothing is written from now on. */
  close(nowNs: number): TimelineSummary {
    if (!this.ended) {
      this.ended = true;
      this.closedNs = nowNs;
      this.recorder?.end(nowNs);
      this.trace.finish();
    }
    const { bytes, slices } = this.trace;
    return { fromNs: this.openedNs, untilNs: this.closedNs, bytes, slices };
  }
}
