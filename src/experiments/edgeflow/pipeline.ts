// A model's layers on their way through three servers in a row: read from flash, unpacked by the CPU, computed by the NPU; and how
// many bits each output channel keeps. Rules: docs/edgeflow.md.

/**
 * When each stage has finished each item, both in order: an item begins where the stage has finished the one before it and the stage
 * before has finished this one. `room`: so many items may be under way between the first stage and the end of the last; none: any
 * number.
 */
function finished(times: readonly (readonly number[])[], room = Infinity): number[][] {
  const items = times[0]?.length ?? 0;
  const done = times.map(() => new Array<number>(items).fill(0));
  const last = done.at(-1);
  for (let item = 0; item < items; item++)
    for (let stage = 0; stage < times.length; stage++) {
      const before = stage === 0 ? 0 : done[stage - 1]![item]!;
      const ahead = item === 0 ? 0 : done[stage]![item - 1]!;
      const freed = stage === 0 && item >= room ? last![item - room]! : 0;
      done[stage]![item] = Math.max(before, ahead, freed) + times[stage]![item]!;
    }
  return done;
}

/** When the last stage has finished the last item. */
export const makespan = (times: readonly (readonly number[])[], room?: number): number =>
  finished(times, room).at(-1)?.at(-1) ?? 0;

/** A phone, and a model on it. */
export interface Device {
  readonly layers: number;
  /** Weights of a layer. */
  readonly weights: number;
  /** Bytes a second from flash. */
  readonly flash: number;
  /** Weights a nanosecond that the CPU unpacks. */
  readonly unpack: number;
  /** Of a layer, ms. */
  readonly computeMs: number;
}

/** What a layer takes at each stage, ms. */
export const layerMs = ({ weights, flash, unpack, computeMs }: Device, bits: number): [number, number, number] => [
  ((weights * bits) / 8 / flash) * 1e3,
  weights / unpack / 1e6,
  computeMs,
];

/** All layers alike: one after the other, or overlapped. */
export function loadMs(device: Device, bits: number, overlapped: boolean, room?: number): number {
  const stages = layerMs(device, bits);
  if (!overlapped) return device.layers * stages.reduce((a, b) => a + b, 0);
  return makespan(
    stages.map((ms) => Array.from({ length: device.layers }, () => ms)),
    room,
  );
}

/** Fewer bits than these, and the NPU takes longest. */
export const boundByCompute = ({ weights, flash, computeMs }: Device): number =>
  ((computeMs / 1e3) * flash * 8) / weights;

/** Of a channel at so many bits: what rounding loses, as its square falls by 4 a bit (assumed). */
export const roundingError = (importance: number, bits: number): number => importance * 2 ** (-2 * bits);

export interface BitBudget {
  /** By channel, 1 to 8. */
  readonly bits: readonly number[];
  readonly error: number;
  /** In the mean of the channels. */
  readonly average: number;
  /** The same as stored: channels that have a fragment of 1, 2 or 4 bits are filled up to whole blocks. */
  readonly stored: number;
}

const FRAGMENTS = [1, 2, 4] as const;

/** Fragments of 1, 2 and 4 bits that make up a number of bits: 8 has two of 4. */
export const fragmentsOf = (bits: number): number[] =>
  bits === 8 ? [4, 4] : FRAGMENTS.filter((fragment) => (bits & fragment) !== 0);

/** Bits a channel takes as stored, where each fragment's channels are filled up to whole blocks. */
export function storedBits(bits: readonly number[], block: number): number {
  const counts = new Map<number, number>();
  for (const one of bits)
    for (const fragment of fragmentsOf(one)) counts.set(fragment, (counts.get(fragment) ?? 0) + 1);
  let stored = 0;
  for (const [fragment, count] of counts) stored += fragment * Math.ceil(count / block) * block;
  return stored / bits.length;
}

/**
 * From 8 bits everywhere down to an average: each step takes a bit where the error grows least. Errors grow faster the fewer bits are
 * left (they are convex), so that this is the least error of all with as many bits.
 */
export function budgetOf(importance: readonly number[], average: number, block: number): BitBudget {
  const bits = importance.map(() => 8);
  const growth = (channel: number): number => {
    const now = bits[channel]!;
    return now <= 1
      ? Infinity
      : roundingError(importance[channel]!, now - 1) - roundingError(importance[channel]!, now);
  };
  // a heap of channels by what their next bit costs
  const cost = importance.map((_, channel) => growth(channel));
  const heap = importance.map((_, channel) => channel).sort((a, b) => cost[a]! - cost[b]! || a - b);
  const down = (from: number): void => {
    for (let at = from; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && cost[heap[child]!]! < cost[heap[least]!]!) least = child;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  const target = Math.max(importance.length, Math.round(average * importance.length));
  for (let left = 8 * importance.length; left > target; left--) {
    const channel = heap[0]!;
    bits[channel]!--;
    cost[channel] = growth(channel);
    down(0);
  }
  return {
    bits,
    error: bits.reduce((sum, one, channel) => sum + roundingError(importance[channel]!, one), 0),
    average: bits.reduce((a, b) => a + b, 0) / bits.length,
    stored: storedBits(bits, block),
  };
}
