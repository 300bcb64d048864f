// The figures of an experiment's tables are held against the tables' cells: every number drawn is a cell's, with its interval, under a name
// that no other line has; and every table stands in the report, drawn or not.

import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../src/report/html/document.js';
import type { Figure, ResponsePlot } from '../../../src/report/html/figure.js';
import { quantityOf } from '../../../src/report/html/figures/quantities.js';
import { renderHtml } from '../../../src/report/html/render.js';
import { inMicroseconds, inThousands } from '../../../src/report/html/words.js';
import { columnLine, type TablePicture } from '../../../src/report/claim-numbers.js';
import { PAPER } from './documents.js';

const SCAN = {
  title: 'To the decision',
  head: ['VMs', 'theory', 'mean', 'p99', 'aggregated: mean', 'theory', 'p99', 'change'],
  rows: [
    ['32', '6.8 us', '6.95 ± 0.04 us', '11.8 ± 0.09 us', '5.31 ± 0.04 us', '5.1 us', '10.2 ± 0.09 us', '-3 ± 4 us'],
    ['128', '12.0 us', '12.2 ± 0.18 us', '17.1 ± 0.00 us', '5.35 ± 0.18 us', '5.2 us', '10.3 ± 0.00 us', '3 us'],
  ],
};
const KINDS = {
  title: 'Kinds',
  head: ['mechanism', 'idle', 'p99'],
  rows: [
    ['moving', '34.4 ± 0.4 %', '1 ± 0.5 ms'],
    ['fixed', '3.4 ± 0.4 %', '2 ms'],
  ],
};
/** A column each of one quantity, as experiments declare them. */
const drawn = ({ head, rows }: typeof SCAN): TablePicture => ({
  mark: 'line',
  x: head[0]!,
  panels: [
    {
      title: 'time',
      lines: [2, 1, 3, 4, 5, 6].map((column) =>
        columnLine(NAMES[column]!, column, rows, /theory/.test(head[column]!) ? { theory: true } : {}),
      ),
    },
  ],
  answer: `On average 6.95 us with 32 VMs and 12.2 us with 128.`,
});
const NAMES = ['VMs', 'theory', 'mean', 'p99', 'aggregated: mean', 'aggregated: theory', 'aggregated: p99'];
const PAIRS = {
  title: 'Signals <by> threshold',
  head: ['signal', 'threshold', 'grants'],
  rows: [
    ['average', '2 us', '17195 ± 135'],
    ['average', '5 us', '14852 ± 106'],
  ],
};
const DOTS: TablePicture = {
  mark: 'dot',
  x: 'mechanism',
  panels: [
    { title: 'idle', lines: [columnLine('idle', 1, KINDS.rows)] },
    { title: 'p99', lines: [columnLine('p99', 2, KINDS.rows)] },
  ],
  answer: 'fixed idles less.',
};
const DOCUMENT = {
  ...PAPER,
  tables: [PAIRS, { ...SCAN, picture: drawn(SCAN) }, { ...KINDS, picture: DOTS }],
};

function plotOf(figure: Figure | undefined): ResponsePlot {
  if (figure?.drawing.kind !== 'response') throw new Error('no figure of lines');
  return figure.drawing;
}

const figures = reportOf(DOCUMENT).figures.filter(({ id }) => id.startsWith('table-'));
const scan = plotOf(figures[0]);

