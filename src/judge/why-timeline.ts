// The decisions of a window on a timeline: the run's own, and a track on which each decision stands with its regret. Slices of one class
// of regret have one name, and so one colour in the viewer.

import type { Simulation } from '../simulation.js';
import type { TimelineSink } from '../timeline/index.js';
import { TraceWriter } from '../timeline/writer.js';
import { regretClass, type WhyResult } from './why.js';

/** Beyond every track of the run's own timeline. */
const FIRST_TRACK = 1e6;
/** A decision stands for so long, or until the next. */
const SHOWN_NS = 5000;

/** Writes both to `sink`; a trace is a row of packets, so one may follow the other. */
export async function whyTimeline(
  { fromNs, untilNs, decisions }: WhyResult,
  create: () => Promise<Simulation>,
  sink: TimelineSink,
): Promise<void> {
  const simulation = await create();
  try {
    await simulation.timeline(sink, { fromNs, untilNs });
  } finally {
    simulation.close();
  }
  const trace = new TraceWriter(sink, FIRST_TRACK);
  const track = trace.track('regret of decisions');
  const counter = trace.track('regret', track, 'ns');
  decisions.forEach(({ atNs, vm, from, core, regretNs, best, alternatives }, i) => {
    const next = decisions[i + 1]?.atNs ?? Infinity;
    const better = best === null ? 'nothing' : told(alternatives[best]!);
    const values = { core, to: vm, from: from ?? 'nobody', 'regret in ns': Math.round(regretNs), better };
    // of several at one instant each has a nanosecond, so that none lies within another
    trace.slice(track, atNs, Math.max(atNs + 1, Math.min(atNs + SHOWN_NS, next)), regretClass(regretNs), { values });
    trace.counter(counter, atNs, Math.round(regretNs));
  });
  trace.finish();
}

const told = ({ what, from }: WhyResult['decisions'][number]['alternatives'][number]): string =>
  from === null ? what : `a core of ${from}`;
