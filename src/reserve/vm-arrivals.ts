// A list of VMs from a file, instead of drawn ones: one a row, when it comes, how much memory it wants, how long it runs. CSV as
// every other file of the program (RFC 4180); cells are numbers in a unit that the scenario names, or quantities with their own.

import { InputError, show } from '../input/errors.js';
import { parseDuration, parseSize } from '../input/quantities.js';
import { decimal, csvBlocks, columnIndexes, CellProblems } from '../workload/csv-rows.js';
import { type TraceHost, readText } from '../workload/text-source.js';
import { type ReserveScenario, MOST_ARRIVALS } from './schema.js';

export interface VmArrival {
  readonly atNs: number;
  readonly bytes: number;
  /** Infinity: it runs on beyond the end. */
  readonly lifetimeNs: number;
}

export type ArrivalList = NonNullable<ReserveScenario['arrivals']>;

const TIME_NS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;
const MEMORY_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, GB: 1e9 } as const;

/** A number in `unit`, or a quantity such as 4GiB; NaN for what is neither. */
function quantity(cell: string, unit: number, parse: (text: string) => number): number {
  const plain = decimal(cell);
  if (!Number.isNaN(plain)) return Math.round(plain * unit);
  try {
    return parse(cell.trim());
  } catch {
    return NaN;
  }
}

/**
 * The VMs of the file in order of time, those of one time in order of their lines.
 *
 * @throws InputError with the line and column of every cell that is wrong
 */
export async function readArrivals(list: ArrivalList, host: TraceHost): Promise<readonly VmArrival[]> {
  const { file, timeUnit, memoryUnit } = list;
  const names = { arrival: 'arrival', memory: 'memory', lifetime: 'lifetime', ...list.columns };
  const isTime = `a number of ${timeUnit}, or a duration such as 90m`;
  const arrivals: VmArrival[] = [];
  for await (const block of csvBlocks(readText(host, file), file)) {
    const at = columnIndexes(block.header, [names.arrival, names.memory, names.lifetime], file);
    const problems = new CellProblems(file);
    for (let i = 0; i < block.rows.length; i++) {
      const row = block.rows[i]!;
      const cell = (name: string): string => row[at[name]!]!;
      const check = (name: string, value: number, least: number, expected: string): void => {
        if (!(value >= least && value <= Number.MAX_SAFE_INTEGER))
          problems.add(block.line(i), name, cell(name), expected);
      };
      const atNs = quantity(cell(names.arrival), TIME_NS[timeUnit], parseDuration);
      const bytes = quantity(cell(names.memory), MEMORY_BYTES[memoryUnit], parseSize);
      const stays = cell(names.lifetime).trim() === '';
      const lifetimeNs = stays ? 0 : quantity(cell(names.lifetime), TIME_NS[timeUnit], parseDuration);
      check(names.arrival, atNs, 0, `${isTime}, 0 or more`);
      check(names.memory, bytes, 1, `a number of ${memoryUnit}, or a size such as 4GiB, above 0`);
      check(names.lifetime, lifetimeNs, 0, `${isTime}, 0 or more, or nothing for one that stays`);
      arrivals.push({ atNs, bytes, lifetimeNs: stays ? Infinity : Math.max(lifetimeNs, 1) });
    }
    problems.throwIfAny();
    if (arrivals.length > MOST_ARRIVALS)
      throw new InputError({ file, path: '', given: `more than ${MOST_ARRIVALS} VMs`, expected: 'at most 5 million' });
  }
  if (arrivals.length === 0)
    throw new InputError({ file, path: '', given: show('no row below the header'), expected: 'at least one VM' });
  return arrivals.sort((a, b) => a.atNs - b.atNs);
}
