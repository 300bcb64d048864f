// Pages of the kernel's ring buffer, as per_cpu/cpuN/trace_pipe_raw gives them: a page is its first instant (u64), how much of it is
// used (u64, with flags), and events. An event begins with 5 bits of type and 27 of time since the one before.
// After Linux's include/linux/ring_buffer.h and kernel/trace/ring_buffer.c; where fields lie comes from each event's `format` file.

import type { SchedEvent } from './events.js';

/** Where a field of an event lies. */
export interface FieldPlace {
  readonly offset: number;
  readonly size: number;
  /** The four bytes say where the text lies: offset in the lower half, length in the upper. */
  readonly located?: boolean;
}

/** An event's name and fields, by the number that stands in its records. */
export type EventFormats = Readonly<
  Record<string, { readonly name: string; readonly fields: Readonly<Record<string, FieldPlace>> }>
>;

const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
/** Of the page's second word: its lower 20 bits are bytes, bit 31 says that events before it are lost, bit 30 that their number follows. */
const USED = 0xfffff;
const HEAD_BYTES = 16;

/** `format` of an event, as tracefs gives it. */
export function readFormat(text: string): [id: string, format: EventFormats[string]] | undefined {
  const name = /^name: (\S+)$/m.exec(text)?.[1];
  const id = /^ID: (\d+)$/m.exec(text)?.[1];
  if (name === undefined || id === undefined) return undefined;
  const fields: Record<string, FieldPlace> = {};
  for (const [, declared = '', offset, size] of text.matchAll(/^\tfield:([^;]+);\toffset:(\d+);\tsize:(\d+);/gm)) {
    const field = /(\w+)(?:\[\d*\])?$/.exec(declared)![1]!;
    const located = declared.startsWith('__data_loc');
    fields[field] = { offset: Number(offset), size: Number(size), ...(located ? { located } : {}) };
  }
  return [id, { name, fields }];
}

const decoder = new TextDecoder();

/** One event's bytes, by the names of its fields. */
class Fields {
  constructor(
    private readonly view: DataView,
    private readonly at: number,
    private readonly end: number,
    private readonly places: Readonly<Record<string, FieldPlace>>,
  ) {}

  number(name: string): number {
    const place = this.places[name];
    if (place === undefined) throw new RangeError(`an event without the field ${name}`);
    const at = this.at + place.offset;
    if (place.size === 8) return Number(this.view.getBigInt64(at, true));
    return this.view.getInt32(at, true);
  }

  text(name: string): string {
    const place = this.places[name];
    if (place === undefined) throw new RangeError(`an event without the field ${name}`);
    let [from, size] = [this.at + place.offset, place.size];
    if (place.located === true) {
      const where = this.view.getUint32(from, true);
      [from, size] = [this.at + (where & 0xffff), where >>> 16];
    } else if (size === 0) size = this.end - from;
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset + from, Math.min(size, this.end - from));
    const nul = bytes.indexOf(0);
    return decoder.decode(nul < 0 ? bytes : bytes.subarray(0, nul));
  }
}

type Where = Pick<SchedEvent, 'atNs' | 'cpu' | 'pid'>;

/** States up to here sleep; what lies above says how it was preempted. */
export const SLEEPS = 0xff;
/** Of those: dead, or a zombie. */
export const ENDED = 0x30;

