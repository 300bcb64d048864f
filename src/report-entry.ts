// `fluxhost/report`: results as tables, as CSV files and as the page of figures. Who simulates only need not load it: it carries the page's
// script, and what is said in tables is a fifth of what a first run would read.

export { renderHtml } from './report/html/render.js';
export type { Reportable } from './report/html/document.js';
export type { Context as ReportContext } from './report/html/figure.js';
export { renderRun } from './report/run-table.js';
export { renderComparison } from './report/compare-table.js';
export { renderSize } from './report/size-table.js';
export { renderSweep, sweepCsv } from './report/sweep-table.js';
export { renderPages } from './report/pages-table.js';
export { renderReserve } from './report/reserve-table.js';
export { overTimeFiles, type CsvFile } from './report/series.js';
export { latencyFiles, type LatencyFile } from './report/hdr.js';
export { renderSuite, suiteCsv } from './report/suite-table.js';
export { renderFront, renderSummary } from './experiments/summary.js';
export { renderExperiment } from './experiments/table.js';
export { renderFleet } from './report/fleet-table.js';
