// A cgroup's files in both versions, in folders made as the kernel lays them out: not every machine has the cpu controller in version 2.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowQuotas, cpuMount, limit } from '../../bench/real/cgroups.mjs';
import { findCgroup, joinFile, limitOf, statOf, threadsOf } from '../../src/cli/cgroup-files.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fluxhost-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Files of a folder, and what is mounted. */
function lay(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text.replaceAll('ROOT', root));
  }
}
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const find = (path: string) => findCgroup(path, join(root, 'mounts'));

const FIRST = 'cgroup ROOT/cpu cgroup rw,relatime,cpu,cpuacct 0 0\n';
const SECOND = 'cgroup2 ROOT/unified cgroup2 rw,relatime 0 0\n';
const GROUP_1 = {
  'cpu/batch/tasks': '11\n12\n',
  'cpu/batch/cpu.cfs_quota_us': '30000\n',
  'cpu/batch/cpu.cfs_period_us': '100000\n',
  'cpu/batch/cpu.stat': 'nr_periods 20\nnr_throttled 3\nthrottled_time 4000000\n',
};
const GROUP_2 = {
  'unified/cgroup.controllers': 'cpuset cpu io memory\n',
  'unified/cgroup.subtree_control': 'memory\n',
  'unified/cpu.stat': 'usage_usec 5\n',
  'unified/batch/cgroup.threads': '11\n12\n',
  'unified/batch/cpu.max': '30000 100000\n',
  'unified/batch/cpu.stat': 'usage_usec 9\nnr_periods 20\nnr_throttled 3\nthrottled_usec 4000\nnr_bursts 0\n',
};

describe.each([
  [1, { mounts: FIRST, ...GROUP_1 }, 'cpu'],
  [2, { mounts: SECOND, ...GROUP_2 }, 'unified'],
] as const)('version %i', (version, files, place) => {
  it('has threads, a quota and a count of throttled time', () => {
    lay(files);
    const group = find('/batch');
    expect(group).toEqual({ version, folder: join(root, place, 'batch'), name: '/batch' });
    expect(find(join(root, place, 'batch'))).toEqual(group);
    expect(threadsOf(group)).toEqual([11, 12]);
    const cgroup = '/batch';
    expect(limitOf(group)).toEqual({ kind: 'limit', cgroup, quotaUs: 30_000, periodUs: 100_000 });
    expect(statOf(group)).toEqual({ kind: 'stat', cgroup, periods: 20, throttled: 3, throttledNs: 4_000_000 });
    expect(joinFile(group)).toBe(join(root, place, 'batch/cgroup.procs'));
  });

  it('may have no quota, is given one, and has it taken away', () => {
    lay({ ...files, 'cpu/batch/cpu.cfs_quota_us': '-1\n', 'unified/batch/cpu.max': 'max 50000\n' });
    expect(limitOf(find('/batch'))!.quotaUs).toBeUndefined();
    const mount = cpuMount(join(root, 'mounts'))!;
    expect(mount).toEqual({ place: join(root, place), version });
    for (const quotaUs of [6000, undefined]) {
      limit(mount, join(root, place, 'batch'), quotaUs, 20_000);
      expect(limitOf(find('/batch'))).toMatchObject({ quotaUs, periodUs: 20_000 });
    }
  });
});

