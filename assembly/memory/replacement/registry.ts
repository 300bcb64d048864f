// How each replacement policy is made and how it replays a window: each file tells its own here, when the core starts.
// Parameters are plain numbers; src/pages/policies.ts knows what they mean and checks them.

// @ts-ignore: decorator
@inline const NUMBERS: u32 = 128;

/** Indices into the table of functions; 0: none. */
@unmanaged
class Policy {
  make: u32;
  replay: u32;
  reserve: u32;
}

const POLICIES: usize = memory.data(1536, 8);

// @ts-ignore: decorator
@inline
function policyAt(number: u32): Policy {
  return changetype<Policy>(POLICIES + <usize>number * offsetof<Policy>());
}

/** Says how the policy of this number is made (its first and second parameter, 0 where it has none), and how it replays. */
export function policy<T>(
  number: u32,
  make: (capacity: u32, first: f64, second: f64) => usize,
  replay: (cache: T, at: usize, end: usize) => void,
): void {
  assert(number < NUMBERS);
  const at = policyAt(number);
  assert(at.make == 0);
  at.make = make.index;
  at.replay = replay.index;
}

/** Before each window it takes the memory that it may need for so many requests; false when memory does not reach. */
export function reserves<T>(number: u32, reserve: (cache: T, count: u32) => bool): void {
  policyAt(number).reserve = reserve.index;
}

/** A policy's state, or 0 when memory does not reach or no policy has this number. */
export function makeBy(number: u32, capacity: u32, first: f64, second: f64): usize {
  const make = number < NUMBERS ? policyAt(number).make : 0;
  return make == 0 ? 0 : call_indirect<usize>(make, capacity, first, second);
}

/** False when memory does not reach. */
export function reserveBy(number: u32, cache: usize, count: u32): bool {
  const reserve = policyAt(number).reserve;
  return reserve == 0 || call_indirect<bool>(reserve, cache, count);
}

/** Replays the requests from `at` to `end`. */
// @ts-ignore: decorator
@inline
export function replayBy(number: u32, cache: usize, at: usize, end: usize): void {
  call_indirect<void>(policyAt(number).replay, cache, at, end);
}
