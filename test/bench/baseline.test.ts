// The comparison of a benchmark with a baseline: what is free of the machine, what is better or worse.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

interface Figure {
  name: string;
  unit: string;
  min: number;
  median: number;
  max: number;
  bar: string;
  note: string;
}
interface Baseline {
  ANCHOR: string;
  costs: (figures: Figure[]) => Record<string, number>;
  save: (file: string, about: string, figures: Figure[]) => void;
  against: (file: string, baseline: Kept, figures: Figure[]) => { text: string; good: boolean };
  readBaseline: (file: string) => Kept | null;
}
interface Kept {
  about: string;
  costs: Record<string, number>;
}
// @ts-expect-error: the benchmarks are plain JavaScript without declarations
const { ANCHOR, costs, save, against: compare, readBaseline } = (await import('../../bench/baseline.mjs')) as Baseline;

const against = (file: string, figures: Figure[]) => compare(file, readBaseline(file)!, figures);

const one = (name: string, unit: string, min: number, max: number, bar = '', note = ''): Figure => ({
  name,
  unit,
  min,
  median: (min + max) / 2,
  max,
  bar,
  note,
});
/** A machine of so much speed, on which a run takes so much of what it should. */
const figures = (speed: number, slower = 1): Figure[] => [
  one(ANCHOR, 'M events/s', 20 * speed, 40 * speed),
  one('a command', 's', (2 / speed) * slower, 9),
  one('events', 'M events/s', 1, (10 * speed) / slower),
  one('  ratio', '×', 0.5, 0.8 / slower, '≥ 0.6'),
  one('file', 'KiB', 100 * slower, 100 * slower),
  one('percent', '%', -1, 1),
  one('waited', 'ms', 1, 1, '', 'wall time'),
];

describe('a baseline', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('does not hang on how fast the machine is, but for sizes and ratios as they are', () => {
    const slow = costs(figures(1));
    const fast = costs(figures(3));
    expect(Object.keys(slow)).toEqual(['a command', 'events', 'ratio', 'file']);
    for (const [name, cost] of Object.entries(slow)) expect(fast[name]).toBeCloseTo(cost, 6);
    expect(slow['a command']).toBeCloseTo(8e7, 3); // events that the anchor does in two seconds
    expect(slow['ratio']).toBeCloseTo(1 / 0.8, 9);
  });

  test('says which figures are worse, better and new', () => {
    const file = join(folder, 'baseline.json');
    save(file, 'some machine', figures(1));
    expect(against(file, figures(2)).good).toBe(true);
    const { text, good } = against(file, [...figures(2, 1.5), one('another', 's', 1, 1)]);
    expect(good).toBe(false);
    expect(text.match(/1\.500 +WORSE/g)).toHaveLength(4);
    expect(text).toMatch(/another +- +new/);
    expect(against(file, figures(2, 0.5)).text.match(/0\.500 +better/g)).toHaveLength(4);
  });

  test('keeps of an earlier one what was not measured again', () => {
    const file = join(folder, 'baseline.json');
    save(file, 'some machine', [...figures(1), one('rare', 'KiB', 7, 7)]);
    save(file, 'some machine', figures(1));
    expect(against(file, [one('rare', 'KiB', 14, 14)]).text).toMatch(/rare +2\.000 +WORSE/);
  });

  test('without the anchor compares only what needs none', () => {
    expect(Object.keys(costs(figures(1).slice(1)))).toEqual(['ratio', 'file']);
  });

  test('says what was not measured, and that nothing was compared', () => {
    const file = join(folder, 'baseline.json');
    save(file, 'a machine', figures(1));
    const { text, good } = against(file, [one(ANCHOR, 'M events/s', 20, 40), one('another', 's', 1, 1)]);
    expect(text).toContain('in the baseline and not measured now: a command, events, ratio, file');
    expect(text).toContain('NOTHING COMPARED');
    expect(good).toBe(false);
  });

  test('is read before anything is measured: a file that is none is named', () => {
    const run = (...args: string[]) => spawnSync(process.execPath, ['bench/run.mjs', ...args], { encoding: 'utf8' });
    const missing = join(folder, 'missing.json');
    expect(run('--against', missing)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `bench: --against ${missing}: there is no such file\n`,
    });
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"costs":');
    expect(run('--against', broken).stderr).toContain(`bench: ${broken} is no JSON: `);
    writeFileSync(broken, '{}');
    expect(run('--save', broken).stderr).toBe(`bench: ${broken} is no file that --save has written\n`);
    expect(readFileSync(broken, 'utf8')).toBe('{}');
    expect(run('--smok')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Unknown option '--smok'") as string,
    });
  });
});
