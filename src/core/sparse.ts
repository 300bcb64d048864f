// Memory of a host as another one has left it, without what neither of them has touched: much of it is histograms of wide ranges, whose
// pages are zero. The system gives memory a page where it is first written, which takes longer than to see that there is nothing to write.

/** The system's smallest page; where it has larger ones, fewer are spared. */
const PAGE_WORDS = 1024;

function isZero(words: Int32Array, from: number, to: number): boolean {
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const some =
      words[at]! |
      words[at + 1]! |
      words[at + 2]! |
      words[at + 3]! |
      words[at + 4]! |
      words[at + 5]! |
      words[at + 6]! |
      words[at + 7]!;
    if (some !== 0) return false;
  }
  for (; at < to; at++) if (words[at] !== 0) return false;
  return true;
}

/** `image` at the begin of `memory`, which is zero from `written` on. */
export function setSparsely(memory: Uint8Array, image: Uint8Array, written: number): void {
  if (image.byteOffset % 4 !== 0 || written > image.length) return memory.set(image);
  const words = new Int32Array(image.buffer, image.byteOffset, image.length >> 2);
  let from = 0; // not yet copied
  for (let at = PAGE_WORDS * Math.ceil(written / 4 / PAGE_WORDS); at < words.length;) {
    const to = Math.min(at + PAGE_WORDS, words.length);
    if (isZero(words, at, to)) {
      memory.set(image.subarray(from, 4 * at), from);
      from = 4 * to;
    }
    at = to;
  }
  memory.set(image.subarray(from), from);
}
