// The staging file system against a second one that keeps whole trees and replays its journal, and the guards against arithmetic.

import { describe, expect, it } from 'vitest';
import { type Agent, guarded, GUARDS, interactions, loss, passes, touched } from '../../src/decide/guards.js';
import { luckOf } from '../../src/decide/luck.js';
import { type Record as Entry, Refusal, type Rule, StagedTree, subtree } from '../../src/decide/yolofs.js';

const yes = (): boolean => true;
const tree = (
  files: Record<string, string>,
  user: (path: string) => boolean | null = yes,
  depth?: number,
): StagedTree => new StagedTree(new Map(Object.entries(files)), user, depth);
const seen = (staged: StagedTree): Record<string, string> =>
  Object.fromEntries([...staged.files()].sort(([a], [b]) => (a < b ? -1 : 1)));

/** What a journal's records leave of a base: a copy of the tree at every snapshot. */
function replayed(base: Map<string, string>, journal: readonly Entry[]): Record<string, string> {
  let now = new Map(base);
  const kept: Map<string, string>[] = [];
  for (const entry of journal) {
    if (entry.kind === 'S') now.set(entry.path, entry.content);
    else if (entry.kind === 'D') now.delete(entry.path);
    else if (entry.kind === 'R')
      for (const [path, content] of [...now])
        if (path === entry.path || path.startsWith(`${entry.path}/`)) {
          now.delete(path);
          now.set(entry.to + path.slice(entry.path.length), content);
        }
    if (entry.kind === 'P') kept[entry.snapshot] = new Map(now);
    if (entry.kind === 'T') now = new Map(entry.snapshot < 0 ? base : kept[entry.snapshot]!);
  }
  return Object.fromEntries([...now].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('rules', () => {
  it('ask once a folder: three prompts for six accesses in three of them', () => {
    const staged = tree({});
    for (const path of ['/src/a', '/src/b', '/etc/x', '/src/a', '/var/u/k', '/etc/y']) staged.write(path, '');
    expect(staged.prompts).toBe(3);
    const deeper = tree({}, yes, 2);
    for (const path of ['/var/u/k', '/var/v/k', '/var/u/l']) deeper.write(path, '');
    expect(deeper.prompts).toBe(2);
    expect(subtree('/var/u/k', 2)).toBe('/var/u');
  });

  it('are those of the nearest folder above, also where it does not exist yet', () => {
    const staged = tree({ '/a/b/c': '1', '/a/x': '2' });
    const rules: [string, Rule][] = [
      ['/a', 'read-only'],
      ['/a/b', 'allow'],
      ['/a/b/secret', 'hide'],
      ['/d', 'deny'],
      ['/w', 'write-ask'],
    ];
    for (const [path, rule] of rules) staged.rule(path, rule);
    staged.write('/a/b/c', '3');
    expect(staged.read('/a/x')).toBe('2');
    expect(() => staged.write('/a/x', '4')).toThrow('/a/x: read-only');
    expect(() => staged.read('/a/b/secret/key')).toThrow('no such file');
    expect(() => staged.read('/d/e')).toThrow('/d/e: deny');
    expect(staged.ruleOf('/ab')).toBe('ask'); // a folder's name is not a prefix of letters
    expect(staged.prompts).toBe(0);
    staged.read('/w/f');
    expect(staged.prompts).toBe(0);
    staged.write('/w/f', '5');
    expect(staged.prompts).toBe(1);
  });

  it('deny what the user denies or does not answer in time, and ask again the next time', () => {
    const staged = tree({}, (path) => (path.startsWith('/no') ? false : null));
    expect(() => staged.write('/no/a', '')).toThrow('refused by the user');
    expect(() => staged.write('/late/a', '')).toThrow('no answer in time');
    expect(() => staged.write('/no/a', '')).toThrow(Refusal);
    expect(staged.prompts).toBe(3);
    expect(seen(staged)).toEqual({});
    const reader = tree({ '/r/a': '1' });
    reader.read('/r/a');
    reader.write('/r/a', '2'); // an answer for reading is none for writing
    expect(reader.prompts).toBe(2);
  });
});

describe('staging', () => {
  it('leaves the base alone until a commit, restores it on abort, and refuses while a file is open for writing', () => {
    const base = { '/a': '1', '/b': '2' };
    const staged = tree(base);
    staged.write('/a', '9');
    staged.delete('/b');
    expect(Object.fromEntries(staged.base)).toEqual(base);
    staged.openForWriting('/c');
    for (const act of [() => staged.snapshot(), () => staged.commit(), () => staged.travel(-1)])
      expect(act).toThrow('/c is open for writing');
    staged.close('/c');
    expect(() => staged.close('/c')).toThrow('not open');
    expect(staged.snapshot()).toBe(0);
    expect(staged.snapshot()).toBeNull(); // nothing has changed since
    staged.abort();
    expect(seen(staged)).toEqual(base);
    expect(() => staged.travel(0)).toThrow('no snapshot 0');
  });

  it('copies a file again on the first write after a snapshot, and only then', () => {
    const staged = tree({ '/a': '1' });
    staged.write('/a', '2');
    staged.write('/a', '3');
    expect(staged.copies).toBe(1);
    staged.snapshot();
    staged.write('/a', '4');
    staged.write('/a', '5');
    expect(staged.copies).toBe(2);
    staged.travel(0);
    expect(staged.read('/a')).toBe('3');
    staged.write('/a', '6');
    expect(staged.copies).toBe(3);
    staged.travel(0);
    expect(staged.read('/a')).toBe('3'); // what was kept is not what was written after travelling to it
  });

  it('refuses a folder that goes below itself, and what is not there', () => {
    const staged = tree({ '/a/b': '1' });
    expect(() => staged.rename('/a', '/a/c')).toThrow('cannot go below itself');
    expect(() => staged.rename('/a', '/a')).toThrow('cannot go below itself');
    expect(() => staged.rename('/z', '/y')).toThrow('no such file');
    expect(() => staged.delete('/z')).toThrow('no such file');
    staged.rename('/a', '/c');
    expect(seen(staged)).toEqual({ '/c/b': '1' });
  });

  it('is what its journal says, after whatever was done (500 random histories)', () => {
    const luck = luckOf(11);
    const paths = ['/a/x', '/a/y', '/b/x', '/b/c/z', '/d'];
    for (let run = 0; run < 500; run++) {
      let n = 0;
      const pick = <T>(of: readonly T[]): T => of[Math.floor(luck(run, 0, n++) * of.length)]!;
      const staged = tree({ '/a/x': 'base', '/b/c/z': 'base' });
      const journal: Entry[] = [];
      const base = new Map(staged.base);
      const snapshots: number[] = [-1];
      for (let step = 0; step < 14; step++) {
        try {
          const what = pick(['write', 'write', 'write', 'delete', 'rename', 'snapshot', 'travel'] as const);
          if (what === 'write') staged.write(pick(paths), `${run}.${step}`);
          else if (what === 'delete') staged.delete(pick(paths));
          else if (what === 'rename') staged.rename(pick(['/a', '/b', '/d', '/a/x']), pick(['/e', '/a/n', '/b/c']));
          else if (what === 'travel') staged.travel(pick(snapshots));
          else {
            const number = staged.snapshot();
            if (number !== null) snapshots.push(number);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
        journal.splice(0, journal.length, ...staged.journal);
        expect(seen(staged), `${run} ${step}`).toEqual(replayed(base, journal));
      }
      expect(staged.base).toEqual(base);
      const expected = replayed(base, journal);
      staged.commit();
      expect(Object.fromEntries([...staged.base].sort(([a], [b]) => (a < b ? -1 : 1)))).toEqual(expected);
    }
  });
});

describe('guards', () => {
  const agent: Agent = { harmful: 0.01, self: 8 / 11, review: 0.7, prompt: 0.5, operations: 100, subtrees: 12 };

  it('let through what the rules say', () => {
    const losses = (['none', 'prompt', 'staging', 'snapshots'] as const).map((guard) => loss(guard, agent));
    expect(losses.map((one) => Number(one.toFixed(4)))).toEqual([0.634, 0.3942, 0.2595, 0.0786]);
    expect(passes('snapshots', agent)).toBeCloseTo((3 / 11) * 0.3, 12);
    expect(touched(200, 12)).toBeCloseTo(12, 5);
    expect(interactions('prompt', agent)).toBe(100);
  });

  it('let through the same drawn, and ask as often', () => {
    const tasks = 20_000;
    for (const guard of GUARDS) {
      const { lost, prompts } = guarded(guard, { ...agent, operations: 20 }, tasks, 3);
      const exact = loss(guard, { ...agent, operations: 20 });
      expect(Math.abs(lost / tasks - exact), guard).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / tasks));
      expect(Math.abs(prompts / tasks - interactions(guard, { ...agent, operations: 20 })), guard).toBeLessThan(0.03);
    }
  });

  it('never lose more by one more guard, whatever the agent', () => {
    const luck = luckOf(8);
    for (let n = 0; n < 10_000; n++) {
      const at = (i: number): number => luck(n, 0, i);
      const any: Agent = {
        harmful: at(0) ** 3,
        self: at(1),
        review: at(2),
        prompt: at(3),
        operations: 1 + Math.floor(at(4) * 30),
        subtrees: 1 + Math.floor(at(5) * 20),
      };
      const [none, prompt, staging, snapshots, progressive] = GUARDS.map((guard) => loss(guard, any));
      for (const one of [none, prompt, staging, snapshots, progressive]) {
        expect(one).toBeGreaterThanOrEqual(-1e-12);
        expect(one).toBeLessThanOrEqual(1);
      }
      expect(prompt!).toBeLessThanOrEqual(none! + 1e-12);
      expect(staging!).toBeLessThanOrEqual(none! + 1e-12);
      expect(snapshots!).toBeLessThanOrEqual(staging! + 1e-12);
      expect(progressive!).toBeLessThanOrEqual(snapshots! + 1e-9);
    }
  });
});
