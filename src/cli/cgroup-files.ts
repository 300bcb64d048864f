// A cgroup's files, version 1 or 2: threads, bandwidth, cpu.stat. Read by `record`; the only thing written is the command's own
// membership.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, show } from '../input/errors.js';
import type { LimitNote, StatNote } from '../recording/notes.js';

export interface Cgroup {
  readonly version: 1 | 2;
  /** On disk. */
  readonly folder: string;
  /** Below the mount: what it is called in a recording. */
  readonly name: string;
}

interface Mount {
  readonly place: string;
  readonly version: 1 | 2;
}

/** A path as /proc/mounts writes it: blanks as octal numbers. */
const unescaped = (path: string): string =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

/** Where the cpu controller is mounted. */
function mounts(table: string): Mount[] {
  return readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([, escaped = '', type, options = '']): Mount[] => {
      const place = unescaped(escaped);
      if (type === 'cgroup' && options.split(',').includes('cpu')) return [{ place, version: 1 }];
      return type === 'cgroup2' ? [{ place, version: 2 }] : [];
    });
}

/**
 * By its folder, or by its name below the mount of the cpu controller.
 *
 * @param table what is mounted where
 * @throws InputError
 */
export function findCgroup(path: string, table = '/proc/mounts'): Cgroup {
  const places = mounts(table);
  const found = places.flatMap(({ place, version }) => {
    const folder = path.startsWith(`${place}/`) ? resolve(path) : join(place, path);
    const isThere = existsSync(join(folder, 'cpu.stat')) && statSync(folder).isDirectory();
    return isThere ? [{ version, folder, name: folder.slice(place.length) || '/' }] : [];
  });
  // Where both are mounted, the one that has the bandwidth's file.
  const [first] = [...found].sort((a, b) => Number(hasBandwidth(b)) - Number(hasBandwidth(a)));
  if (first !== undefined) return first;
  throw new InputError({
    path: '--cgroup',
    given: show(path),
    expected: `a cgroup of the cpu controller (mkdir it first, in ${places.map(({ place }) => place).join(' or ')})`,
  });
}

const limitFile = ({ version, folder }: Cgroup): string => join(folder, version === 1 ? 'cpu.cfs_quota_us' : 'cpu.max');

const hasBandwidth = (cgroup: Cgroup): boolean => existsSync(limitFile(cgroup));

export function threadsOf({ version, folder }: Cgroup): number[] {
  const text = readFileSync(join(folder, version === 1 ? 'tasks' : 'cgroup.threads'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** Undefined where the cgroup has no such file (version 2's root). */
export function limitOf(cgroup: Cgroup): LimitNote | undefined {
  if (!hasBandwidth(cgroup)) return undefined;
  const text = readFileSync(limitFile(cgroup), 'utf8').trim();
  const [quota, period] =
    cgroup.version === 1
      ? [text, readFileSync(join(cgroup.folder, 'cpu.cfs_period_us'), 'utf8').trim()]
      : (text.split(' ') as [string, string]);
  const quotaUs = quota === 'max' || Number(quota) < 0 ? undefined : Number(quota);
  return { kind: 'limit', cgroup: cgroup.name, quotaUs, periodUs: Number(period) };
}

export function statOf({ folder, name }: Cgroup): StatNote {
  const text = readFileSync(join(folder, 'cpu.stat'), 'utf8');
  const of = (field: string): number => Number(new RegExp(`^${field} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    kind: 'stat',
    cgroup: name,
    periods: of('nr_periods'),
    throttled: of('nr_throttled'),
    throttledNs: of('throttled_time') || of('throttled_usec') * 1000,
  };
}

/** The file by which a process joins. */
export const joinFile = ({ folder }: Cgroup): string => join(folder, 'cgroup.procs');
