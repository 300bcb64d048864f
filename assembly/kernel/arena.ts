// Fixed regions of linear memory. Everything the core owns is laid out once, while it is configured,
// by bumping one pointer; nothing is ever freed singly, and of what steps only the last region, task records, may grow.
// A simulation is dropped as a whole, with its instance.

// @ts-ignore: decorator
@inline const PAGE_BYTES: u64 = 65536;
// @ts-ignore: decorator
@inline const ALIGN: usize = 64; // a cache line: hot records never share one by accident

// The compiler's own bump allocator (runtime stub) serves strings and arrays of the control path from __heap_base on;
// it gets this much, and the arena begins behind it.
// @ts-ignore: decorator
@inline const CONTROL_BYTES: usize = 65536;

/** Holds the first free byte; zero means "not started yet". In memory, not in a global, so that a copy of memory is a whole snapshot. */
const TOP: usize = memory.data(8, 8);

/** Makes sure that linear memory reaches `end`. False when the engine refuses to grow it. */
function reserve(end: u64): bool {
  const have = <u64>memory.size() * PAGE_BYTES;
  if (end <= have) return true;
  const pages = (end - have + PAGE_BYTES - 1) / PAGE_BYTES;
  if (end > 0xffff_0000) return false;
  return memory.grow(<i32>pages) >= 0;
}

/** `bytes` zeroed bytes on a cache line, or 0 when memory cannot grow that far. Fresh Wasm pages are zero and no region is handed out twice. */
export function allocate(bytes: u64): usize {
  if (load<usize>(TOP) == 0) store<usize>(TOP, arenaBase());
  const at = load<usize>(TOP);
  const end = (<u64>at + bytes + ALIGN - 1) & ~<u64>(ALIGN - 1);
  if (!reserve(end)) return 0;
  store<usize>(TOP, <usize>end);
  return at;
}

/** Where the first region begins. */
export function arenaBase(): usize {
  return (__heap_base + CONTROL_BYTES + ALIGN - 1) & ~(ALIGN - 1);
}

/** Where the next region would begin; a region that ends here may still be extended with `extend`. */
export function arenaTop(): usize {
  return load<usize>(TOP);
}

/** Lengthens the last region by `bytes`. */
export function extend(bytes: u64): bool {
  const end = (<u64>load<usize>(TOP) + bytes + ALIGN - 1) & ~<u64>(ALIGN - 1);
  if (!reserve(end)) return false;
  store<usize>(TOP, <usize>end);
  return true;
}
