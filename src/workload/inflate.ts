// One gzip member by pako, where Node's zlib is not at hand: in browsers. A file of its own, so that only what is used is bundled.

import { ZStream, zlibInflateInit2, zlibInflate, Z_NO_FLUSH, Z_OK, Z_STREAM_END, Z_BUF_ERROR } from 'pako';
import type { Input } from './pieces.js';

const OUT_BYTES = 64 * 1024;

/** @throws Error for damage, and where the input ends too soon */
export async function* inflateByPako(input: Input): AsyncGenerator<Uint8Array> {
  const stream = new ZStream();
  zlibInflateInit2(stream, 31); // a window of 2^15, within gzip's header and trailer
  for (;;) {
    const piece = await input.next();
    if (piece === undefined) throw new Error('unexpected end of file');
    stream.input = piece;
    stream.next_in = 0;
    stream.avail_in = piece.length;
    do {
      stream.output = new Uint8Array(OUT_BYTES);
      stream.next_out = 0;
      stream.avail_out = OUT_BYTES;
      const status = zlibInflate(stream, Z_NO_FLUSH);
      if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) throw new Error(stream.msg);
      if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
      if (status !== Z_STREAM_END) continue;
      input.giveBack(piece.subarray(stream.next_in));
      return;
    } while (stream.avail_in > 0 || stream.avail_out === 0);
  }
}
