// How time passes on the page.

import type { Ask } from './protocol.js';

/** Columns a second: each is one pixel of a strip. */
const COLUMNS_A_SECOND = 60;
/** Columns of a run that goes to its end as fast as it can. */
const COLUMNS_TO_END = 600;
/** For the worker's answer while the page plays; a frame at 60 Hz has 16.7 ms. */
export const BUDGET_MS = 13;
/** Columns between two points of the latencies of a run that goes to its end. */
const COLUMNS_A_POINT = 6;
/** Of a frame, for what goes to its end, ms. */
export const RUSH_MS = 40;
/** Between two points of the latencies. */
export const POINT_MS = 150;

/** Simulated time between two columns at a speed. */
export const columnOf = (speedNs: number): number => Math.max(1, Math.round(speedNs / COLUMNS_A_SECOND));

/** On the way to the end. */
export const columnToEnd = (endNs: number): number => Math.max(1, Math.round(endNs / COLUMNS_TO_END));

/** Where the next point is, on the way to the end. */
export const pointToEnd = (nowNs: number, endNs: number): number =>
  Math.min(endNs, Math.floor(nowNs) + COLUMNS_A_POINT * columnToEnd(endNs));

/** One event, or one microsecond in columns of a tenth. */
export const stepOf = (what: 'event' | 'microsecond', nowNs: number): Extract<Ask, { ask: 'step' | 'advance' }> =>
  what === 'event'
    ? { ask: 'step' }
    : { ask: 'advance', toNs: Math.floor(nowNs) + 1000, columnNs: 100, budgetMs: 1000, point: false };
