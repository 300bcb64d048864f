// `fluxhost trace sample`: what is kept, and that the errors are those that plain sums over the kept rows give.

import { describe, expect, it } from 'vitest';
import type { Sampled } from '../../src/traces/sample.js';
import { temporaryFolder } from '../support/folder.js';
import { counts, distance, invocations, json, lehmer, textOf, told } from './helpers.js';

const { at, made } = temporaryFolder('traces');

const { csv, rows } = invocations(900);
const keptRows = (path: string): typeof rows =>
  textOf(path)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [, func = '', end, duration] = line.split(',');
      return {
        func,
        start: Math.round((Number(end) - Number(duration)) * 1000),
        duration: Math.round(Number(duration) * 1000),
      };
    });
const gaps = (list: typeof rows): number[] => {
  const starts = list.map(({ start }) => start).sort((a, b) => a - b);
  const between = starts.slice(1).map((start, i) => start - starts[i]!);
  const mean = between.reduce((a, b) => a + b, 0) / between.length;
  return between.map((one) => one / mean);
};
const mean = (list: typeof rows): number => list.reduce((sum, { duration }) => sum + duration, 0) / list.length;
const perFunction = (list: typeof rows): number[] => counts(list, ({ func }) => func);

describe('fluxhost trace sample', () => {
  it('thins rows by a seed, and measures its errors', async () => {
    const path = made('thin.csv', csv);
    const out = at('thinned.csv');
    const {
      rows: count,
      errors,
      share,
    } = await json<Sampled>('sample', path, '--fraction', '0.25', '--seed', '4', '-o', out);
    const kept = keptRows(out);
    expect([count.kept, count.of, share]).toEqual([kept.length, 900, 0.25]);
    // rows of the trace, in its order
    const places = textOf(out)
      .trim()
      .split('\n')
      .map((line) => csv.split('\n').indexOf(line));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(Math.abs(kept.length - 225)).toBeLessThan(5 * Math.sqrt(900 * 0.25 * 0.75));
    expect(errors.rate).toBeCloseTo(kept.length / 225 - 1, 12);
    expect(errors.meanDuration).toBeCloseTo(mean(kept) / mean(rows) - 1, 9);
    // within what buckets of 0.8 % may move
    expect(
      Math.abs(
        errors.duration! -
          distance(
            rows.map((row) => row.duration),
            kept.map((row) => row.duration),
          ),
      ),
    ).toBeLessThan(0.01);
    expect(Math.abs(errors.between! - distance(gaps(rows), gaps(kept)))).toBeLessThan(0.01);
    const again = await json<Sampled>('sample', path, '--fraction', '0.25', '--seed', '4');
    expect(again.errors).toEqual(errors);
    const other = await json<Sampled>('sample', path, '--fraction', '0.25', '--seed', '5');
    expect(other.rows.kept === kept.length && other.errors.duration === errors.duration).toBe(false);
    const whole = await json<Sampled>('sample', path, '--fraction', '1');
    expect(whole.errors).toEqual({ rate: 0, meanDuration: 0, duration: 0, between: 0, popularity: 0 });
  });

  it('keeps functions whole, and of several choices the nearest', async () => {
    const path = made('functions.csv', csv);
    const out = at('functions-kept.csv');
    const one = await json<Sampled>('sample', path, '--functions', '4', '-o', out);
    const kept = keptRows(out);
    const names = new Set(kept.map(({ func }) => func));
    expect([names.size, one.functions]).toEqual([4, { kept: 4, of: new Set(rows.map(({ func }) => func)).size }]);
    expect(kept.length).toBe(rows.filter(({ func }) => names.has(func)).length);
    expect(one.errors.rate).toBeCloseTo(kept.length / (one.share * 900) - 1, 12);
    expect(Math.abs(one.errors.popularity! - distance(perFunction(rows), perFunction(kept)))).toBeLessThan(0.01);
    const score = ({ errors }: Sampled): number =>
      Math.abs(errors.rate) + Math.abs(errors.meanDuration!) + errors.popularity!;
    const best = await json<Sampled>('sample', path, '--functions', '4', '--trials', '12', '-o', out);
    const singles: number[] = [];
    for (let seed = 1; seed <= 12; seed++)
      singles.push(score(await json<Sampled>('sample', path, '--functions', '4', '--seed', String(seed))));
    expect(score(best)).toBeCloseTo(Math.min(...singles), 9);
    expect(best.seed).toBe(singles.indexOf(Math.min(...singles)) + 1);
  });

  it('samples files of minutes, JSON lines and columns of numbers', async () => {
    const draw = lehmer(3);
    const table = Array.from({ length: 60 }, (_, i) => [
      `o${i}`,
      `h${i}`,
      'http',
      ...Array.from({ length: 20 }, () => Math.floor(draw() ** 6 * 50)),
    ]);
    const header = ['HashOwner', 'HashFunction', 'Trigger', ...Array.from({ length: 20 }, (_, i) => i + 1)];
    const path = made('minutes.csv', `${[header, ...table].map((row) => row.join(',')).join('\n')}\n`);
    const { errors, functions } = await json<Sampled>(
      'sample',
      path,
      '--functions',
      '15',
      '--trials',
      '30',
      '-o',
      at('fewer.csv'),
    );
    const kept = textOf(at('fewer.csv'))
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const calls = (row: readonly (string | number)[]): number =>
      row.slice(3).reduce<number>((sum, cell) => sum + Number(cell), 0);
    const total = (list: readonly (readonly (string | number)[])[]): number =>
      list.reduce((sum, row) => sum + calls(row), 0);
    expect(functions).toEqual({ kept: 15, of: 60 });
    expect(errors.rate).toBeCloseTo(total(kept) / (0.25 * total(table)) - 1, 9);
    expect(Math.abs(errors.popularity! - distance(table.map(calls), kept.map(calls)))).toBeLessThan(0.01);
    expect(errors.minutes).toBeGreaterThan(0);

    const line = (i: number): string =>
      `{"timestamp": ${i * 10}, "input_length": 5, "output_length": 1, "hash_ids": [${i}, 1]}`;
    const lines = made('m.jsonl', `${Array.from({ length: 200 }, (_, i) => line(i)).join('\n')}\n`);
    const some = await json<Sampled>('sample', lines, '--fraction', '0.5', '-o', at('half.jsonl'));
    const left = textOf(at('half.jsonl')).trim().split('\n');
    expect(left.length).toBe(some.rows.kept);
    expect(left.every((one) => one === line((JSON.parse(one) as { timestamp: number }).timestamp / 10))).toBe(true);

    const values = made(
      'v.csv',
      `id,value\n${Array.from({ length: 400 }, (_, i) => `${i % 4},${i / 8}`).join('\n')}\n`,
    );
    const third = await json<Sampled>('sample', values, '--fraction', '0.3', '-o', at('third.csv'));
    const all = Array.from({ length: 400 }, (_, i) => i / 8);
    const taken = textOf(at('third.csv'))
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => Number(row.split(',')[1]));
    expect(Math.abs(third.errors.columns!['value']! - distance(all, taken))).toBeLessThan(0.01);
  });

  it('keeps pages whole, by their number alone', async () => {
    const draw = lehmer(11);
    const accesses = Array.from(
      { length: 6000 },
      () => [Math.floor(400 * draw() ** 2), draw() < 0.3 ? 'W' : 'R'] as const,
    );
    const path = made('pages.csv', `page,write\n${accesses.map((one) => one.join(',')).join('\n')}\n`);
    const found = await json<Sampled>('sample', path, '--fraction', '0.2', '-o', at('fifth.csv'));
    const kept = textOf(at('fifth.csv'))
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    const pages = new Set(kept.map(([page]) => page));
    expect(kept).toEqual(
      accesses.filter(([page]) => pages.has(String(page))).map(([page, write]) => [String(page), write]),
    );
    expect(found.functions!.kept).toBe(pages.size);
    expect(found.errors.rate).toBeCloseTo(kept.length / (0.2 * 6000) - 1, 12);
    const share = (list: readonly (readonly (string | number | undefined)[])[]): number =>
      list.filter(([, write]) => write === 'W').length / list.length;
    expect(found.errors.writeShare).toBeCloseTo(share(kept) - share(accesses), 12);
    const count = (list: readonly (readonly (string | number | undefined)[])[]): number[] =>
      counts(list, ([page]) => String(page));
    expect(Math.abs(found.errors.popularity! - distance(count(accesses), count(kept)))).toBeLessThan(0.01);
    const { out } = await told('sample', path, '--fraction', '0.2');
    expect(out).toContain('accesses a page, distance');
  });

  it('refuses what is wrong, and writes nothing', async () => {
    const path = made('x.csv', csv);
    const refusals: [string[], string][] = [
      [[path], '--fraction: missing, expected --fraction or --functions'],
      [[path, '--fraction', '1.5'], '--fraction: given "1.5"'],
      [[path, '--fraction', '0.5', '--functions', '3'], '--fraction: given beside --functions'],
      [[path, '--fraction', '0.5', '--trials', '3'], '--trials: given without --functions'],
      [[path, '--functions', '300'], 'the functions of the trace'],
      [[path, '--fraction', '0.5', '-o', path], 'another file than the one that is read'],
      [[path, '--fraction', '1e-9'], 'keeps nothing'],
      [[made('n.csv', 'a,b\n1,2\n'), '--functions', '1'], 'a column that tells functions: --key'],
      [[made('b.bin', Uint8Array.from([0, 1, 2, 255])), '--fraction', '0.5'], '--format of a trace of pages'],
      [[made('l.txt', ' L 1000,4\n'), '--functions', '1'], 'pages have no functions'],
    ];
    for (const [args, expected] of refusals) {
      const { status, out, err } = await told('sample', ...args);
      expect([status, out]).toEqual([2, '']);
      expect(err).toContain(expected);
    }
  });
});
