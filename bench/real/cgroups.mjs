// Where the cpu controller is mounted, and a group's quota, in version 1 or 2.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A word as /proc/mounts writes it: blanks as octal numbers. */
const unescaped = (word) => word.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));

/** @returns { place, version }, version 1 where it has the controller; undefined: none */
export function cpuMount(mounts = '/proc/mounts') {
  const lines = readFileSync(mounts, 'utf8')
    .split('\n')
    .map((line) => line.split(' ').map(unescaped));
  const first = lines.find(([, , type, options]) => type === 'cgroup' && options.split(',').includes('cpu'));
  if (first !== undefined) return { place: first[1], version: 1 };
  const second = lines.find(([, , type]) => type === 'cgroup2');
  return second === undefined ? undefined : { place: second[1], version: 2 };
}

/** Groups directly below the mount may have quotas: in version 2 that is to be said. It is left so. */
export function allowQuotas({ place, version }) {
  const file = join(place, 'cgroup.subtree_control');
  if (version === 1 || readFileSync(file, 'utf8').split(/\s+/).includes('cpu')) return;
  if (!readFileSync(join(place, 'cgroup.controllers'), 'utf8').split(/\s+/).includes('cpu'))
    throw new Error(`the cpu controller is not in ${place}`);
  writeFileSync(file, '+cpu');
}

/** Without `quotaUs`: as much as there is. */
export function limit({ version }, group, quotaUs, periodUs) {
  const set = (file, value) => {
    const path = join(group, file);
    if (!existsSync(path)) throw new Error(`${path} is not there`);
    writeFileSync(path, String(value));
  };
  if (version === 2) return set('cpu.max', `${quotaUs ?? 'max'} ${periodUs}`);
  set('cpu.cfs_quota_us', -1); // no quota is too small for the period on the way
  set('cpu.cfs_period_us', periodUs);
  if (quotaUs !== undefined) set('cpu.cfs_quota_us', quotaUs);
}
