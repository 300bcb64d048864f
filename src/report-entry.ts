// `fluxhost/report`: the page of figures. It carries the page's script, which who simulates only need not load.

export { renderHtml } from './report/html/render.js';
export type { Reportable } from './report/html/document.js';
export type { Context as ReportContext } from './report/html/figure.js';
