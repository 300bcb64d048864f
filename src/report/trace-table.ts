// What `fluxhost trace` found, as text.

import type { ArrivalFigures } from '../traces/arrivals.js';
import type { InspectedColumn, Inspection } from '../traces/inspect.js';
import type { PageFigures } from '../traces/page-requests.js';
import type { Sampled } from '../traces/sample.js';
import type { SpreadFigures } from '../traces/spread.js';
import { type Look, paint, renderTable, wrap } from './table.js';
import { formatCount, formatRate, formatShare, formatWait, groupThousands } from './units.js';

const WIDTH = 104;

const indented = (text: string, by = '  '): string =>
  wrap(text, WIDTH)
    .split('\n')
    .map((line, i) => `${i === 0 ? by : `${by}  `}${line}\n`)
    .join('');

const plain = (value: number | undefined): string =>
  value === undefined ? '-' : Number.isInteger(value) ? groupThousands(value) : String(Number(value.toPrecision(6)));

/** In table and line the same units: 9.66 h, not 34772 s. */
const durationNs = (ns: number): string => formatWait(ns / 1e9);

function columnRow(rows: number, column: InspectedColumn): string[] {
  const { name, meaning, unit, empty, numbers, distinct, distinctAtLeast, min, max } = column;
  // a hash of digits is a number now and then
  const range = numbers * 2 <= rows - empty ? '-' : `${plain(min)} to ${plain(max)}`;
  const count = `${distinctAtLeast === true ? '>= ' : ''}${formatCount(distinct)}`;
  return [name, unit ?? '-', range, count, formatCount(empty), meaning ?? '-'];
}

const spreadRow = (name: string, spread: SpreadFigures | undefined, format: (value: number) => string): string[][] =>
  spread === undefined
    ? []
    : [
        [
          name,
          ...[spread.min, spread.p50, spread.p90, spread.p99, spread.max, spread.mean].map(format),
          spread.cv.toFixed(2),
        ],
      ];

const SPREAD_HEAD = ['', 'min', 'p50', 'p90', 'p99', 'max', 'mean', 'cv'];

const seconds = (ns: number): string => formatWait(ns / 1e9);

function arrivalsText(figures: ArrivalFigures, backwards: number, windowNs: number, look: Look): string {
  const { arrivals, spanNs, perSecond, betweenNs, serviceNs, sameInstant, silences, gaps } = figures;
  const order =
    backwards === 0
      ? 'rows are in the order of arrival'
      : `${formatCount(backwards)} rows lie before one above them, by ${seconds(windowNs)} at most`;
  const told = silences.map(({ fromNs, ns }) => `${seconds(ns)} from ${seconds(fromNs)} on`).join(', ');
  return (
    `\n${formatCount(arrivals)} arrivals in ${seconds(spanNs)}, ${formatRate(perSecond)}; ${order}\n` +
    renderTable(
      [
        SPREAD_HEAD,
        ...spreadRow('between arrivals', betweenNs, durationNs),
        ...spreadRow('duration', serviceNs, durationNs),
      ],
      { look },
    ) +
    `same instant as the one before: ${formatCount(sameInstant)}; longest silences: ${told === '' ? 'none' : told}\n` +
    (gaps === 0 ? '' : `${formatCount(gaps)} of them are gaps: longer than ten times the p99.9\n`)
  );
}

function pagesText(figures: PageFigures, look: Look): string {
  const { requests, distinctPages, writes, topPercentShare, onceShare, requestsPerPage } = figures;
  return (
    `\n${formatCount(requests)} accesses of ${formatCount(distinctPages)} pages, ${formatShare(requests === 0 ? 0 : writes / requests)} of them writes\n` +
    renderTable(
      [SPREAD_HEAD, ...spreadRow('accesses of a page', requestsPerPage, (value) => plain(Number(value.toFixed(1))))],
      {
        look,
      },
    ) +
    `the most popular 1 % of the pages have ${formatShare(topPercentShare)} of the accesses; ${formatShare(onceShare)} of the pages are asked for once\n`
  );
}

