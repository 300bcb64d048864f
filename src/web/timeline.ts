// What happened in a window, as a Perfetto trace: the host is run again from a copy, watched event by event, as `run --timeline` does.

import { again } from './explain.js';
import type { Future } from './future.js';

/** Of simulated time, at most: some ten megabytes at a million events a second. */
const MOST_NS = 10e6;

/** The last part of the window, where it is longer than a trace should be. */
export async function timelineOf(
  future: Future,
  fromNs: number,
  untilNs: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; fromNs: number; untilNs: number }> {
  const until = Math.min(Math.ceil(untilNs), future.simulation.nowNs);
  const wanted = Math.max(Math.floor(fromNs), until - MOST_NS);
  // a second future has no copies from before the fork
  const from = Math.min(Math.max(wanted, future.copies[0]?.nowNs ?? Infinity), until - 1);
  const simulation = await again(future, from);
  if (simulation === undefined) throw new Error('nothing has been simulated yet: let it play first');
  try {
    const pieces: Uint8Array[] = [];
    const seen = new AbortController();
    await simulation.timeline(
      (piece) => void pieces.push(piece.slice()),
      { fromNs: from, untilNs: until },
      {
        signal: seen.signal,
        // the rest of the run is not looked at
        onProgress: ({ nowNs }) => {
          if (nowNs > until) seen.abort();
        },
      },
    );
    const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return { bytes, fromNs: from, untilNs: until };
  } finally {
    simulation.close();
  }
}
