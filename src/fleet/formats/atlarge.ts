// Two traces as AtLarge's OpenDC has them, tables exported as CSV: id,submission_time,duration,cpu_count,cpu_capacity,mem_capacity.
//   bitbrains  GWA-T-12 (Shen et al., CCGrid 2015): business-critical VMs; ms, cores, mem_capacity in KB, taken as 1,024 bytes
//   surf-lisa  jobs of SURF's cluster LISA: arrivals and durations; sizes are constants there, so they are drawn from `sizes`
// Time 0 is the first row's submission, or the earliest.

import { CLASSES, type VmTableBuilder, coreUnits, kibibytes } from '../vms.js';
import { drawerOf } from '../sizes.js';
import { type Reader, type Reading, forEachRow } from './format.js';

const MS = 1e6;

interface Job {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly cores: number;
  readonly memory: number;
}

async function jobs(reading: Reading, hasSizes: boolean): Promise<Job[]> {
  const found: Job[] = [];
  const names = ['submission_time', 'duration', 'cpu_count', 'mem_capacity'] as const;
  await forEachRow(reading, reading.trace.file, { names, optional: hasSizes ? [] : names.slice(2) }, (row) => {
    found.push({
      startMs: row.time('submission_time'),
      lengthMs: row.number('duration', 0, Number.MAX_VALUE, 'a number of milliseconds from 0'),
      cores: hasSizes ? coreUnits(row.cores('cpu_count')) : 0,
      memory: hasSizes ? kibibytes(row.bytes('mem_capacity', 1024)) : 0,
    });
  });
  return found;
}

function addAll(
  list: readonly Job[],
  into: VmTableBuilder,
  sizeOf: (i: number) => readonly [number, number, number],
): void {
  const first = list.reduce((least, { startMs }) => Math.min(least, startMs), Infinity);
  list.forEach(({ startMs, lengthMs }, i) => {
    const from = Math.round((startMs - first) * MS);
    into.add(from, from + Math.round(lengthMs * MS), ...sizeOf(i));
  });
}

const read =
  (hasSizes: boolean): Reader =>
  async (reading) => {
    const { trace, fleet, into } = reading;
    const list = await jobs(reading, hasSizes && trace.sizes === undefined);
    if (trace.sizes === undefined) addAll(list, into, (i) => [list[i]!.cores, list[i]!.memory, 0]);
    else {
      const draw = await drawerOf(trace.sizes, fleet.seed);
      addAll(list, into, (i) => {
        const size = draw(i);
        return [coreUnits(size.cores), kibibytes(size.memoryBytes), CLASSES.indexOf(size.class)];
      });
    }
  };

export const bitbrains = read(true);
export const surfLisa = read(false);
