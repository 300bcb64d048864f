// Two bodies that take heat from the fleet and give it to the room and to each other: an RC network, integrated exactly over every step
// of constant power. Rules: docs/pi-dlinear.md.

/** Of GPUs and of memory (J/K, K/W), the GPUs' share of the power, and the room (°C). */
export interface Network {
  readonly gpuCapacity: number;
  readonly memoryCapacity: number;
  readonly gpuToRoom: number;
  readonly memoryToRoom: number;
  readonly gpuToMemory: number;
  readonly gpuShare: number;
  readonly room: number;
}

export type Temperatures = readonly [gpu: number, memory: number];

/** What becomes of temperatures: x' = A x + what power brings. */
function matrix(network: Network): readonly [number, number, number, number] {
  const { gpuCapacity, memoryCapacity, gpuToRoom, memoryToRoom, gpuToMemory } = network;
  return [
    -(1 / gpuToRoom + 1 / gpuToMemory) / gpuCapacity,
    1 / gpuToMemory / gpuCapacity,
    1 / gpuToMemory / memoryCapacity,
    -(1 / memoryToRoom + 1 / gpuToMemory) / memoryCapacity,
  ];
}

/** Both negative, the slower first: what goes between the bodies keeps them apart. */
function eigenvalues(network: Network): readonly [slow: number, fast: number] {
  const [a, b, c, d] = matrix(network);
  const fast = (a + d) / 2 - Math.hypot((a - d) / 2, Math.sqrt(b * c));
  const { gpuCapacity, memoryCapacity, gpuToRoom, memoryToRoom, gpuToMemory } = network;
  // the determinant without the difference of two like numbers
  const determinant =
    (1 / (gpuToRoom * memoryToRoom) + (1 / gpuToRoom + 1 / memoryToRoom) / gpuToMemory) / gpuCapacity / memoryCapacity;
  return [determinant / fast, fast];
}

/** Seconds, the longer first. */
export function timeConstants(network: Network): readonly [slow: number, fast: number] {
  const [slow, fast] = eigenvalues(network);
  return [-1 / slow, -1 / fast];
}

/** Where temperatures stay under a power in watts. */
export function steady(network: Network, power: number): Temperatures {
  const { gpuToRoom, memoryToRoom, gpuToMemory, gpuShare, room } = network;
  const [g, m, between] = [1 / gpuToRoom, 1 / memoryToRoom, 1 / gpuToMemory];
  const determinant = g * m + (g + m) * between;
  return [
    room + (power * (gpuShare * m + between)) / determinant,
    room + (power * ((1 - gpuShare) * g + between)) / determinant,
  ];
}

/** What takes temperatures over `seconds` of a constant power: the distance from where they would stay shrinks by the matrix' exponential. */
export function exactStep(network: Network, seconds: number): (from: Temperatures, power: number) => Temperatures {
  const [a, b, c, d] = matrix(network);
  const [slow, fast] = eigenvalues(network);
  const [ofSlow, ofFast] = [Math.exp(slow * seconds), Math.exp(fast * seconds)];
  const gap = slow - fast;
  const blend = (diagonal: number): number => (ofSlow * (diagonal - fast) - ofFast * (diagonal - slow)) / gap;
  const across = (ofSlow - ofFast) / gap;
  const [gg, gm, mg, mm] = [blend(a), across * b, across * c, blend(d)];
  return ([gpu, memory], power) => {
    const [gpuEnd, memoryEnd] = steady(network, power);
    const [x, y] = [gpu - gpuEnd, memory - memoryEnd];
    return [gpuEnd + gg * x + gm * y, memoryEnd + mg * x + mm * y];
  };
}

/** Above `limit` (°C) power is multiplied by `factor` until the GPUs are `below` K cooler. */
export interface Throttle {
  readonly limit: number;
  readonly factor: number;
  readonly below: number;
}

/** Power of every step, and temperatures at its end. */
export interface Series {
  readonly power: Float64Array;
  readonly gpu: Float64Array;
  readonly memory: Float64Array;
  /** Steps under a throttle. */
  readonly throttled: number;
}

/** From where the first step's power would leave them. */
export function warmed(network: Network, seconds: number, asked: Float64Array, throttle: Throttle): Series {
  const step = exactStep(network, seconds);
  const [power, gpu, memory] = [asked.slice(), new Float64Array(asked.length), new Float64Array(asked.length)];
  let now = steady(network, asked[0] ?? 0);
  let hot = false;
  let throttled = 0;
  for (let i = 0; i < asked.length; i++) {
    hot = hot ? now[0] >= throttle.limit - throttle.below : now[0] > throttle.limit;
    if (hot) {
      power[i] = asked[i]! * throttle.factor;
      throttled++;
    }
    now = step(now, power[i]!);
    [gpu[i], memory[i]] = now;
  }
  return { power, gpu, memory, throttled };
}
