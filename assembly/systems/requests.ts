// Requests as columns that the caller fills: when each comes, whose it is, how long it computes, fetches and writes; and what became of it.

import { allocate } from "../kernel/arena";
import { ANSWERS, SETTINGS } from "./layout";

@unmanaged
class Requests {
  count: u32;
  at: usize; // f64 each
  fn: usize; // u32
  compute: usize;
  fetch: usize;
  write: usize;
  done: usize; // out: when it was answered; 0: not
  started: usize; // out: when its VM was its own
  flags: usize; // out, u32
  sizes: usize; // of functions: f64, bytes of an instance
  state: usize; // u32: what is awaited, of the machine
  instance: usize; // u32
}

export const requests = changetype<Requests>(memory.data(48, 8));

/** Room for so many, of so many functions; false without memory. */
export function makeRequests(count: u32, functions: u32): bool {
  const wide = <u64>count << 3;
  const narrow = <u64>count << 2;
  requests.count = count;
  requests.at = allocate(wide);
  requests.fn = allocate(narrow);
  requests.compute = allocate(wide);
  requests.fetch = allocate(wide);
  requests.write = allocate(wide);
  requests.done = allocate(wide);
  requests.started = allocate(wide);
  requests.flags = allocate(narrow);
  requests.sizes = allocate(<u64>functions << 3);
  requests.state = allocate(narrow);
  requests.instance = allocate(narrow);
  return requests.instance != 0 && requests.state != 0 && requests.sizes != 0 && requests.flags != 0;
}

// @ts-ignore: decorator
@inline
export function timeOf(column: usize, index: u32): u64 {
  return <u64>load<f64>(column + (<usize>index << 3));
}

// @ts-ignore: decorator
@inline
export function setTime(column: usize, index: u32, value: u64): void {
  store<f64>(column + (<usize>index << 3), <f64>value);
}

// @ts-ignore: decorator
@inline
export function word(column: usize, index: u32): u32 {
  return load<u32>(column + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function setWord(column: usize, index: u32, value: u32): void {
  store<u32>(column + (<usize>index << 2), value);
}

// @ts-ignore: decorator
@inline
export function flag(index: u32, bit: u32): void {
  setWord(requests.flags, index, word(requests.flags, index) | bit);
}

const settings = memory.data(160, 8);
const answers = memory.data(128, 8);

/** Where the settings are to be written, f64 each. */
export function settingsAt(): usize {
  return settings;
}

/** Where the answers are, f64 each. */
export function answersAt(): usize {
  return answers;
}

// @ts-ignore: decorator
@inline
export function setting(index: i32): f64 {
  assert(index < SETTINGS);
  return load<f64>(settings + (<usize>index << 3));
}

// @ts-ignore: decorator
@inline
export function put(index: i32, value: f64): void {
  assert(index < ANSWERS);
  store<f64>(answers + (<usize>index << 3), value);
}
