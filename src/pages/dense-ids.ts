// Ids of any kind as page numbers 0, 1, 2 …, in the order of their first use: exact, two ids never share a number. For ids that
// are no page numbers: 64-bit hashes of a key, addresses cut finer than 4 KiB, texts.
// Memory: 64-bit ids some 20 to 40 bytes each, texts their characters and some 100 bytes.

/** What V8 lets a Map hold, less one. */
const MAP_MAX = 2 ** 24 - 1;
const SLOTS_FIRST = 1024;
const SLOT_BYTES = 12;
const TEXT_BYTES = 100;

export class DenseIds {
  private count = 0;
  private slots = SLOTS_FIRST;
  /** Two words a slot; a slot is empty where its number is 0. */
  private keys = new Uint32Array(2 * SLOTS_FIRST);
  /** Of each slot: the id's number plus one. */
  private numbers = new Uint32Array(SLOTS_FIRST);
  private words = 0;
  private readonly texts = [new Map<string, number>()];
  private textBytes = 0;

  /** Ids so far. */
  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.slots * SLOT_BYTES + this.textBytes;
  }

  ofWords(low: number, high: number): number {
    const slot = this.slotOf(low, high);
    const found = this.numbers[slot]!;
    if (found !== 0) return found - 1;
    this.keys[2 * slot] = low;
    this.keys[2 * slot + 1] = high;
    this.numbers[slot] = ++this.count;
    if (++this.words * 2 > this.slots) this.grow();
    return this.count - 1;
  }

  ofText(text: string): number {
    for (const map of this.texts) {
      const found = map.get(text);
      if (found !== undefined) return found;
    }
    let last = this.texts[this.texts.length - 1];
    if (last === undefined || last.size >= MAP_MAX) this.texts.push((last = new Map<string, number>()));
    // A copy: engines keep a cell as a view of the whole piece of text that it was cut from.
    last.set(Array.from(text).join(''), this.count);
    this.textBytes += 2 * text.length + TEXT_BYTES;
    return this.count++;
  }

  private slotOf(low: number, high: number): number {
    const mask = this.slots - 1;
    const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (this.numbers[slot] !== 0 && (this.keys[2 * slot] !== low || this.keys[2 * slot + 1] !== high))
      slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, numbers, slots } = this;
    this.slots = 2 * slots;
    this.keys = new Uint32Array(2 * this.slots);
    this.numbers = new Uint32Array(this.slots);
    for (let from = 0; from < slots; from++) {
      if (numbers[from] === 0) continue;
      const to = this.slotOf(keys[2 * from]!, keys[2 * from + 1]!);
      this.keys[2 * to] = keys[2 * from]!;
      this.keys[2 * to + 1] = keys[2 * from + 1]!;
      this.numbers[to] = numbers[from]!;
    }
  }
}
