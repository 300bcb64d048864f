// A timeline read back, as the viewer reads it: by protobufjs from our own .proto, not by what wrote it.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { RunOptions, Simulation, TimelineSummary, TimelineWindow } from '../../src/index.js';

// numbers of 64 bits as numbers: none here is beyond 2^53, and objects of two halves took half of the time
protobuf.util.Long = null as never;
protobuf.configure();

const PROTO = fileURLToPath(new URL('../../src/timeline/trace.proto', import.meta.url));
export const schema = protobuf.parse(readFileSync(PROTO, 'utf8'), { keepCase: true }).root;

export interface Slice {
  readonly track: string;
  readonly name: string;
  readonly category: string;
  readonly fromNs: number;
  readonly untilNs: number;
  readonly depth: number;
  readonly values: Readonly<Record<string, number | string>>;
  readonly flows: readonly string[];
  readonly ended: readonly string[];
}

export interface Trace {
  /** `api/vCPU 0`, in the order in which they were declared. */
  readonly tracks: readonly string[];
  readonly slices: readonly Slice[];
  readonly instants: readonly Slice[];
  /** By track: [time, value]. */
  readonly counters: ReadonlyMap<string, readonly (readonly [number, number])[]>;
}

/** As protobufjs decodes it: what was not sent is null, nothing or none. */
interface Event {
  type: number;
  name_iid: number;
  track_uuid: number;
  category_iids: number[];
  counter_value: number;
  flow_ids: number[];
  terminating_flow_ids: number[];
  debug_annotations: { name_iid: number; int_value: number; string_value: string }[];
}

interface Packet {
  timestamp: number;
  track_event: Event | null;
  interned_data: Record<string, { iid: number; name: string }[]> | null;
  track_descriptor: { uuid: number; name: string; parent_uuid: number } | null;
}

type Open = { -readonly [K in keyof Slice]: Slice[K] };

const TRACE = schema.lookupType('fluxhost.timeline.Trace');
const TYPES = schema.lookupEnum('fluxhost.timeline.TrackEvent.Type').values;

/** Refuses what the viewer would not draw: ends without a begin, slices that overlap without nesting, names that were never sent. */
export function decode(bytes: Uint8Array): Trace {
  const { packet: packets } = TRACE.decode(bytes) as unknown as { packet: Packet[] };
  const names = new Map<string, string>();
  const nameOf = (kind: string, iid: number): string => {
    const name = names.get(`${kind} ${iid}`);
    if (name === undefined) throw new Error(`${kind} ${iid} was never sent`);
    return name;
  };
  const tracks = new Map<number, string>();
  const open = new Map<string, Open[]>();
  const slices: Open[] = [];
  /** When the last slice of a track and depth ended. */
  const ends = new Map<string, number>();
  const instants: Open[] = [];
  const counters = new Map<string, (readonly [number, number])[]>();
  const read = (event: Event, atNs: number, depth: number): Open => ({
    track: tracks.get(event.track_uuid)!,
    name: nameOf('event_names', event.name_iid),
    category: event.category_iids.map((iid) => nameOf('event_categories', iid)).join(','),
    fromNs: atNs,
    untilNs: atNs,
    depth,
    values: Object.fromEntries(
      event.debug_annotations.map((one) => [
        nameOf('debug_annotation_names', one.name_iid),
        Object.hasOwn(one, 'string_value') ? one.string_value : one.int_value,
      ]),
    ),
    flows: event.flow_ids.map(String),
    ended: event.terminating_flow_ids.map(String),
  });
  for (const { timestamp: atNs, track_event: event, interned_data: interned, track_descriptor: track } of packets) {
    for (const [kind, entries] of Object.entries(interned ?? {}))
      for (const { iid, name } of entries) names.set(`${kind} ${iid}`, name);
    if (track !== null) {
      const parent = tracks.get(track.parent_uuid);
      tracks.set(track.uuid, parent === undefined ? track.name : `${parent}/${track.name}`);
    }
    if (event === null) continue;
    if (!Number.isSafeInteger(atNs)) throw new Error(`an event at ${atNs}, beyond what a number holds`);
    const name = tracks.get(event.track_uuid);
    if (name === undefined) throw new Error(`an event on track ${event.track_uuid}, which is not declared`);
    const stack = open.get(name) ?? [];
    open.set(name, stack);
    const values = counters.get(name) ?? [];
    if (event.type === TYPES['TYPE_COUNTER']) {
      counters.set(name, values);
      values.push([atNs, event.counter_value]);
    } else if (event.type === TYPES['TYPE_INSTANT']) instants.push(read(event, atNs, stack.length));
    else if (event.type === TYPES['TYPE_SLICE_BEGIN']) {
      const slice = read(event, atNs, stack.length);
      if ((ends.get(`${name} ${slice.depth}`) ?? 0) > atNs)
        throw new Error(`${name}: ${slice.name} at ${atNs} begins too early`);
      if (stack.length > 0 && stack.at(-1)!.fromNs > atNs)
        throw new Error(`${name}: ${slice.name} begins before its parent`);
      stack.push(slice);
    } else {
      const slice = stack.pop();
      if (slice === undefined) throw new Error(`${name}: an end at ${atNs} without a begin`);
      if (atNs < slice.fromNs) throw new Error(`${name}: ${slice.name} ends before it begins`);
      slice.untilNs = atNs;
      ends.set(`${name} ${slice.depth}`, atNs);
      slices.push(slice);
    }
  }
  for (const [name, stack] of open) if (stack.length > 0) throw new Error(`${name}: ${stack.at(-1)!.name} never ends`);
  return { tracks: [...tracks.values()], slices, instants, counters };
}

export async function traced(
  simulation: Simulation,
  window?: Partial<TimelineWindow>,
  options?: RunOptions,
): Promise<{ trace: Trace; summary: TimelineSummary; bytes: Uint8Array; pieces: number }> {
  const pieces: Uint8Array[] = [];
  const summary = await simulation.timeline((piece) => pieces.push(piece), window, options);
  const bytes = Buffer.concat(pieces);
  return { trace: decode(bytes), summary, bytes, pieces: pieces.length };
}

/** Time of slices added up by a key. */
export function sums(slices: readonly Slice[], key: (slice: Slice) => string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const slice of slices) found[key(slice)] = (found[key(slice)] ?? 0) + slice.untilNs - slice.fromNs;
  return found;
}
