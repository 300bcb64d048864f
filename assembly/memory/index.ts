// The second Wasm file: page replacement on traces, and reserved memory. Neither has a host or a clock, each runs in an instance
// of its own, and the host's core stays below 64 KiB without them.

export * from "./replay";
export * from "./vmem/exports";

/** Keeps the control path's section in the binary, by which the loader knows a core of ours. */
export function part(): string {
  return "memory";
}
