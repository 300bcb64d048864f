// Which hosts start functions cold, and how much of their memory instances hold: a cell a host, or several in order.

import { SERVED_TIERS } from '../lifecycle/counters.js';
import { COLD } from './function-figures.js';
import { type FunctionCount, HELD } from './function-row.js';
import type { FunctionMapResult } from './result.js';

/** What hosts keep for functions, and how long each is simulated. Plain data. */
export interface KeptForFunctions {
  /** By type, in the order of hosts. */
  readonly types: readonly { readonly count: number; readonly bytes: number }[];
  /** Of all windows together. */
  readonly lengthNs: number;
  /** Requests in the windows, of all hosts: known before any is simulated. */
  readonly requests: number;
}

/** What of a host's functions a cell shows. */
export interface MappedHost {
  readonly served: number;
  readonly cold: number;
  /** Memory × time of its instances. */
  readonly byteSeconds: number;
}

export function mappedOf(of: (name: FunctionCount) => number): MappedHost {
  const sum = (names: readonly FunctionCount[]): number => names.reduce((all, name) => all + of(name), 0);
  return { served: sum(SERVED_TIERS), cold: sum(COLD), byteSeconds: sum(HELD) };
}

const NS = 1e9;
/** A share in per cent, to a tenth: few starts are cold. */
const percentOf = (part: number, whole: number): number | null =>
  whole > 0 ? Math.round((1000 * part) / whole) / 10 : null;

/** Takes hosts in, in any order: whole numbers are added up. */
export class FunctionMap {
  private readonly cells: { served: number; cold: number; byteSeconds: number; keptBytes: number }[];
  private readonly bytesOf: (host: number) => number;

  constructor(
    private readonly kept: KeptForFunctions,
    private readonly hostsPerCell: number,
  ) {
    let from = 0;
    const ends = kept.types.map(({ count }) => (from += count));
    this.bytesOf = (host) => kept.types[ends.findIndex((end) => host < end)]!.bytes;
    const length = Math.ceil(from / hostsPerCell);
    this.cells = Array.from({ length }, () => ({ served: 0, cold: 0, byteSeconds: 0, keptBytes: 0 }));
  }

  add(host: number, { served, cold, byteSeconds }: MappedHost): void {
    const cell = this.cells[Math.floor(host / this.hostsPerCell)]!;
    cell.served += served;
    cell.cold += cold;
    cell.byteSeconds += byteSeconds;
    cell.keptBytes += this.bytesOf(host);
  }

  result(): FunctionMapResult {
    const seconds = this.kept.lengthNs / NS;
    return {
      coldStartPercent: this.cells.map(({ served, cold }) => percentOf(cold, served)),
      functionMemoryPercent: this.cells.map((cell) => percentOf(cell.byteSeconds, cell.keptBytes * seconds)),
    };
  }
}
