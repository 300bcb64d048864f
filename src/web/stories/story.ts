// What a story is: a scenario, a speed and sentences tied to instants. One file a story, and its line in index.ts.

import type { Changes } from '../protocol.js';

/** One future at an instant, of each VM. */
export interface Seen {
  /** The quantile of its latencies so far. */
  readonly latencyNs: readonly (number | null)[];
  /** Requests so far. */
  readonly completed: readonly number[];
}

export interface Caption {
  readonly atNs: number;
  /** Or what it says of the futures as they are then. */
  readonly text: string | ((seen: readonly Seen[]) => string);
  /** What the second future has otherwise from here on, `PATH=VALUE`. */
  readonly fork?: Changes;
  /** Simulated ns a second from here on. */
  readonly speed?: number;
}

export interface Story {
  readonly scenario: { readonly name: string; readonly text: string };
  /** Simulated ns a second. */
  readonly speed: number;
  /** Simulated ns of a pixel of the strips, the same all through the story. */
  readonly grainNs: number;
  /** A second future that is otherwise from the begin, and what the two are called. */
  readonly beside?: { readonly set: Changes; readonly names: readonly [string, string] };
  /**
   * The first opens the story: what was before its instant is there at once, so that there is something to see, and it goes on while it
   * is read. At every other instant the story stands until it was read. Beyond the last the reader goes on alone.
   */
  readonly captions: readonly [Caption, ...Caption[]];
}

/** How long a sentence stands before the story goes on: by its length, ms. It can still be read while the story does. */
export const readingMs = (text: string): number => 1000 + 40 * text.length;
