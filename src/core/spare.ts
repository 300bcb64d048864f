// Instances that closed hosts have left, for the next ones. An instance costs 0.1 ms, but its linear memory makes the engine collect
// garbage: 320 hosts created one after the other take a third of the time where each takes over the memory of the one before.

import { type CoreInstance, hashOf, instantiateCore } from './load.js';
import type { PolicyImports } from '../policy.js';

const MOST = 2; // hosts that are open at once are mostly few
/** Of all that are kept of a module. */
const MOST_BYTES = 128 * 2 ** 20;

const spares = new WeakMap<WebAssembly.Module, CoreInstance[]>();

/** A core as its module makes it. With a policy it is a new one, and one of another name is no spare. */
export function coreFor(module: WebAssembly.Module, sha256?: string, policy?: PolicyImports): CoreInstance {
  const left = policy === undefined ? spares.get(module) : undefined;
  if (left?.at(-1)?.sha256 === hashOf(module, sha256)) return left.pop()!;
  return instantiateCore(module, sha256, policy);
}

/** Nobody uses `instance` any more; its memory must be as its module makes it, but for its length. */
export function leaveCore(module?: WebAssembly.Module, instance?: CoreInstance): void {
  if (module === undefined || instance === undefined) return;
  const left = spares.get(module) ?? [];
  const bytes = [...left, instance].reduce((sum, { memory }) => sum + memory.buffer.byteLength, 0);
  if (left.length < MOST && bytes <= MOST_BYTES) left.push(instance);
  spares.set(module, left);
}
