// A 64-bit hash over every event of a packing: two fleets with one fingerprint placed every VM alike. Two lanes of 32 bits (the rounds of
// xxHash32, Collet 2014), since JavaScript multiplies no 64.

const PRIMES = [0x9e3779b1, 0x85ebca77] as const;
const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);

export class Fingerprint {
  private a = 1;
  private b = 2;

  private take(word: number): void {
    const a = Math.imul(this.a ^ word, PRIMES[0]);
    this.a = (a << 13) | (a >>> 19);
    const b = Math.imul(this.b + word, PRIMES[1]);
    this.b = ((b << 17) | (b >>> 15)) ^ this.a;
  }

  add(time: number, kind: number, entity: number, host: number): void {
    double[0] = time + 0; // -0 is 0
    this.take(words[0]!);
    this.take(words[1]!);
    this.take(kind);
    this.take(entity);
    this.take(host);
  }

  /** Another fingerprint, or several one after the other. */
  addText(hex: string): void {
    for (let at = 0; at < hex.length; at += 8) this.take(Number.parseInt(hex.slice(at, at + 8), 16) | 0);
  }

  text(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.a) + hex(this.b);
  }
}
