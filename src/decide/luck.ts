// What would come of an action, whoever takes it: a draw that hangs on who is acted on, how, and for the how-manieth time alone. All
// policies meet the same luck, so that what differs between them is what they decided.

/** Of a run: the same seed is the same world. */
export type Luck = (entity: number, action: number, attempt: number) => number;

const mixed = (state: number, word: number): number => {
  let h = Math.imul(state ^ word, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
};

/** Uniform in [0, 1), of 53 bits. `purpose`: for draws of another kind. */
export function luckOf(seed: number, purpose = 0): Luck {
  const begin = mixed(mixed(0x9e3779b9, seed >>> 0), purpose >>> 0);
  return (entity, action, attempt) => {
    const a = mixed(mixed(mixed(begin, entity + 1), action + 1), attempt + 1);
    const b = mixed(a, 0x6a09e667);
    return (a * 2 ** 21 + (b >>> 11)) / 2 ** 53;
  };
}
