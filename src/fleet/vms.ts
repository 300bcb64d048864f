// The VMs of a fleet as columns: a few million of them take 40 bytes each.

export const CLASSES = ['latency-critical', 'best-effort'] as const;
export type VmClass = (typeof CLASSES)[number];

/** Times beyond this are taken for never, or for long ago: whole nanoseconds are exact up to here. */
const TIME_LIMIT = Number.MAX_SAFE_INTEGER;
/** Cores are counted in millionths. */
export const CORE = 1e6;
export const KIB = 1024;
/** Where a decimal number means a whole unit but its double lies a hair below. */
const HAIR = 1e-4;

/** Of what is smaller than a millionth of a core or a KiB nothing is asked: what is a share of a host adds up to no more than it. */
export const coreUnits = (cores: number): number => Math.floor(cores * CORE + HAIR);
export const kibibytes = (bytes: number): number => Math.floor(bytes / KIB + HAIR);

const clampTime = (ns: number): number => Math.min(TIME_LIMIT, Math.max(-TIME_LIMIT, Math.round(ns)));

/** Rows in the order of arrival; those of one instant in the order of the file. */
export interface VmTable {
  readonly count: number;
  readonly arrivalNs: Float64Array;
  readonly departureNs: Float64Array;
  /** Millionths of a core. */
  readonly cores: Float64Array;
  /** KiB. */
  readonly memory: Float64Array;
  /** Index into CLASSES. */
  readonly classes: Uint8Array;
  /** Where each stood in the file. */
  readonly rows: Uint32Array;
}

export class VmTableBuilder {
  private columns = [0, 0, 0, 0].map(() => new Float64Array(1024));
  private classes = new Uint8Array(1024);
  count = 0;

  /** Infinity: it never leaves. */
  add(arrivalNs: number, departureNs: number, cores: number, memory: number, vmClass: number): void {
    if (this.count === this.classes.length) {
      const grown = this.count * 2;
      this.columns = this.columns.map((column) => {
        const larger = new Float64Array(grown);
        larger.set(column);
        return larger;
      });
      const classes = new Uint8Array(grown);
      classes.set(this.classes);
      this.classes = classes;
    }
    const i = this.count++;
    const arrival = clampTime(arrivalNs);
    this.columns[0]![i] = arrival;
    this.columns[1]![i] = Math.max(arrival, clampTime(departureNs));
    this.columns[2]![i] = cores;
    this.columns[3]![i] = memory;
    this.classes[i] = vmClass;
  }

  table(): VmTable {
    const { count } = this;
    const [arrivals, departures, cores, memory] = this.columns.map((column) => column.subarray(0, count));
    const rows = new Uint32Array(count);
    let isSorted = true;
    for (let i = 0; i < count; i++) {
      rows[i] = i;
      if (i > 0 && arrivals![i]! < arrivals![i - 1]!) isSorted = false;
    }
    const classes = this.classes.subarray(0, count);
    if (isSorted)
      return { count, arrivalNs: arrivals!, departureNs: departures!, cores: cores!, memory: memory!, classes, rows };
    rows.sort((a, b) => arrivals![a]! - arrivals![b]! || a - b);
    const sorted = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]!);
    return {
      count,
      arrivalNs: sorted(arrivals!),
      departureNs: sorted(departures!),
      cores: sorted(cores!),
      memory: sorted(memory!),
      classes: Uint8Array.from(rows, (row) => classes[row]!),
      rows,
    };
  }
}
