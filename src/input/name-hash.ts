// A name as a number.

/** FNV-1a, 64 bits, as two halves: a VM's or function's random streams follow its name, so others may come and go. */
export function nameHash(name: string): { lo: number; hi: number } {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return { lo: Number(hash & 0xffffffffn), hi: Number(hash >> 32n) };
}
