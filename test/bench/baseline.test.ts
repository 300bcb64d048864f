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
  more: boolean;
  note: string;
}
type Spread = [min: number, median: number, max: number];
interface Kept {
  costs: Record<string, number>;
  ratios: Record<string, Spread>;
}
interface Baseline {
  ANCHOR: string;
  kept: (figures: Figure[]) => Kept;
  save: (file: string, about: string, figures: Figure[]) => void;
  against: (file: string, baseline: Kept, figures: Figure[]) => { text: string; good: boolean };
  readBaseline: (file: string) => Kept | null;
}
// @ts-expect-error: the benchmarks are plain JavaScript without declarations
const { ANCHOR, kept, save, against: compare, readBaseline } = (await import('../../bench/baseline.mjs')) as Baseline;
// @ts-expect-error: as above
const { figure } = (await import('../../bench/measure.mjs')) as {
  figure: (name: string, unit: string, samples: number[], how?: { least?: number; more?: boolean }) => Figure;
};

const against = (file: string, figures: Figure[]) => compare(file, readBaseline(file)!, figures);

const one = (name: string, unit: string, min: number, max: number, bar = '', note = ''): Figure => ({
  name,
  unit,
  min,
  median: (min + max) / 2,
  max,
  bar,
  more: bar.startsWith('≥'),
  note,
});
/** A machine of so much speed, on which a run takes so much of what it should. */
const figures = (speed: number, slower = 1): Figure[] => [
  one(ANCHOR, 'M events/s', 20 * speed, 40 * speed),
  one('a command', 's', (2 / speed) * slower, 9),
  one('events', 'M events/s', 1, (10 * speed) / slower),
  one('  ratio', '×', 0.5 / slower, 0.8 / slower, '≥ 0.6'),
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
    const [slow, fast] = [kept(figures(1)), kept(figures(3))];
    expect(Object.keys(slow.costs)).toEqual(['a command', 'events', 'file']);
    for (const [name, cost] of Object.entries(slow.costs)) expect(fast.costs[name]).toBeCloseTo(cost, 6);
    expect(slow.costs['a command']).toBeCloseTo(8e7, 3); // events that the anchor does in two seconds
    expect([slow.ratios, fast.ratios]).toEqual([{ ratio: [0.5, 0.65, 0.8] }, { ratio: [0.5, 0.65, 0.8] }]);
  });

  test('says which figures are worse, better and new', () => {
    const file = join(folder, 'baseline.json');
    save(file, 'some machine', figures(1));
    expect(against(file, figures(2)).good).toBe(true);
    const { text, good } = against(file, [...figures(2, 1.5), one('another', 's', 1, 1)]);
    expect(good).toBe(false);
    expect(text.match(/1\.500( +0\.650 → 0\.433)? +WORSE/g)).toHaveLength(4);
    const named = [
      'a command (by 1.500)',
      'events (by 1.500)',
      'events: ratio (0.650 → 0.433, by 1.500)',
      'file (by 1.500)',
    ];
    expect(text).toContain(`\nWORSE: ${named.join(', ')}`);
    expect(text).toMatch(/another +- +new/);
    expect(against(file, figures(2, 0.5)).text.match(/0\.500( +0\.650 → 1\.300)? +better/g)).toHaveLength(4);
  });

  test('keeps of an earlier one what was not measured again', () => {
    const file = join(folder, 'baseline.json');
    save(file, 'some machine', [...figures(1), one('rare', 'KiB', 7, 7)]);
    save(file, 'some machine', figures(1));
    expect(against(file, [one('rare', 'KiB', 14, 14)]).text).toMatch(/rare +2\.000 +WORSE/);
  });

  test('without the anchor compares only what needs none', () => {
    const { costs, ratios } = kept(figures(1).slice(1));
    expect([Object.keys(costs), Object.keys(ratios)]).toEqual([['file'], ['ratio']]);
  });

  test('says what was not measured, and that nothing was compared', () => {
    const file = join(folder, 'baseline.json');
    save(file, 'a machine', figures(1));
    const { text, good } = against(file, [one(ANCHOR, 'M events/s', 20, 40), one('another', 's', 1, 1)]);
    expect(text).toContain('in the baseline and not measured now: a command, events, file, ratio');
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

describe('a ratio that was measured in turns', () => {
  const before: Kept = { costs: {}, ratios: { ratio: [0.95, 1, 1.05] } };
  const word = (turns: number[], how: { least?: number; more?: boolean } = {}) => {
    const { text, good } = compare('file', before, [figure('ratio', '×', turns, how)]);
    return [/→ \d\.\d+ *(\S*)$/m.exec(text)?.[1], good];
  };

  test('of the repository that is 15 % worse is named and ends with 1, each of them, whichever way is worse', () => {
    const baseline = readBaseline('bench/baseline.json')!;
    const names = Object.keys(baseline.ratios);
    expect(names.length).toBeGreaterThan(40);
    expect(names).toContain('API / C anchor');
    for (const name of names)
      for (const more of [true, false]) {
        const by = more ? 0.85 : 1.15;
        // a name of several groups by its turn among them
        const [, plain, turn = '1'] = /^(.*?)(?: \((\d)\))?$/.exec(name)!;
        const turns = (of: string, factor: number) => baseline.ratios[of]!.map((one) => one * factor);
        const earlier = Array.from({ length: Number(turn) - 1 }, (_, i) => (i === 0 ? plain! : `${plain} (${i + 1})`));
        const run = [...earlier.map((of) => figure(plain!, '×', turns(of, 1), { more }))];
        const { text, good } = compare('file', baseline, [...run, figure(plain!, '×', turns(name, by), { more })]);
        expect([name, good]).toEqual([name, false]);
        expect(text).toContain(`WORSE: ${plain} (`);
        expect(compare('file', baseline, [...run, figure(plain!, '×', turns(name, 1), { more })]).good).toBe(true);
      }
  });

  test('is told by its median: one turn as good as before hides nothing, one bad turn alarms nobody', () => {
    expect(word([0.96, 1.16, 1.17])).toEqual(['WORSE', false]);
    expect(word([0.96, 1, 1.4])).toEqual(['', true]);
    expect(word([0.8, 0.85, 1.04], { least: 0.75 })).toEqual(['WORSE', false]);
    expect(word([1, 1.2, 1.3], { more: true })).toEqual(['better', true]);
  });

  test('that is less than 15 % worse is worse where no turn was as good as any before, and doubtful where one was', () => {
    expect(word([1.06, 1.1, 1.12])).toEqual(['WORSE', false]);
    expect(word([1.04, 1.1, 1.12])).toEqual(['worse?', true]);
    expect(word([1.055, 1.06, 1.12])).toEqual(['', true]);
    expect(word([0.88, 0.9, 0.94], { least: 0.75 })).toEqual(['WORSE', false]);
    expect(word([0.88, 0.9, 0.96], { least: 0.75 })).toEqual(['worse?', true]);
    const { text } = compare('file', before, [figure('ratio', '×', [1.04, 1.1, 1.12])]);
    expect(text).toContain('worse?, within what turns differ by: ratio (1.000 → 1.100, by 1.100); measure again');
  });
});
