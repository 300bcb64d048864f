// What Taiji's and Vmem's tables declare as their pictures: which cells, and an answer that is about the question.

import { describe, expect, it } from 'vitest';
import { cliffPicture, latenciesPicture, tailPicture, unitsPicture } from '../../src/experiments/taiji/pictures.js';
import {
  bootPicture,
  networkPicture,
  plansPicture,
  soldPicture,
  upgradePicture,
} from '../../src/experiments/vmem/pictures.js';
import { swapInCurve } from '../../src/experiments/taiji/curves.js';
import type { TablePicture } from '../../src/report/claim-numbers.js';

const linesOf = ({ panels }: TablePicture): TablePicture['panels'][number]['lines'] =>
  panels.flatMap(({ lines }) => lines);

/** The cells of each line, by its name. */
const cellsOf = (picture: TablePicture, rows: readonly (readonly string[])[]): Record<string, string[]> =>
  Object.fromEntries(
    linesOf(picture).map(({ name, points }) => [name, points.map(({ row, column }) => rows[row]![column]!)]),
  );

describe("Taiji's pictures", () => {
  it('finds the cliff where most is lost from one share to the next', () => {
    const rows = [
      ['nothing out', '-', '158,937', '-', '-', '-', '-', '-'],
      ['50 %', '14.71 %', '157,027', '1.2 %', '12.5 us', '16.7 us', '22.6 %', '0'],
      ['40 %', '28.40 %', '155,230', '2.3 %', '14.4 us', '17.2 us', '39.3 %', '0'],
      ['30 %', '37.08 %', '120,122', '24.4 %', '271 us', '280 us', '39.5 %', '44,180'],
    ];
    const picture = cliffPicture(rows);
    expect(picture.answer).toBe(
      'Between 40 % and 30 %: the throughput lost goes from 2.3 % to 24.4 %, p99 of a swap-in from 17.2 us to 280 us.',
    );
    expect(cellsOf(picture, rows)['throughput lost']).toEqual(['1.2 %', '2.3 %', '24.4 %']);
  });

  it('answers how long a swap-in takes in time, against the claimed 10 us', () => {
    const rows = [
      ['zero pages', '4,652', '1.89 us', '1.89 us', '1.89 us', '100.0 %'],
      ['zstd, x86', '6,696', '6.64 us', '10.1 us', '14.9 us', '89.6 %'],
    ];
    const picture = latenciesPicture(rows);
    expect(picture.answer).toBe(
      'Nine of ten take at most 10 us with zero pages (p90 1.89 us). They take longer with zstd, x86 (p90 10.1 us).',
    );
    expect(picture).toMatchObject({ mark: 'tail', objective: { ns: 10_000, share: 0.1 } });
    expect(cellsOf(picture, rows)['zstd, x86']).toEqual(['6.64 us', '10.1 us', '14.9 us']);
  });

  it('has the whole distribution of a run, over all of its backends', () => {
    const upTo = Array.from({ length: 12 }, (_, i) => 1000 * (i + 1));
    const backend = (count: number) => ({ swapInNs: { histogram: { upTo, count: upTo.map(() => count) } } });
    const run = (backends: object) => ({ command: '', document: { memory: { backends } } });
    const curve = swapInCurve(run({ lz4: backend(1), zstd: backend(3) }));
    expect(curve.map(([ns]) => ns)).toEqual(upTo.slice(0, -1)); // nothing takes longer than the greatest
    expect(curve[5]).toEqual([6000, 0.5]);
    const rows = [['lz4', '48', '6 us', '11 us', '12 us', '80 %']];
    expect(linesOf(latenciesPicture(rows, [curve]))[0]!.curve).toEqual(curve);
    // all in one bucket: its quantiles say as much
    expect(swapInCurve(run({ zero: { swapInNs: { histogram: { upTo: [1890], count: [7] } } } }))).toEqual([]);
  });

  it('joins the units of one kind of core, its identity dashed', () => {
    const rows = [
      ['4 KiB, x86', '1', '1.71 us', '2.97 us', '3.88 us', '100 %'],
      ['4 KiB, A72', '1', '9.42 us', '10.5 us', '13.9 us', '40.5 %'],
      ['16 KiB, x86', '1', '6.83 us', '8.08 us', '8.99 us', '98.4 %'],
      ['16 KiB, A72', '1', '37.7 us', '38.8 us', '42.1 us', '0.0 %'],
    ];
    const picture = unitsPicture(rows);
    expect(cellsOf(picture, rows)).toEqual({
      x86: ['3.88 us', '8.99 us'],
      'x86, identity': ['1.71 us', '6.83 us'],
      A72: ['13.9 us', '42.1 us'],
      'A72, identity': ['9.42 us', '37.7 us'],
    });
    expect(linesOf(picture).map(({ theory }) => theory === true)).toEqual([false, true, false, true]);
    expect(picture.answer).toContain('on A72 from 13.9 us (4 KiB) to 42.1 us (16 KiB)');
  });

  it('says with how many workers touches reclaim by themselves', () => {
    const rows = [
      ['1', 'default', '1.10 ms', '1.13 ms', '1.15 ms', '1.16 ms', '11,044'],
      ['4', '0.06, 0.04, 0.002', '5 us', '13 us', '17 us', '18 us', '0'],
    ];
    expect(tailPicture(rows).answer).toBe(
      'Touches have to reclaim by themselves with 1 worker (p99.9 1.16 ms). None has to with 4 workers, watermark 0.06 (p99.9 18 us).',
    );
  });
});

