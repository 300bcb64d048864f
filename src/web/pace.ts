// How time passes on the page.

import type { Ask } from './protocol.js';

/** Columns a second: each is one pixel of a strip. */
const COLUMNS_A_SECOND = 60;
/** Columns of a run that goes to its end as fast as it can. */
const COLUMNS_TO_END = 600;
/** For the worker's answer while the page plays; a frame at 60 Hz has 16.7 ms. */
const BUDGET_MS = 13;
/** Columns between two points of the latencies of a run that goes to its end. */
const COLUMNS_A_POINT = 6;
/** Of a frame, for what goes to its end, ms. */
export const RUSH_MS = 40;
/** Between two points of the latencies. */
const POINT_MS = 150;

/** Simulated time between two columns at a speed. */
export const columnOf = (speedNs: number): number => Math.max(1, Math.round(speedNs / COLUMNS_A_SECOND));

/** On the way to the end. */
export const columnToEnd = (endNs: number): number => Math.max(1, Math.round(endNs / COLUMNS_TO_END));

/** Where the next point is, on the way to the end. */
const pointToEnd = (nowNs: number, endNs: number): number =>
  Math.min(endNs, Math.floor(nowNs) + COLUMNS_A_POINT * columnToEnd(endNs));

/** One event, or one microsecond in columns of a tenth. */
export const stepOf = (what: 'event' | 'microsecond', nowNs: number): Extract<Ask, { ask: 'step' | 'advance' }> =>
  what === 'event'
    ? { ask: 'step' }
    : { ask: 'advance', toNs: Math.floor(nowNs) + 1000, columnNs: 100, budgetMs: 1000, point: false };

/** Of what runs, and where it has to stop. */
interface Run {
  readonly nowNs: number;
  readonly endNs: number;
  readonly stopNs: number;
  readonly columnNs: number;
  /** As fast as this machine can: to the end, or to a story's first instant. */
  readonly rush: 'end' | 'opening' | undefined;
}

const RUSHING_BUDGET_MS = 50;

/** What the clock on the wall makes due, and which question asks for it. */
export class Pace {
  private lastFrame = 0;
  private lastPoint = 0;
  private owedNs = 0;
  /** On the clock on the wall, since it was set to 0. */
  computedMs = 0;

  begin(): void {
    this.owedNs = this.computedMs = 0;
  }

  /** A frame came; where it plays, simulated time is owed, no more of it than a slow machine makes up for. */
  frame(now: number, speedNs: number | undefined): void {
    const elapsed = Math.min(100, now - this.lastFrame);
    this.lastFrame = now;
    if (speedNs !== undefined) this.owedNs = Math.min(this.owedNs + (elapsed / 1000) * speedNs, speedNs / 4);
  }

  /** The next question, where a column is due. */
  next(now: number, { nowNs, endNs, stopNs, columnNs, rush }: Run): Extract<Ask, { ask: 'advance' }> | undefined {
    const rushNs = rush === 'end' ? pointToEnd(nowNs, endNs) : endNs;
    const toNs = Math.min(stopNs, rush === undefined ? Math.floor(nowNs + this.owedNs) : rushNs);
    const stops = toNs >= Math.min(endNs, stopNs);
    if (toNs - nowNs < columnNs && !stops && rush === undefined) return undefined;
    const point = stops || rush === 'end' || now - this.lastPoint >= POINT_MS;
    if (point) this.lastPoint = now;
    const whole = rush !== undefined || stops ? toNs : nowNs + Math.floor((toNs - nowNs) / columnNs) * columnNs;
    const budgetMs = rush === undefined ? BUDGET_MS : RUSHING_BUDGET_MS;
    return { ask: 'advance', toNs: whole, columnNs, budgetMs, point };
  }

  /** So much simulated time was computed in so much of the clock on the wall. */
  passed(ns: number, ms: number): void {
    this.owedNs = Math.max(0, this.owedNs - ns);
    this.computedMs += ms;
  }
}