describe('figures of an experiment’s tables', () => {
  it('reads a value with half of its interval as one number', () => {
    expect(quantityOf('12.2 ± 0.18 us')).toEqual({ value: 12_200, half: 180, unit: 'ns' });
    expect(quantityOf('34.5 ± 0.5 %')).toEqual({ value: 0.345, half: 0.005, unit: 'share' });
    expect(quantityOf('17,195 ± 135')).toEqual({ value: 17_195, half: 135, unit: 'number' });
    expect(quantityOf('1.79x')).toEqual({ value: 1.79, half: null, unit: 'number' });
    expect(quantityOf('12 ± us')).toBeUndefined();
    expect(quantityOf('-')).toBeUndefined();
  });

  it('draws the cells that its picture names, with their intervals, each under a name of its own', () => {
    const [panel] = scan.panels;
    const columns = [2, 1, 3, 4, 5, 6];
    expect(panel!.lines.map(({ name }) => name)).toEqual(columns.map((column) => NAMES[column]!));
    panel!.lines.forEach(({ points }, i) =>
      points.forEach(({ x, mean, low, high }, r) => {
        const row = SCAN.rows[r]!;
        const cell = row[columns[i]!]!;
        const [value, half] = cell.replace(' us', '').split(' ± ').map(Number) as [number, number?];
        expect(x).toBe(row[0]);
        expect(mean).toBeCloseTo(value * 1000, 6);
        if (half === undefined) expect([low, high]).toEqual([null, null]);
        else
          expect([low! / 1000, high! / 1000].map((one) => one.toFixed(4))).toEqual([
            (value - half).toFixed(4),
            (value + half).toFixed(4),
          ]);
      }),
    );
    expect(scan.cloud).toBe(false);
  });

  it('takes the question of a table, and makes one of a title that holds colons', () => {
    const [asked] = reportOf({
      ...DOCUMENT,
      tables: [{ ...SCAN, picture: drawn(SCAN), question: 'How long?' }],
    }).figures.slice(-1);
    expect(asked!.question).toBe('How long?');
    const [made] = reportOf({
      ...DOCUMENT,
      tables: [{ ...SCAN, picture: drawn(SCAN), title: 'Scan: by VMs' }],
    }).figures.slice(-1);
    expect(made!.question).toBe('What comes out of “Scan: by VMs”?');
  });

  it('draws rows as points in two dimensions, those of one joined, and the front through those marked best', () => {
    const front = {
      title: 'Front',
      points: { of: 0, x: 1, y: 2, best: 3 },
      head: ['policy', 'GiB s', 'cold', 'on the front'],
      rows: [
        ['lru', '50.5', '12 %', 'yes'],
        ['lru', '10', '40 %', 'no'],
        ['gd', '20', '30 %', 'yes'],
        ['gd', '60', '20 %', 'no'],
      ],
    };
    const figure = reportOf({ ...DOCUMENT, tables: [front] }).figures.at(-1)!;
    const drawn = (figure.drawing as ResponsePlot).panels[0]!.lines;
    expect(drawn.map(({ name, points }) => [name, ...points.map(({ x, mean }) => [x, mean])])).toEqual([
      ['front', [20, 0.3], [50.5, 0.12]],
      ['lru', [10, 0.4], [50.5, 0.12]],
      ['gd', [20, 0.3], [60, 0.2]],
    ]);
    expect(figure.answer).toBe('Along the front: 30 % at 20 (gd) to 12 % at 50.5 (lru).');
    expect(figure.table.rows).toEqual(front.rows);
  });

  it('dashes what a theory says, and nothing that was measured', () => {
    const { lines } = scan.panels[0]!;
    expect(lines.filter(({ hue }) => hue.dash !== '').map(({ name }) => name)).toEqual([
      'theory',
      'aggregated: theory',
    ]);
    expect(lines[4]!.hue.colour).toBe(lines[3]!.hue.colour);
    expect(new Set(lines.filter(({ hue }) => hue.dash === '').map(({ hue }) => hue.colour)).size).toBe(4);
  });

  it('answers in its own sentence, and says what it leaves to the table', () => {
    expect(figures[0]!.answer).toBe('On average 6.95 µs with 32 VMs and 12.2 µs with 128.');
    expect(figures[0]!.caption).toContain('In the table only: change.');
    expect(figures[0]!.table.head).toContain('aggregated: p99');
  });

  it('draws rows of words as points with bars, a panel a unit', () => {
    const plot = plotOf(figures[1]);
    expect(plot.cloud).toBe(true);
    expect(plot.panels.map(({ unit, title }) => [unit, title])).toEqual([
      ['share', 'idle'],
      ['ns', 'p99'],
    ]);
    expect(plot.panels[1]!.lines[0]!.points.map(({ low, high }) => [low, high])).toEqual([
      [500_000, 1_500_000],
      [null, null],
    ]);
  });

  it('draws points of which neither is better as places: no line, no front, and how many fall on one', () => {
    const places = {
      title: 'Where do they lie?',
      points: { of: 0, x: 1, y: 2, best: null },
      head: ['system', 'nines', 'row'],
      rows: [
        ['cores', '9', '3'],
        ['cores', '0', '8'],
        ['nexus', '9', '3'],
      ],
    };
    const figure = reportOf({ ...DOCUMENT, tables: [places] }).figures.at(-1)!;
    expect(figure.answer).toBe(
      '3 points: nines from 0 to 9, row from 3 to 8; 2 of them at nines 9 and row 3, the most in one place.',
    );
    expect(figure.caption).not.toMatch(/front|better|joined/);
    const drawing = figure.drawing as ResponsePlot;
    expect([drawing.cloud, drawing.front]).toEqual([true, undefined]);
    expect(drawing.panels[0]!.lines.map(({ name, points }) => [name, points.length])).toEqual([
      ['cores', 2],
      ['nexus', 1],
    ]);
  });

  it('draws points of which none says that they are best, with the front that they make', () => {
    const front = {
      title: 'Front',
      points: { of: 0, x: 2, y: 1 },
      head: ['signal', 'delay', 'core time'],
      rows: [
        ['oldest', '16.2 ± 0.1 us', '35.5 %'],
        ['average', '22.3 us', '36.0 %'],
        ['oldest', '61.9 us', '20.9 %'],
      ],
    };
    const figure = reportOf({ ...DOCUMENT, tables: [front] }).figures.at(-1)!;
    const { panels, xUnit } = figure.drawing as ResponsePlot;
    expect(panels[0]!.lines[0]!.points.map(({ x, mean }) => [x, mean])).toEqual([
      [0.209, 61_900],
      [0.355, 16_200],
    ]);
    expect(xUnit).toBe('share');
  });

  it('makes no picture of columns that nobody has chosen', () => {
    expect(reportOf({ ...DOCUMENT, tables: [SCAN] }).figures.filter(({ id }) => id.startsWith('table-'))).toEqual([]);
  });

  it('has every table in the page: drawn, or folded under its title', () => {
    const report = reportOf(DOCUMENT);
    const pairs = { title: PAIRS.title, table: { head: PAIRS.head, rows: PAIRS.rows } };
    expect(report.tables!.slice(1)).toEqual(inThousands(inMicroseconds([pairs])));
    const html = renderHtml(DOCUMENT, { command: 'fluxhost reproduce paper' });
    for (const { rows } of DOCUMENT.tables)
      for (const cell of rows.flat()) expect(html).toContain(`>${inThousands(inMicroseconds(cell))}</t`);
    expect(html).toContain('<h2>Signals &lt;by&gt; threshold</h2><details class="table">');
    expect(html).toContain('<td data-column="ours">');
  });
});
