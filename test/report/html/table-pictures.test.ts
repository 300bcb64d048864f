// A table's declared picture: the cells it names and no other, mechanisms in their own hues, and an answer to its question.

import { describe, expect, it } from 'vitest';
import { columnLine, type TablePicture } from '../../../src/report/claim-numbers.js';
import { byBudgetPicture } from '../../../src/experiments/provisioning/pictures.js';
import { plansPicture } from '../../../src/experiments/vmem/pictures.js';
import { partLook } from '../../../src/report/html/words.js';
import {
  arbiterPicture,
  hotplugPicture,
  stabilityPicture,
  tailsPicture,
  taskSizePicture,
} from '../../../src/experiments/hyperflux/pictures.js';
import { alike } from '../../../src/report/html/page/ticks.js';
import type { Figure, ResponsePlot } from '../../../src/report/html/figure.js';
import { experimentFigures } from '../../../src/report/html/figures/claims.js';
import { PAPER } from './documents.js';

const BURSTS = [
  ['hyperflux', '64.0 ± 0.95 us', '64.7 ± 0.45 us'],
  ['cgroup, period 100 ms', '47.2 ± 0.78 us', '128863 ± 1447 us'],
  ['hotplug, 5 ms', '6482 ± 135 us', '7811 ± 292 us'],
  ['hotplug, 100 ms', '13755 ± 463 us', '125757 ± 616 us'],
  ['static', '15054 ± 438 us', '148098 ± 1499 us'],
];

function figureOf(head: readonly string[], rows: readonly (readonly string[])[], picture: TablePicture): Figure {
  const [figure] = experimentFigures({ ...PAPER, tables: [{ title: 'T', question: 'Which?', head, rows, picture }] });
  return figure!;
}

const linesOf = ({ drawing }: Figure): ResponsePlot['panels'][number]['lines'] =>
  (drawing as ResponsePlot).panels.flatMap(({ lines }) => lines);

