// Which function sets the hooks of which mechanism: each file tells its own here, when the core starts.

// @ts-ignore: decorator
@inline const NUMBERS: u32 = 256;
/** By number an index into the table of functions; 0: no such mechanism. In memory, where a snapshot finds it unchanged. */
const CHOOSERS: usize = memory.data(1024, 8);

/** Says that `choose` sets the hooks of the mechanism `kind`; no other may have that number. */
export function mechanism(kind: u32, choose: () => void): void {
  assert(kind < NUMBERS);
  const at = CHOOSERS + (<usize>kind << 2);
  assert(load<u32>(at) == 0);
  store<u32>(at, choose.index);
}

/** Sets the hooks of `kind`. False: there is no such mechanism. */
export function choose(kind: u32): bool {
  const index = kind < NUMBERS ? load<u32>(CHOOSERS + (<usize>kind << 2)) : 0;
  if (index == 0) return false;
  call_indirect<void>(index);
  return true;
}