describe("Vmem's pictures", () => {
  it('puts the boots over the threads that zero, a line a manager', () => {
    const rows = [
      ['hugetlb, zeroed by 1 thread', '52.8 s'],
      ['hugetlb, zeroed by 16 threads', '10.0 s'],
      ['thp, zeroed by 1 thread', '62.5 s'],
      ['vmem: pin gone, mapped by extent', '47.6 s'],
      ['vmem: and zeroed by 16 threads', '4.7 s'],
      ['vmem: and zeroed before', '1.0 s'],
    ];
    const picture = bootPicture(rows);
    expect(cellsOf(picture, rows)).toEqual({
      hugetlb: ['52.8 s', '10.0 s'],
      thp: ['62.5 s'],
      vmem: ['47.6 s', '4.7 s'],
      'vmem, zeroed before': ['1.0 s'],
    });
    expect(linesOf(picture).flatMap(({ points }) => points.map(({ x }) => x))).toEqual([
      '1',
      '16',
      '1',
      '1',
      '16',
      'none',
    ]);
    expect(picture.answer).toContain('with 16 10.0 s and 4.7 s. With memory zeroed before it takes 1.0 s.');
  });

  it('answers what is sold by what is asked for, and what cannot be', () => {
    const head = ['asked for', 'vmem', 'hugetlb, 0 %', 'hugetlb, 50 %'];
    const rows = [
      ['72 %', '64.8 %', '64.5 %', '64.2 %'],
      ['271 %', '94.5 %', '92.9 %', '91.4 %'],
    ];
    expect(soldPicture(head, rows).answer).toBe(
      'Where 271 % of it is asked for, 94.5 % is sold under vmem and 91.4 % to 92.9 % under hugetlb, by how its pools are split; ' +
        'where 72 % is asked for, 64.8 % under vmem.',
    );
    const plans = [
      ['vmem', '381.96', '0.03', '0.0030', '0.00', '99.47 %'],
      ['thp', '372.16', '6.00', '0.0000', '3.84', '96.92 %'],
    ];
    expect(plansPicture(plans).answer).toContain('381.96 GiB (99.47 %) under vmem, 372.16 GiB (96.92 %) under thp');
    expect(cellsOf(plansPicture(plans), plans)['page descriptors']).toEqual(['0.03', '6.00']);
  });

  it('finds where larger mappings buy most, and draws one line of those that gain nothing', () => {
    const head = ['buffers', '64', '128'];
    const rows = [
      ['128MiB', '1.00', '1.00'],
      ['130MiB', '1.00', '1.00'],
      ['1GiB', '1.44', '1.38'],
    ];
    const picture = networkPicture(head, rows);
    expect(linesOf(picture).map(({ name }) => name)).toEqual(['128MiB', '1GiB']);
    expect(picture.answer).toContain('Up to 1.44 times as many packets, with buffers of 1GiB and 64 IOTLB entries');
  });

  it('counts the operations that fail in an upgrade', () => {
    const rows = [
      ['hot', '41170', '0', '0', '27', '12', '154'],
      ['reload', '41033', '66', '87', '39', '0', '0'],
    ];
    expect(upgradePicture(rows).answer).toBe(
      'hot: 0 of 41170 operations fail, 154 wait; reload: 153 of 41033 operations fail, 0 wait.',
    );
  });
});
