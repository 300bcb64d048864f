// gzip: members one after the other (RFC 1952), whose data is one text. Zeros behind a member, as tapes and blocks leave them, are
// passed over, whatever comes then: another member is read, anything else refused. Decoders differ there (Node's ends at the
// zeros without a word, browsers refuse a second member), so members are told apart here, on the same rule everywhere.
// In Node its zlib inflates, elsewhere pako: three times as slow, but it tells where a member ends, which DecompressionStream does not.

import type { Gunzip } from 'node:zlib';
import { DamagedStream } from './damaged.js';
import { Input } from './pieces.js';

const OUT_BYTES = 64 * 1024;
const WHOLE_FILE = 'a whole gzip file';

/** Unpacks one member and gives back what follows it. Throws an Error for damage, and where the input ends too soon. */
type Inflate = (input: Input) => AsyncGenerator<Uint8Array>;

/** As many members as stand without zeros between them: Node's decoder reads them as one. */
export function inflateByNode(create: () => Gunzip): Inflate {
  return async function* (input) {
    const gunzip = create();
    let fed = 0;
    /** What may not be read yet. */
    let last: Uint8Array[] = [];
    let failure: Error | undefined;
    const closed = new Promise<void>((resolve) => gunzip.once('close', resolve));
    const feed = async (): Promise<void> => {
      while (!gunzip.destroyed && !gunzip.readableEnded) {
        const piece = await input.next();
        if (piece === undefined) break;
        if (gunzip.bytesWritten === fed) last = [];
        last.push(piece);
        fed += piece.length;
        // A decoder that has come to its end may never answer.
        await Promise.race([closed, new Promise((resolve) => gunzip.write(piece, resolve))]);
      }
      if (!gunzip.destroyed) gunzip.end();
    };
    const fedAll = feed().catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
      gunzip.destroy();
    });
    try {
      for await (const bytes of gunzip) yield bytes as Uint8Array;
      gunzip.destroy();
      await fedAll;
      let unread = fed - gunzip.bytesWritten;
      for (const piece of unread > 0 ? last.reverse() : []) {
        input.giveBack(piece.subarray(Math.max(0, piece.length - unread)));
        unread -= piece.length;
        if (unread <= 0) break;
      }
    } catch (error) {
      throw failure ?? error;
    } finally {
      gunzip.destroy();
      await fedAll;
    }
    if (failure !== undefined) throw failure;
  };
}

/** Node's own module without an import of it, which no browser could load. */
async function ofThisPlace(): Promise<Inflate> {
  const zlib = (globalThis as { process?: NodeJS.Process }).process?.getBuiltinModule?.('node:zlib');
  if (zlib === undefined) return (await import('./inflate.js')).inflateByPako;
  return inflateByNode(() => zlib.createGunzip({ chunkSize: OUT_BYTES }));
}

/**
 * The content of the members in `packed`.
 *
 * @throws DamagedStream for what is not whole; what the source throws comes through as it is
 */
export async function* gunzip(packed: AsyncIterable<Uint8Array>, by?: Inflate): AsyncGenerator<Uint8Array> {
  const source = packed[Symbol.asyncIterator]();
  let ofSource: { error: unknown } | undefined;
  const input = new Input({
    next: () =>
      source.next().catch((error: unknown) => {
        ofSource = { error };
        throw error;
      }),
  });
  try {
    const inflate = by ?? (await ofThisPlace());
    do yield* inflate(input);
    while (await input.skipZeros());
  } catch (error) {
    if (ofSource !== undefined) throw ofSource.error;
    const what = error instanceof Error ? error.message : String(error);
    throw new DamagedStream(`damaged or incomplete gzip data (${what})`, WHOLE_FILE);
  } finally {
    await source.return?.();
  }
}
