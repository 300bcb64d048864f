// System traces of Perfetto (traced_probes, tracebox): ftrace events in protobuf, one by one or in the compact form, which leaves
// out who was on the CPU before: that follows from the switch before. Field numbers are those of ftrace.proto beside this file, which
// a test holds against this one. Leaves out compressed packets and every other data source.

import { PbfReader } from 'pbf';
import { InputError } from '../input/errors.js';
import { type Recording, type SchedEvent, inOrder } from './events.js';
import { ENDED, SLEEPS } from './ring.js';

export const FIELDS = {
  Trace: { packet: 1 },
  TracePacket: { ftrace_events: 1, process_tree: 2 },
  ProcessTree: { threads: 2 },
  Thread: { tid: 1, tgid: 3 },
  FtraceEventBundle: { cpu: 1, event: 2, lost_events: 3, compact_sched: 4 },
  CompactSched: {
    switch_timestamp: 1,
    switch_prev_state: 2,
    switch_next_pid: 3,
    switch_next_comm_index: 6,
    intern_table: 5,
    waking_timestamp: 7,
    waking_pid: 8,
    waking_target_cpu: 9,
    waking_comm_index: 11,
  },
  FtraceEvent: {
    timestamp: 1,
    pid: 2,
    print: 3,
    sched_switch: 4,
    sched_wakeup: 17,
    sched_waking: 20,
    sched_wakeup_new: 114,
    sched_process_fork: 239,
    sched_migrate_task: 491,
  },
  PrintFtraceEvent: { buf: 2 },
  SchedSwitchFtraceEvent: { prev_comm: 1, prev_pid: 2, prev_state: 4, next_comm: 5, next_pid: 6 },
  SchedWakingFtraceEvent: { comm: 1, pid: 2, target_cpu: 5 },
  SchedWakeupFtraceEvent: { comm: 1, pid: 2, target_cpu: 5 },
  SchedWakeupNewFtraceEvent: { comm: 1, pid: 2, target_cpu: 5 },
  SchedProcessForkFtraceEvent: { child_comm: 3, child_pid: 4 },
  SchedMigrateTaskFtraceEvent: { pid: 2, orig_cpu: 4, dest_cpu: 5 },
} as const;

/** A trace's packets in another compression. */
const COMPRESSED_PACKETS = 50;
/** Who ran before the first switch that a trace has. */
const UNKNOWN = -1;
/** A number that is written with the other way round for its sign takes ten bytes. */
const SIGNED = true;

interface Gathered {
  readonly events: SchedEvent[];
  readonly processes: Map<number, number>;
  lost: number;
}

type Values = Record<number, number | string>;

/** The fields of a flat message, whatever they are: texts where `texts` says so. */
function flat(pbf: PbfReader, texts: readonly number[]): Values {
  return pbf.readMessage<Values>((tag, values, reader) => {
    if (texts.includes(tag)) values[tag] = reader.readString();
    else if (reader.type === 0) values[tag] = reader.readVarint(SIGNED);
  }, {});
}

const number = (values: Values, tag: number): number => Number(values[tag] ?? 0);
const text = (values: Values, tag: number): string => String(values[tag] ?? '');

type Build = (pbf: PbfReader) => (at: Pick<SchedEvent, 'atNs' | 'cpu' | 'pid'>) => SchedEvent;

const wakes = (kind: 'waking' | 'wakeup', places: typeof FIELDS.SchedWakingFtraceEvent): Build => {
  return (pbf) => {
    const said = flat(pbf, [places.comm]);
    const [thread, target] = [number(said, places.pid), number(said, places.target_cpu)];
    return (at) => ({ ...at, kind, thread, comm: text(said, places.comm), target });
  };
};

const BUILD: Readonly<Record<number, Build>> = {
  [FIELDS.FtraceEvent.sched_switch]: (pbf) => {
    const places = FIELDS.SchedSwitchFtraceEvent;
    const said = flat(pbf, [places.prev_comm, places.next_comm]);
    return (at) => ({
      ...at,
      pid: number(said, places.prev_pid),
      kind: 'switch',
      comm: text(said, places.prev_comm),
      blocks: (number(said, places.prev_state) & SLEEPS) !== 0,
      ends: (number(said, places.prev_state) & ENDED) !== 0,
      next: number(said, places.next_pid),
      nextComm: text(said, places.next_comm),
    });
  },
  [FIELDS.FtraceEvent.sched_waking]: wakes('waking', FIELDS.SchedWakingFtraceEvent),
  [FIELDS.FtraceEvent.sched_wakeup]: wakes('wakeup', FIELDS.SchedWakeupFtraceEvent),
  [FIELDS.FtraceEvent.sched_wakeup_new]: wakes('wakeup', FIELDS.SchedWakeupNewFtraceEvent),
  [FIELDS.FtraceEvent.sched_process_fork]: (pbf) => {
    const places = FIELDS.SchedProcessForkFtraceEvent;
    const said = flat(pbf, [places.child_comm]);
    const [child, comm] = [number(said, places.child_pid), text(said, places.child_comm)];
    return (at) => ({ ...at, kind: 'fork', child, comm });
  },
  [FIELDS.FtraceEvent.sched_migrate_task]: (pbf) => {
    const places = FIELDS.SchedMigrateTaskFtraceEvent;
    const said = flat(pbf, []);
    const [thread, from, to] = [places.pid, places.orig_cpu, places.dest_cpu].map((tag) => number(said, tag));
    return (at) => ({ ...at, kind: 'migrate', thread: thread!, from: from!, to: to! });
  },
  [FIELDS.FtraceEvent.print]: (pbf) => {
    const said = flat(pbf, [FIELDS.PrintFtraceEvent.buf]);
    return (at) => ({ ...at, kind: 'note', text: text(said, FIELDS.PrintFtraceEvent.buf).trimEnd() });
  },
};

