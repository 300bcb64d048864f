// How time passes on the page.

/** Columns a second: each is one pixel of a strip. */
const COLUMNS_A_SECOND = 60;
/** Columns of a run that goes to its end as fast as it can. */
const COLUMNS_TO_END = 600;
/** For the worker's answer while the page plays; a frame at 60 Hz has 16.7 ms. */
export const BUDGET_MS = 13;
/** Between two points of the latencies. */
export const POINT_MS = 150;

/** Simulated time between two columns at a speed, or on the way to the end. */
export const columnOf = (speedNs: number, endNs?: number): number =>
  Math.max(1, Math.round(endNs === undefined ? speedNs / COLUMNS_A_SECOND : endNs / COLUMNS_TO_END));