const READ: Readonly<Record<string, (at: Where, fields: Fields) => SchedEvent>> = {
  sched_switch: (at, fields) => ({
    ...at,
    pid: fields.number('prev_pid'),
    kind: 'switch',
    comm: fields.text('prev_comm'),
    blocks: (fields.number('prev_state') & SLEEPS) !== 0,
    ends: (fields.number('prev_state') & ENDED) !== 0,
    next: fields.number('next_pid'),
    nextComm: fields.text('next_comm'),
  }),
  sched_waking: (at, fields) => wake(at, 'waking', fields),
  sched_wakeup: (at, fields) => wake(at, 'wakeup', fields),
  sched_wakeup_new: (at, fields) => wake(at, 'wakeup', fields),
  sched_migrate_task: (at, fields) => ({
    ...at,
    kind: 'migrate',
    thread: fields.number('pid'),
    from: fields.number('orig_cpu'),
    to: fields.number('dest_cpu'),
  }),
  sched_process_fork: (at, fields) => ({
    ...at,
    kind: 'fork',
    child: fields.number('child_pid'),
    comm: fields.text('child_comm'),
  }),
  sched_stat_runtime: (at, fields) => ({
    ...at,
    kind: 'ran',
    thread: fields.number('pid'),
    ranNs: fields.number('runtime'),
  }),
  // `record` lets no other timer through.
  hrtimer_expire_entry: (at) => ({ ...at, kind: 'period' }),
  print: (at, fields) => ({ ...at, kind: 'note', text: fields.text('buf').trimEnd() }),
};

/** The events that are read; `record` switches these on. */
export const RECORDED = [
  'sched/sched_switch',
  'sched/sched_waking',
  'sched/sched_wakeup',
  'sched/sched_wakeup_new',
  'sched/sched_migrate_task',
  'sched/sched_process_fork',
  'sched/sched_stat_runtime',
] as const;

/** By timer: switched on with a filter that lets PERIOD_FUNCTION alone through. */
export const PERIOD_EVENT = 'timer/hrtimer_expire_entry';
export const PERIOD_FUNCTION = 'sched_cfs_period_timer';

function wake(at: Where, kind: 'waking' | 'wakeup', fields: Fields): SchedEvent {
  const [thread, comm, target] = [fields.number('pid'), fields.text('comm'), fields.number('target_cpu')];
  return { ...at, kind, thread, comm, target };
}

/** The instant from which a page tells. */
export const sinceOf = (page: Uint8Array): number =>
  Number(new DataView(page.buffer, page.byteOffset, page.byteLength).getBigUint64(0, true));

/** Bytes of a page that are used, its head included. */
export function usedBytes(page: DataView): number {
  const word = page.getUint32(8, true);
  return HEAD_BYTES + (word & USED) + ((word & 0x40000000) !== 0 ? 8 : 0);
}

/** What a page says that it has lost before it; one where it says no number. */
function lostBefore(page: DataView): number {
  const word = page.getUint32(8, true);
  if ((word & 0x80000000) === 0) return 0;
  const at = HEAD_BYTES + (word & USED);
  return (word & 0x40000000) !== 0 && at + 8 <= page.byteLength ? Number(page.getBigUint64(at, true)) : 1;
}

/**
 * The events of one page, appended; returns how many were lost before it.
 *
 * @throws RangeError for bytes that are no such page
 */
export function readPage(page: DataView, cpu: number, formats: EventFormats, events: SchedEvent[]): number {
  let time = Number(page.getBigUint64(0, true));
  const end = HEAD_BYTES + (page.getUint32(8, true) & USED);
  if (end > page.byteLength) throw new RangeError(`a page that ends before its ${end} bytes`);
  for (let at = HEAD_BYTES; at < end;) {
    const head = page.getUint32(at, true);
    const type = head & 31;
    const delta = head >>> 5;
    if (type === PADDING && delta === 0) break;
    const longer = type === 0 || type === PADDING;
    const data = at + (type === 0 ? 8 : 4);
    const next = at + 4 + (longer ? page.getUint32(at + 4, true) : type >= TIME_EXTEND ? 4 : type * 4);
    if (next > end) throw new RangeError('an event that ends after its page');
    if (type === TIME_EXTEND) time += page.getUint32(at + 4, true) * 2 ** 27 + delta;
    else if (type === TIME_STAMP) time = page.getUint32(at + 4, true) * 2 ** 27 + delta;
    else if (type === PADDING) time += delta;
    else {
      time += delta;
      const format = formats[page.getUint16(data, true)];
      const read = format === undefined ? undefined : READ[format.name];
      if (format !== undefined && read !== undefined)
        events.push(
          read({ atNs: time, cpu, pid: page.getInt32(data + 4, true) }, new Fields(page, data, next, format.fields)),
        );
    }
    at = next;
  }
  return lostBefore(page);
}