function readEvent(pbf: PbfReader): ((cpu: number) => SchedEvent) | undefined {
  let [atNs, pid] = [0, 0];
  let build: ReturnType<Build> | undefined;
  pbf.readMessage((tag, _, reader) => {
    if (tag === FIELDS.FtraceEvent.timestamp) atNs = reader.readVarint();
    else if (tag === FIELDS.FtraceEvent.pid) pid = reader.readVarint();
    else build = BUILD[tag]?.(reader) ?? build;
  }, undefined);
  const made = build;
  return made === undefined ? undefined : (cpu) => made({ atNs, cpu, pid });
}

/** Columns of numbers by their tags, and the texts. */
interface Compact {
  readonly columns: Record<number, number[]>;
  readonly names: string[];
}

function readCompact(pbf: PbfReader): Compact {
  const { intern_table, switch_prev_state } = FIELDS.CompactSched;
  const known = new Set<number>(Object.values(FIELDS.CompactSched));
  return pbf.readMessage<Compact>(
    (tag, { columns, names }, reader) => {
      if (tag === intern_table) names.push(reader.readString());
      else if (known.has(tag)) columns[tag] = reader.readPackedVarint([], tag === switch_prev_state);
    },
    { columns: {}, names: [] },
  );
}

/** Instants of a column that holds the first one and then differences. */
function instants(column: readonly number[] = []): number[] {
  let atNs = 0;
  return column.map((step) => (atNs += step));
}

function compactEvents({ columns, names }: Compact, cpu: number): SchedEvent[] {
  const places = FIELDS.CompactSched;
  const at = (tag: number, i: number): number => columns[tag]?.[i] ?? 0;
  const name = (tag: number, i: number): string => names[at(tag, i)] ?? '';
  return [
    ...instants(columns[places.switch_timestamp]).map((atNs, i): SchedEvent => ({
      ...{ kind: 'switch', atNs, cpu, pid: UNKNOWN, comm: '' },
      blocks: (at(places.switch_prev_state, i) & SLEEPS) !== 0,
      ends: (at(places.switch_prev_state, i) & ENDED) !== 0,
      next: at(places.switch_next_pid, i),
      nextComm: name(places.switch_next_comm_index, i),
    })),
    ...instants(columns[places.waking_timestamp]).map((atNs, i): SchedEvent => ({
      ...{ kind: 'waking', atNs, cpu, pid: UNKNOWN },
      thread: at(places.waking_pid, i),
      comm: name(places.waking_comm_index, i),
      target: at(places.waking_target_cpu, i),
    })),
  ];
}

function readBundle(pbf: PbfReader, gathered: Gathered): void {
  const places = FIELDS.FtraceEventBundle;
  let cpu = 0;
  const made: ((cpu: number) => SchedEvent)[] = [];
  const compact: Compact[] = [];
  pbf.readMessage((tag, _, reader) => {
    if (tag === places.cpu) cpu = reader.readVarint();
    else if (tag === places.lost_events) gathered.lost += reader.readBoolean() ? 1 : 0;
    else if (tag === places.compact_sched) compact.push(readCompact(reader));
    else if (tag === places.event) {
      const event = readEvent(reader);
      if (event !== undefined) made.push(event);
    }
  }, undefined);
  for (const event of made) gathered.events.push(event(cpu));
  for (const one of compact) gathered.events.push(...compactEvents(one, cpu));
}

/** Who was on the CPU, where the compact form leaves it out. */
function completed(events: readonly SchedEvent[]): SchedEvent[] {
  const running = new Map<number, { readonly pid: number; readonly comm: string }>();
  return events.map((event) => {
    const before = running.get(event.cpu);
    if (event.kind === 'switch') running.set(event.cpu, { pid: event.next, comm: event.nextComm });
    if (event.pid !== UNKNOWN || before === undefined) return event;
    return event.kind === 'switch' ? { ...event, ...before } : { ...event, pid: before.pid };
  });
}

/** @throws InputError for bytes that are no such trace */
export function readPerfetto(bytes: Uint8Array, file: string): Recording {
  const gathered: Gathered = { events: [], processes: new Map(), lost: 0 };
  const refuse = (given: string): InputError =>
    new InputError({
      file,
      path: '',
      given,
      expected: "Perfetto's trace with events of the scheduler, not compressed",
    });
  try {
    new PbfReader(bytes).readFields((packet, _, pbf) => {
      if (packet !== FIELDS.Trace.packet) return;
      pbf.readMessage((tag, __, reader) => {
        if (tag === COMPRESSED_PACKETS) throw refuse('a trace of compressed packets');
        if (tag === FIELDS.TracePacket.ftrace_events) readBundle(reader, gathered);
        if (tag === FIELDS.TracePacket.process_tree) readThreads(reader, gathered.processes);
      }, undefined);
    }, undefined);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw refuse(`a damaged file (${error instanceof Error ? error.message : String(error)})`);
  }
  if (gathered.events.length === 0) throw refuse('a file without one such event');
  const { events, processes, lost } = gathered;
  return { format: 'perfetto', events: completed(inOrder(events)), lost, processes, about: {} };
}

function readThreads(pbf: PbfReader, processes: Map<number, number>): void {
  pbf.readMessage((tag, _, reader) => {
    if (tag !== FIELDS.ProcessTree.threads) return;
    const thread = flat(reader, []);
    processes.set(number(thread, FIELDS.Thread.tid), number(thread, FIELDS.Thread.tgid));
  }, undefined);
}
