// The second Wasm file: page replacement on traces, residency in levels, reserved memory, and placement on the hosts of a fleet.
// None has a host or a clock of its own, each runs in an instance of its own, and whoever only wants a host does not fetch them.

export * from "./replay";
export * from "./vmem/exports";
export * from "../residency/exports";
export * from "../placement/exports";

/** Keeps the control path's section in the binary, by which the loader knows a core of ours. */
export function part(): string {
  return "memory";
}
