// A snapshot: the core's linear memory as it lies, behind a header that says which core it belongs to. A core of another
// build would read the same bytes otherwise, so it refuses them and names both hashes.
//
//   0 magic 'fluxhost' 8 B | 8 version u32 | 12 layout u32 | 16 core SHA-256, 32 B | 48 scenario length u32 | 52 memory length u32
//   56 checksum of all but itself, u64 | 64 scenario JSON (UTF-8) | padding to 8 | memory

import { argument } from '../input/argument.js';
import * as L from '../../assembly/layout.js';
import { checksum } from './checksum.js';
import { setSparsely } from './sparse.js';
import { utf8ToBytes, hexToBytes, bytesToHex } from '@noble/hashes/utils.js';
import type { PolicyName } from '../policy.js';
import { InputError, show } from '../input/errors.js';
import type { Scenario } from '../scenario/types.js';
import type { InjectionState } from './injection.js';
import type { IntervalState } from './intervals.js';
import type { ArrivalReading } from './late.js';

const MAGIC = utf8ToBytes('fluxhost');
/** 2: with a checksum. */
const VERSION = 2;
const CHECKSUM_AT = 56;
const HEADER_BYTES = 64;

/** Everything of a simulation that goes on: the scenario it runs, the arrivals outside the core, linear memory. */
export interface SnapshotParts {
  readonly scenario: Scenario;
  readonly injection: InjectionState;
  /** Arrivals counted on the way, to tell late requests at the end. */
  readonly late: readonly (ArrivalReading | null)[];
  /** What was counted by interval of time so far. */
  readonly intervals: IntervalState;
  /** Decisions that functions of the program took: they must be given again. */
  readonly policy: readonly PolicyName[];
  /** VM slots of each class for functions. */
  readonly slots?: number | undefined;
  readonly memory: Uint8Array;
}

/**
 * The hash that ties a snapshot to its core.
 *
 * @throws InputError where there is none: a WebAssembly.Module does not tell its bytes, and one that came from another
 *   thread or was compiled elsewhere was never seen as bytes here
 */
export function knownSha256(sha256: string | null): string {
  if (sha256 !== null && /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new InputError({
    path: 'module',
    given:
      sha256 === null || sha256 === '' ? 'a module whose bytes were never seen here' : `coreSha256 ${show(sha256)}`,
    expected:
      'a core that a snapshot can name: a module that compileCore has made here from the bytes of fluxhost.wasm, or ' +
      'options.coreSha256, 64 hexadecimal digits: manifest.coreSha256 of a run where the module was compiled',
  });
}

const padded = (length: number): number => (length + 7) & ~7;

export function packSnapshot(coreSha256: string, { memory, ...carried }: SnapshotParts): Uint8Array {
  const json = utf8ToBytes(JSON.stringify(carried));
  const memoryAt = padded(HEADER_BYTES + json.length);
  const bytes = new Uint8Array(memoryAt + memory.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, L.LAYOUT_VERSION, true);
  bytes.set(hexToBytes(coreSha256), 16);
  view.setUint32(48, json.length, true);
  view.setUint32(52, memory.length, true);
  bytes.set(json, HEADER_BYTES);
  setSparsely(bytes.subarray(memoryAt), memory, 0);
  const [low, high] = checksum(bytes, CHECKSUM_AT);
  view.setUint32(CHECKSUM_AT, low, true);
  view.setUint32(CHECKSUM_AT + 4, high, true);
  return bytes;
}

/**
 * @throws InputError for bytes that are no snapshot, that are cut or changed, or that another build of the core has written
 */
export function unpackSnapshot(bytes: Uint8Array, coreSha256: string, file?: string): SnapshotParts {
  const refuse = (given: string, expected: string): InputError =>
    new InputError({ ...(file === undefined ? {} : { file }), path: 'snapshot', given, expected });
  argument('snapshot', bytes, 'bytes', 'a snapshot written by fluxhost');
  if (bytes.length < HEADER_BYTES || !MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw refuse(`${bytes.length} bytes that do not begin with "fluxhost"`, 'a snapshot written by fluxhost');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) throw refuse(`version ${version}`, `version ${VERSION}`);
  const writer = bytesToHex(bytes.subarray(16, 48));
  if (writer !== coreSha256) throw refuse(`a snapshot of core ${writer}`, `one of this core, ${coreSha256}`);
  const jsonLength = view.getUint32(48, true);
  const memoryLength = view.getUint32(52, true);
  const memoryAt = padded(HEADER_BYTES + jsonLength);
  if (bytes.length !== memoryAt + memoryLength)
    throw refuse(`${bytes.length} bytes`, `${memoryAt + memoryLength} bytes: the file is cut or has grown`);
  const hex = (low: number, high: number): string =>
    [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
  const was = hex(view.getUint32(CHECKSUM_AT, true), view.getUint32(CHECKSUM_AT + 4, true));
  const is = hex(...checksum(bytes, CHECKSUM_AT));
  if (is !== was) throw refuse(`bytes with checksum ${is}`, `${was}, as written: some have changed since`);
  const carried = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + jsonLength))) as Omit<
    SnapshotParts,
    'memory'
  >;
  return { ...carried, memory: bytes.subarray(memoryAt) };
}