const HOW = {
  content: 'by its content',
  columns: 'by its columns: another part or version of it, or a file with the same columns',
  cells: 'by the cells of its first row: it has no header',
  format: '',
  unknown: '',
} as const;

export function renderInspection(found: Inspection, look: Look): string {
  const { recognised, columns, rows = 0, repeatedRows = 0, order, arrivals, pages, reader, misread, use } = found;
  const parts = [
    `${paint(found.file, 'strong', look)}: ${found.kind}, ${formatCount(found.bytes)} bytes unpacked\nsha256 ${found.sha256}\n`,
  ];
  if (recognised.title === undefined) {
    parts.push(
      recognised.by === 'format'
        ? 'no public file that is known here, but a format\n'
        : 'no public file that is known here\n',
    );
  } else {
    const part = recognised.part === undefined ? '' : `, ${recognised.part}`;
    parts.push(
      `${recognised.title} (${recognised.dataset}${part}), known ${HOW[recognised.by]}\n` +
        `source ${recognised.source}; licence ${recognised.licence}\ncite ${recognised.cite}\n`,
    );
  }
  if (columns !== undefined) {
    const head = ['column', 'unit', 'range', 'distinct', 'empty', 'meaning'];
    const align = ['left', 'left', 'right', 'right', 'right', 'left'] as const;
    const repeats =
      repeatedRows === 0 ? 'no row twice' : `${formatCount(repeatedRows)} rows that an earlier one equals`;
    parts.push(`\n${formatCount(rows)} rows, ${repeats}\n`);
    parts.push(
      renderTable([head, ...columns.map((column) => columnRow(rows, column))], { look, align, maxCellColumns: 90 }),
    );
  }
  for (const note of found.notes) parts.push(`note: ${note}\n`);
  if (arrivals !== undefined && order !== undefined)
    parts.push(arrivalsText(arrivals, order.backwards, order.windowNs, look));
  if (pages !== undefined) parts.push(pagesText(pages, look));
  if (reader !== undefined) {
    const notes = reader.notes.length === 0 ? 'nothing to note' : reader.notes.join('; ');
    parts.push(`\nread as ${reader.format}: ${notes}\n`);
  }
  if (misread.length > 0)
    parts.push(`\nhow it is misread\n${misread.map(({ what, source }) => indented(`${what} (${source})`)).join('')}`);
  if (use.length > 0)
    parts.push(
      `\nwhat reads it\n${use.map((line) => `  ${line.replaceAll(/\bFILE\b/g, () => found.file)}\n`).join('')}`,
    );
  return parts.join('');
}

const signed = (share: number): string => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;

/** `pages`: rows are accesses, and functions pages. */
export function renderSampled(
  { file, out, rows, functions, share, seed, errors }: Sampled & { readonly file: string; readonly out?: string },
  pages: boolean,
  look: Look,
): string {
  const of =
    functions === undefined
      ? ''
      : ` of ${formatCount(functions.kept)} of ${formatCount(functions.of)} ${pages ? 'pages' : 'functions'}`;
  const named: [string, string][] = [];
  const distance = (name: string, value: number | undefined): void => {
    if (value !== undefined) named.push([name, value.toFixed(3)]);
  };
  named.push(['rate, against its share', signed(errors.rate)]);
  if (errors.meanDuration !== undefined) named.push(['mean duration', signed(errors.meanDuration)]);
  if (errors.writeShare !== undefined) named.push(['share of writes, difference', signed(errors.writeShare)]);
  distance('durations, distance', errors.duration);
  distance('times between arrivals over their mean, distance', errors.between);
  distance(pages ? 'accesses a page, distance' : 'arrivals a function, distance', errors.popularity);
  distance('calls a minute over their mean, distance', errors.minutes);
  for (const [name, value] of Object.entries(errors.columns ?? {})) distance(`${name}, distance`, value);
  const what = `${formatCount(rows.kept)} of ${formatCount(rows.of)} ${pages ? 'accesses' : 'rows'}${of}`;
  return (
    `${paint(out ?? file, 'strong', look)}: ${what}, a share of ${formatShare(share)} asked for, seed ${seed}\n` +
    renderTable([['error', ''], ...named], { look, maxCellColumns: 60 })
  );
}
