// A name as a number.

/** FNV-1a, 64 bits, as two halves: a VM's or function's random streams follow its name, so others may come and go. */
export function nameHash(name: string): { lo: number; hi: number } {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return { lo: Number(hash & 0xffffffffn), hi: Number(hash >> 32n) };
}

/** FNV-1a, 32 bits, unsigned: what a lesson's numbers follow from (a student's name). Another width would be other numbers for everybody. */
export function nameHash32(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
