// A Perfetto trace, written packet by packet as it goes: memory stays small however long the trace. Names are sent once and then
// referred to by number. Field numbers are those of trace.proto beside this file, which a test holds against this one.

import { PbfWriter } from 'pbf';

/** Takes the next bytes of the file; what it is given is its own. */
export type TimelineSink = (bytes: Uint8Array) => void;

export const FIELDS = {
  Trace: { packet: 1 },
  TracePacket: {
    timestamp: 8,
    trusted_packet_sequence_id: 10,
    track_event: 11,
    interned_data: 12,
    sequence_flags: 13,
    track_descriptor: 60,
  },
  TrackDescriptor: { uuid: 1, name: 2, parent_uuid: 5, counter: 8, child_ordering: 11, sibling_order_rank: 12 },
  CounterDescriptor: { unit: 3 },
  TrackEvent: {
    category_iids: 3,
    debug_annotations: 4,
    type: 9,
    name_iid: 10,
    track_uuid: 11,
    counter_value: 30,
    flow_ids: 47,
    terminating_flow_ids: 48,
  },
  DebugAnnotation: { name_iid: 1, int_value: 4, string_value: 6 },
  InternedData: { event_categories: 1, event_names: 2, debug_annotation_names: 3 },
  EventCategory: { iid: 1, name: 2 },
} as const;

const BEGIN = 1;
const END = 2;
const INSTANT = 3;
const COUNTER = 4;
const EXPLICIT = 3;
const UNITS = { ns: 1, count: 2, bytes: 3 } as const;
const STATE_CLEARED = 1;
const NEEDS_STATE = 2;

/** Bytes that gather before they are handed on. */
const CHUNK = 1 << 16;

/** What an event says beside its name. */
export interface Details {
  readonly category?: string;
  /** Numbers and texts by name, as the selection in the viewer shows them. */
  readonly values?: Readonly<Record<string, number | string>>;
  /** Arrows that begin here or pass through. */
  readonly flows?: readonly number[];
  /** Those that end here. */
  readonly ended?: readonly number[];
}

/** Texts that are referred to by number. */
type Interned = 'event_categories' | 'event_names' | 'debug_annotation_names';

export class TraceWriter {
  /** Bytes so far. */
  bytes = 0;
  /** Slices so far. */
  slices = 0;
  private readonly out = new PbfWriter();
  private readonly numbers: Record<Interned, Map<string, number>> = {
    event_categories: new Map(),
    event_names: new Map(),
    debug_annotation_names: new Map(),
  };
  /** Texts that the next packet has to bring. */
  private fresh: { kind: Interned; iid: number; name: string }[] = [];
  private started = false;

  /** @param tracks numbers up to this are another writer's, whose packets stand before these in one file */
  constructor(
    private readonly sink: TimelineSink,
    private tracks = 0,
  ) {}

  /** Declares a track under `parent` (0: at the top), in the order of the calls; `unit` makes it a counter's. */
  track(name: string, parent = 0, unit?: keyof typeof UNITS): number {
    const uuid = ++this.tracks;
    const F = FIELDS.TrackDescriptor;
    this.packet((packet) => {
      packet.writeMessage(
        FIELDS.TracePacket.track_descriptor,
        (_, track) => {
          track.writeVarintField(F.uuid, uuid);
          track.writeStringField(F.name, name);
          if (parent !== 0) track.writeVarintField(F.parent_uuid, parent);
          if (unit !== undefined) {
            track.writeMessage(
              F.counter,
              (of, counter) => counter.writeVarintField(FIELDS.CounterDescriptor.unit, of),
              UNITS[unit],
            );
          } else track.writeVarintField(F.child_ordering, EXPLICIT);
          track.writeVarintField(F.sibling_order_rank, uuid);
        },
        null,
      );
    });
    return uuid;
  }

  /** What stood on `track` from one instant to another. Slices of a track come in their order, inner ones between begin and end of their outer one. */
  slice(track: number, fromNs: number, untilNs: number, name: string, details: Details = {}): void {
    this.begin(track, fromNs, name, details);
    this.end(track, untilNs);
  }