describe('the picture of a table', () => {
  it('has a point for each burst of each mechanism, in the hue that the mechanism has everywhere', () => {
    const figure = figureOf(['mechanism', 'bursts of 10 ms', 'bursts of 100 ms'], BURSTS, stabilityPicture(BURSTS));
    expect(linesOf(figure).map(({ name, hue }) => [name, hue.colour])).toEqual([
      ['hyperflux', 'var(--m-hyperflux)'],
      ['cgroup, period 100 ms', 'var(--m-cgroup)'],
      ['hotplug, 5 ms', 'var(--m-hotplug)'],
      ['hotplug, 100 ms', 'var(--m-hotplug)'],
      ['static', 'var(--m-static)'],
    ]);
    const [five, hundred] = linesOf(figure).filter(({ name }) => name.startsWith('hotplug'));
    expect(five!.hue.dash).not.toBe(hundred!.hue.dash);
    expect(linesOf(figure)[1]!.points.map(({ x, mean, low }) => [x, mean, low])).toEqual([
      ['10 ms', 47_200, 46_420],
      ['100 ms', 128_863_000, 127_416_000],
    ]);
    expect(figure.answer).toBe(
      'That of hyperflux: 64.0 µs in short bursts, 64.7 µs in long ones. ' +
        'cgroup, period 100 ms has the shorter one in short bursts only, 47.2 µs against 129 ms in long ones.',
    );
    expect(figure.caption).toContain('95 % intervals over the seeds');
  });

  it('answers of every mechanism, and says where one is passed', () => {
    const rows = [
      ['0.5', '47.8 ± 1.87 us', '62.7 ± 1.61 us', '0.76 ± 0.02'],
      ['0.8', '76.6 ± 19.0 us', '62.7 ± 1.79 us', '1.22 ± 0.30'],
      ['3', '4555 ± 3134 us', '69.9 ± 2.43 us', '64.5 ± 42.0'],
    ];
    const figure = figureOf(['peak', 'static p99', 'hyperflux p99', 'ratio'], rows, tailsPicture(rows));
    expect(figure.answer).toBe(
      'Under hyperflux p99 stays between 62.7 µs and 69.9 µs; ' +
        'that of static is longer, beyond its interval, from bursts of 3 of what is pinned on, 4.55 ms at 3.',
    );
    expect(linesOf(figure).map(({ hue }) => hue.colour)).toEqual(['var(--m-static)', 'var(--m-hyperflux)']);
    expect(figure.caption).toContain('In the table only: ratio.');
    expect(tailsPicture(rows.slice(0, 1)).answer).toContain('that of static is nowhere longer beyond its interval');
  });

  it('dashes a theory in the hue of what it is of', () => {
    const rows = [
      ['32', '6.95 us', '6.8 us', '11 us', '5.31 us', '5.1 us', '10 us'],
      ['64', '9 us', '9 us', '12 us', '5.4 us', '5.2 us', '10 us'],
    ];
    const lines = linesOf(figureOf(['VMs', 'a', 'b', 'c', 'd', 'e', 'f'], rows, arbiterPicture(rows)));
    expect(lines[1]!.hue).toEqual({ colour: lines[0]!.hue.colour, dash: '6 4' });
    expect(lines[3]!.hue).toEqual({ colour: lines[2]!.hue.colour, dash: '6 4' });
    expect(lines[2]!.hue.colour).not.toBe(lines[0]!.hue.colour);
  });

  it('draws lines that lie on each other as one, with all their names', () => {
    const rows = [
      ['0', '1', '2', '2'],
      ['9', '3', '4', '4'],
    ];
    const drawn = ['a', 'b', 'c'].map((name, i) => columnLine(name, i + 1, rows));
    const picture: TablePicture = { mark: 'line', x: 'x', panels: [{ title: 'times', lines: drawn }], answer: '4.' };
    const figure = figureOf(['x', 'a', 'b', 'c'], rows, picture);
    expect(linesOf(figure).map(({ name, points }) => [name, points.map(({ mean }) => mean)])).toEqual([
      ['a', [1, 3]],
      ['b, c', [2, 4]],
    ]);
    // one that differs at a point stands alone
    const apart = [rows[0]!, ['9', '3', '4', '4.5']];
    expect(linesOf(figureOf(['x', 'a', 'b', 'c'], apart, picture)).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('has panels of policies by what they decide, to one scale, with lru in all of them', () => {
    const rows = ['fixed-60s', 'lru', 'gd', 'hist-dslab', 'pool-1'].map((name, i) => [name, `${i + 1} %`, `${i} %`]);
    const picture = byBudgetPicture('cold starts')(['policy', '10 GiB', 'no budget'], rows);
    expect(picture.panels.map(({ title, lines }) => [title, lines.map(({ name }) => name)])).toEqual([
      ['cold starts: for a time', ['fixed-60s', 'lru']],
      ['cold starts: until evicted', ['lru', 'gd']],
      ['cold starts: histograms', ['hist-dslab', 'lru']],
      ['cold starts: pool', ['pool-1', 'lru']],
    ]);
    expect(alike(picture.panels, 'cold starts: pool')).toHaveLength(4);
    expect(alike([{ title: 'p99' }, { title: 'p50' }], 'p99')).toHaveLength(1);
  });

  it('keeps one hue for a name, and for a manager, through all figures of a report', () => {
    const rows = [
      ['1', '1 us', '2 us'],
      ['2', '3 us', '4 us'],
    ];
    const line = (name: string, column: number, mechanism?: string) =>
      columnLine(name, column, rows, mechanism === undefined ? {} : { mechanism });
    const table = (title: string, drawn: TablePicture['panels'][number]['lines']) => ({
      ...{ title, head: ['x', 'a', 'b'], rows },
      picture: { mark: 'line' as const, x: 'x', panels: [{ title: 'time', lines: drawn }], answer: '1 us.' },
    });
    const tables = [
      table('first', [line('alone', 1), line('lru', 2)]),
      table('second', [line('lru', 1), line('fifo', 2)]),
      table('third', [line('vmem', 1, 'vmem'), line('hugetlb, 50 %', 2, 'hugetlb: 50 %')]),
      table('fourth', [line('hugetlb', 1, 'hugetlb'), line('vmem, zeroed before', 2, 'vmem: zeroed before')]),
    ];
    const [first, second, third, fourth] = experimentFigures({ ...PAPER, tables }).map(
      (figure) => new Map(linesOf(figure).map(({ name, hue }) => [name, hue])),
    );
    expect(first!.get('lru')).toEqual(second!.get('lru'));
    expect(new Set([...first!.values(), second!.get('fifo')].map((hue) => hue!.colour)).size).toBeGreaterThan(1);
    for (const figure of [first!, second!])
      expect(new Set([...figure.values()].map(({ colour }) => colour)).size).toBe(2);
    expect(third!.get('hugetlb, 50 %')!.colour).toBe(fourth!.get('hugetlb')!.colour);
    expect(third!.get('vmem')!.colour).toBe(fourth!.get('vmem, zeroed before')!.colour);
    expect(third!.get('vmem')!.colour).not.toBe(third!.get('hugetlb, 50 %')!.colour);
  });

  it('stacks the parts of a whole, in the looks that they have in the report of a server', () => {
    const rows = [
      ['vmem', '381.96', '0.03', '0.0030', '0.00', '99.47 %'],
      ['thp', '372.16', '6.00', '0.0000', '3.84', '96.92 %'],
    ];
    const head = ['manager', 'sellable', 'page descriptors', 'tables', 'headroom', 'share'];
    const { drawing, caption } = figureOf(head, rows, plansPicture(rows));
    if (drawing.kind !== 'stack') throw new Error('no bars');
    expect(drawing.rows.map(({ name, parts }) => [name, ...parts.map(({ seconds }) => seconds)])).toEqual([
      ['vmem', 0.03, 0.003, 0],
      ['thp', 6, 0, 3.84],
    ]);
    expect(drawing.rows[0]!.parts.map(({ name }) => name)).toEqual(['page descriptors', 'tables', 'headroom']);
    expect(drawing.rows[0]!.parts[0]).toMatchObject(partLook('page descriptors', 7));
    expect(caption).toContain('each bar is the sum of its parts');
  });

  it('says from which size and which plug on a mechanism pays', () => {
    const sizes = [
      ['1 us', '5.30 us', '30.8 us', '5.82 ± 0.39'],
      ['2 us', '10.0 us', '9 us', '0.9'],
    ];
    expect(taskSizePicture(sizes).answer).toMatch(/^At 2 us: /);
    expect(taskSizePicture(sizes.slice(0, 1)).answer).toMatch(/^At none of these sizes: /);
    const plugs = [
      ['13us', '49.9 us'],
      ['1ms', '1883 ± 544 us'],
      ['never plugged', '48022 us'],
      ['hyperflux', '68.6 us'],
    ];
    expect(hotplugPicture(plugs).answer).toBe(
      'Up to 13us it keeps p99 near that of hyperflux (68.6 us); at 1ms p99 is 1.88 ms; never plugged: 48.0 ms.',
    );
    expect(linesOf(figureOf(['plug', 'p99'], plugs, hotplugPicture(plugs))).map(({ points }) => points.length)).toEqual(
      [2, 1, 1],
    );
  });
});