/** As the kernel prints them: cpu_cfs_stat_show, cpu_extra_stat_show and cgroup_base_stat_cputime_show (Linux 6.18), cgroup-v2.rst. */
describe('the files as the kernel prints them', () => {
  const first = (schedstat: boolean): string =>
    `nr_periods 512\nnr_throttled 17\nthrottled_time 1234567890\n${schedstat ? 'wait_sum 987654321\n' : ''}` +
    'nr_bursts 0\nburst_time 0\n';
  const second =
    'usage_usec 5120000\nuser_usec 5000000\nsystem_usec 120000\nnice_usec 0\ncore_sched.force_idle_usec 0\n' +
    'nr_periods 512\nnr_throttled 17\nthrottled_usec 1234567\nnr_bursts 3\nburst_usec 450\n';
  const stat = (mount: string, path: string, content: string) => {
    lay({ mounts: mount, [path]: content });
    const { periods, throttled, throttledNs } = statOf(find('/batch'));
    return [periods, throttled, throttledNs];
  };

  it('cpu.stat: ns in version 1, us in version 2, whatever stands around', () => {
    for (const schedstat of [false, true])
      expect(stat(FIRST, 'cpu/batch/cpu.stat', first(schedstat))).toEqual([512, 17, 1_234_567_890]);
    expect(stat(SECOND, 'unified/batch/cpu.stat', second)).toEqual([512, 17, 1_234_567_000]);
    // Without the controller the file is there, and has the first lines only.
    const without = second.slice(0, second.indexOf('nr_periods'));
    expect(stat(SECOND, 'unified/batch/cpu.stat', without)).toEqual([0, 0, 0]);
  });

  it.each([
    ['max 100000\n', undefined, 100_000],
    ['50000 100000\n', 50_000, 100_000],
    ['1000 1000000\n', 1000, 1_000_000],
  ])('cpu.max %j', (content, quotaUs, periodUs) => {
    lay({ mounts: SECOND, ...GROUP_2, 'unified/batch/cpu.max': content });
    expect(limitOf(find('/batch'))).toEqual({ kind: 'limit', cgroup: '/batch', quotaUs, periodUs });
  });

  it('cpu.cfs_quota_us is -1 without a limit', () => {
    lay({ mounts: FIRST, ...GROUP_1, 'cpu/batch/cpu.cfs_quota_us': '-1\n' });
    expect(limitOf(find('/batch'))).toEqual({ kind: 'limit', cgroup: '/batch', quotaUs: undefined, periodUs: 100_000 });
  });

  it('a mount with a space in its name, which /proc/mounts writes as \\040', () => {
    lay({ mounts: 'cgroup2 ROOT/my\\040groups cgroup2 rw,nsdelegate,memory_recursiveprot 0 0\n' });
    lay({ 'my groups/batch/cpu.stat': second, 'my groups/batch/cpu.max': 'max 100000\n' });
    expect(find('/batch').folder).toBe(join(root, 'my groups/batch'));
    expect(cpuMount(join(root, 'mounts'))!.place).toBe(join(root, 'my groups'));
  });
});

describe('version 2', () => {
  it('has the controller where groups below may have it, once that is said', () => {
    lay({ mounts: SECOND, ...GROUP_2 });
    const mount = cpuMount(join(root, 'mounts'))!;
    allowQuotas(mount);
    expect(text('unified/cgroup.subtree_control')).toBe('+cpu');
    lay({ 'unified/cgroup.subtree_control': 'cpu memory\n' });
    allowQuotas(mount);
    expect(text('unified/cgroup.subtree_control')).toBe('cpu memory\n');
    lay({ 'unified/cgroup.subtree_control': '\n', 'unified/cgroup.controllers': 'hugetlb\n' });
    expect(() => allowQuotas(mount)).toThrow(/the cpu controller is not in/);
    expect(() => limit(mount, join(root, 'unified/none'), 1, 2)).toThrow(/cpu\.max is not there/);
  });

  it('has no quota at its root', () => {
    lay({ mounts: SECOND, ...GROUP_2 });
    expect(limitOf(find('/'))).toBeUndefined();
  });

  it('gives way where version 1 has the controller, though it lists the same group', () => {
    const { 'unified/batch/cpu.max': _, ...without } = GROUP_2;
    lay({ mounts: SECOND + FIRST, ...GROUP_1, ...without });
    expect(find('/batch').version).toBe(1);
    expect(cpuMount(join(root, 'mounts'))!.version).toBe(1);
  });
});

it('refuses what is no cgroup, and says where one may be made', () => {
  lay({ mounts: FIRST + SECOND, ...GROUP_1, ...GROUP_2 });
  expect(() => find('/none')).toThrow(`mkdir it first, in ${root}/cpu or ${root}/unified`);
});
