// Words that are read before they are needed. Wasm has no instruction that only fetches a line of memory; a load of which nothing
// depends lets the processor run on until it can hold no more, so that it waits for several at once, and less.

const READ: usize = memory.data(8, 8);

/** `word` has been read, whatever it is: it goes where nobody looks, or the compiler would leave the reading out. */
// @ts-ignore: decorator
@inline
export function readAhead(word: u64): void {
  store<u64>(READ, word);
}
