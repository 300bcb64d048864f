// Zstandard, by the reference decoder compiled to Wasm (zstddec's; the build copies its bytes, so that nothing is fetched and a
// strict content security policy holds). The loop here is ours: output is handed on a buffer at a time and asked for, so that a
// file of any content takes the memory of one window; checksums are verified; a call that neither takes nor gives is damage.
// Frames that stand one after the other are read, skippable ones passed over. Leaves out dictionaries, and windows above 128 MiB.

import { ZSTD_BASE64 } from '../generated/zstd-bytes.js';
import { decodeBase64 } from '../input/base64.js';
import { DamagedStream } from './damaged.js';

interface Decoder {
  readonly memory: WebAssembly.Memory;
  ZSTD_createDCtx(): number;
  ZSTD_DStreamInSize(): number;
  ZSTD_DStreamOutSize(): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
  malloc(bytes: number): number;
}

/** ZSTD_inBuffer and ZSTD_outBuffer: address, size, position, 32 bits each. */
const BUFFER_BYTES = 12;
/** Answers above it, as unsigned numbers, are errors: 2^32 minus the code. */
const ERRORS_FROM = 2 ** 32 - 120;
const WHOLE_FILE = 'a whole Zstandard file';
/** Of zstd_errors.h, those that a file can cause. */
const ERRORS: Readonly<Record<number, string>> = {
  10: 'bytes that begin no frame',
  14: 'a frame of an unknown kind',
  16: 'a frame that needs a window above 128 MiB',
  20: 'corrupted blocks',
  22: 'a checksum that does not match',
  24: 'a corrupted header of literals',
  30: 'a corrupted table of codes',
  32: 'a frame that needs a dictionary',
  64: 'more memory than there is',
  70: 'a block that unpacks to more than it may',
  72: 'a block of a wrong size',
};

let compiled: Promise<WebAssembly.Module> | undefined;

function module(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(decodeBase64(ZSTD_BASE64));
  return compiled;
}

const damaged = (what: string): DamagedStream =>
  new DamagedStream(`damaged or incomplete Zstandard data (${what})`, WHOLE_FILE);

/**
 * The content of the frames in `packed`.
 *
 * @throws DamagedStream for what is not whole
 */
export async function* unzstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // An instance a file: its memory goes with it, and files read side by side share nothing.
  const imports = { env: { emscripten_notify_memory_growth: () => undefined } };
  const decoder = (await WebAssembly.instantiate(await module(), imports)).exports as unknown as Decoder;
  const inBytes = decoder.ZSTD_DStreamInSize();
  const outBytes = decoder.ZSTD_DStreamOutSize();
  const context = decoder.ZSTD_createDCtx();
  const from = decoder.malloc(inBytes);
  const to = decoder.malloc(outBytes);
  const input = decoder.malloc(BUFFER_BYTES);
  const output = decoder.malloc(BUFFER_BYTES);
  // Fresh views each time: they die when memory grows.
  const write = (at: number, address: number, size: number, position: number): void =>
    new Uint32Array(decoder.memory.buffer, at, 3).set([address, size, position]);
  const position = (at: number): number => new Uint32Array(decoder.memory.buffer, at, 3)[2]!;

  /** 0 once a frame is over and all of it handed on. */
  let left = 0;
  for await (const chunk of packed) {
    for (let start = 0; start < chunk.length; start += inBytes) {
      const piece = chunk.subarray(start, start + inBytes);
      new Uint8Array(decoder.memory.buffer, from, inBytes).set(piece);
      for (let taken = 0, full = false; taken < piece.length || full;) {
        write(input, from, piece.length, taken);
        write(output, to, outBytes, 0);
        left = decoder.ZSTD_decompressStream(context, output, input) >>> 0;
        if (left > ERRORS_FROM) throw damaged(ERRORS[2 ** 32 - left] ?? `error ${2 ** 32 - left}`);
        const given = position(output);
        if (position(input) === taken && given === 0) {
          if (full) break; // there was nothing left to give
          throw damaged('no progress');
        }
        taken = position(input);
        full = given === outBytes && left !== 0;
        if (given > 0) yield new Uint8Array(decoder.memory.buffer, to, given).slice();
      }
    }
  }
  if (left !== 0) throw damaged('its end is missing');
}
