// Bytes that come in pieces.

/** Bytes that come in pieces, of which one member takes what it needs and gives the rest back. */
export class Input {
  /** Given back, the first of them last. */
  private readonly rest: Uint8Array[] = [];

  constructor(private readonly source: AsyncIterator<Uint8Array>) {}

  /** The next piece, never an empty one; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const held = this.rest.pop();
      const step = held === undefined ? await this.source.next() : { value: held };
      if (step.done === true) return undefined;
      if (step.value.length > 0) return step.value;
    }
  }

  giveBack(rest: Uint8Array): void {
    this.rest.push(rest);
  }

  /** Passes over zeros; false where nothing follows. */
  async skipZeros(): Promise<boolean> {
    for (let piece = await this.next(); piece !== undefined; piece = await this.next()) {
      const at = piece.findIndex((byte) => byte !== 0);
      if (at < 0) continue;
      this.giveBack(piece.subarray(at));
      return true;
    }
    return false;
  }
}