  begin(track: number, atNs: number, name: string, details: Details = {}): void {
    this.slices++;
    this.event(track, atNs, BEGIN, name, details);
  }

  end(track: number, atNs: number): void {
    this.event(track, atNs, END);
  }

  instant(track: number, atNs: number, name: string, details: Details = {}): void {
    this.event(track, atNs, INSTANT, name, details);
  }

  counter(track: number, atNs: number, value: number): void {
    this.event(track, atNs, COUNTER, undefined, {}, value);
  }

  /** Hands on what is left. */
  finish(): void {
    this.flush();
  }

  private event(track: number, atNs: number, type: number, name?: string, details: Details = {}, value?: number): void {
    const F = FIELDS.TrackEvent;
    const nameIid = name === undefined ? 0 : this.iid('event_names', name);
    const category = details.category === undefined ? 0 : this.iid('event_categories', details.category);
    const values = Object.entries(details.values ?? {}).map(
      ([key, given]) => [this.iid('debug_annotation_names', key), given] as const,
    );
    const { flows = [], ended = [] } = details;
    this.packet((packet) => {
      packet.writeVarintField(FIELDS.TracePacket.timestamp, atNs);
      packet.writeMessage(
        FIELDS.TracePacket.track_event,
        (_, event) => {
          if (category !== 0) event.writeVarintField(F.category_iids, category);
          for (const one of values) event.writeMessage(F.debug_annotations, annotation, one);
          event.writeVarintField(F.type, type);
          if (nameIid !== 0) event.writeVarintField(F.name_iid, nameIid);
          event.writeVarintField(F.track_uuid, track);
          if (value !== undefined) event.writeVarintField(F.counter_value, value);
          for (const flow of flows) event.writeFixed64Field(F.flow_ids, flow);
          for (const flow of ended) event.writeFixed64Field(F.terminating_flow_ids, flow);
        },
        null,
      );
    });
  }

  private iid(kind: Interned, name: string): number {
    const known = this.numbers[kind].get(name);
    if (known !== undefined) return known;
    const iid = this.numbers[kind].size + 1;
    this.numbers[kind].set(name, iid);
    this.fresh.push({ kind, iid, name });
    return iid;
  }

  private packet(write: (packet: PbfWriter) => void): void {
    const F = FIELDS.TracePacket;
    this.out.writeMessage(
      FIELDS.Trace.packet,
      (_, packet) => {
        packet.writeVarintField(F.trusted_packet_sequence_id, 1);
        packet.writeVarintField(F.sequence_flags, this.started ? NEEDS_STATE : STATE_CLEARED | NEEDS_STATE);
        if (this.fresh.length > 0) packet.writeMessage(F.interned_data, interned, this.fresh);
        write(packet);
      },
      null,
    );
    this.started = true;
    this.fresh = [];
    if (this.out.pos >= CHUNK) this.flush();
  }

  private flush(): void {
    if (this.out.pos === 0) return;
    const bytes = this.out.finish().slice();
    this.bytes += bytes.length;
    this.out.length = this.out.buf.length; // the room stays as it is
    this.sink(bytes);
  }
}

function annotation([iid, value]: readonly [number, number | string], out: PbfWriter): void {
  const F = FIELDS.DebugAnnotation;
  out.writeVarintField(F.name_iid, iid);
  if (typeof value === 'number') out.writeVarintField(F.int_value, value);
  else out.writeStringField(F.string_value, value);
}

function interned(fresh: readonly { kind: Interned; iid: number; name: string }[], out: PbfWriter): void {
  // an entry of each kind has its number in field 1 and its name in field 2
  for (const { kind, iid, name } of fresh) {
    out.writeMessage(
      FIELDS.InternedData[kind],
      (_, entry) => {
        entry.writeVarintField(FIELDS.EventCategory.iid, iid);
        entry.writeStringField(FIELDS.EventCategory.name, name);
      },
      null,
    );
  }
}
