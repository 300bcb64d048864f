// The file that `fluxhost record` writes: eight letters, then pieces, each with a head of eight bytes (what it is, of which CPU, how
// long) and its content. First what was recorded (JSON), then pages of the ring buffers as they came, last what was lost and what it
// cost (JSON). Nothing is held back: a file that is cut off is readable up to there.

import { InputError } from '../input/errors.js';
import { type Recording, type SchedEvent, inOrder } from './events.js';
import { type EventFormats, readPage } from './ring.js';

export const MAGIC = 'FLUXREC1';
const HEAD_BYTES = 8;
/** A head of another file would ask for anything. */
const PIECE_MAX = 1 << 24;

export const PIECE = { about: 1, page: 2, end: 3 } as const;

/** What the first piece says. */
export interface RecordedAbout {
  readonly formats: EventFormats;
  readonly [more: string]: unknown;
}

/** What the last piece says. */
export interface RecordedEnd {
  /** Events that the kernel dropped or wrote over, by CPU. */
  readonly lostPerCpu: readonly number[];
  readonly [more: string]: unknown;
}

export function magicBytes(): Uint8Array {
  return new TextEncoder().encode(MAGIC);
}

export function pieceOf(kind: number, cpu: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, kind, true);
  view.setUint16(2, cpu, true);
  view.setUint32(4, content.length, true);
  bytes.set(content, HEAD_BYTES);
  return bytes;
}

export const jsonPiece = (kind: number, value: unknown): Uint8Array =>
  pieceOf(kind, 0, new TextEncoder().encode(JSON.stringify(value)));

/** @throws InputError for a file that is damaged before its end */
export function readContainer(bytes: Uint8Array, file: string): Recording {
  const damaged = (given: string): InputError =>
    new InputError({ file, path: '', given, expected: 'a recording of fluxhost record' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: SchedEvent[] = [];
  let about: RecordedAbout | undefined;
  let end: RecordedEnd | undefined;
  let lost = 0;
  for (let at = MAGIC.length; at + HEAD_BYTES <= bytes.length;) {
    const [kind, cpu, length] = [view.getUint16(at, true), view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
    const from = at + HEAD_BYTES;
    if (length > PIECE_MAX || kind < PIECE.about || kind > PIECE.end)
      throw damaged(`a piece of kind ${kind} and ${length} bytes`);
    if (from + length > bytes.length) break; // cut off while it was written
    try {
      if (kind === PIECE.page) {
        if (about === undefined) throw new RangeError('a page before what was recorded');
        lost += readPage(new DataView(bytes.buffer, bytes.byteOffset + from, length), cpu, about.formats, events);
      } else {
        const said: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(from, from + length)));
        if (kind === PIECE.about) about = said as RecordedAbout;
        else end = said as RecordedEnd;
      }
    } catch (error) {
      throw damaged(error instanceof Error ? error.message : String(error));
    }
    at = from + length;
  }
  if (about === undefined) throw damaged('nothing about what was recorded');
  const { formats: _, ...told } = about;
  return {
    format: 'fluxhost',
    events: inOrder(events),
    // The kernel's own count is the whole, where the file was not cut off before it.
    lost: end === undefined ? lost : end.lostPerCpu.reduce((sum, one) => sum + one, 0),
    processes: new Map(),
    about: end === undefined ? { ...told, cutOff: true } : { ...told, ...end },
  };
}
