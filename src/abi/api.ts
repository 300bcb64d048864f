// Policies in Wasm for programs.

import { argument } from '../input/argument.js';
import type { Policy } from '../policy.js';
import { fuelled } from './fuel.js';
import { instantiatePolicy, readPolicy } from './policy.js';

/** How a policy in Wasm is held. */
export interface WasmPolicyOptions {
  /**
   * Loop heads, calls and early returns that one decision may take, after which it ends the run with a PolicyError; needs the package
   * assemblyscript. Default: they are not counted.
   */
  readonly fuel?: number;
}

/**
 * A policy in Wasm, written in C, Rust or whatever compiles to it, as one for `Simulation.create` (docs/policy-abi.md). One simulation each:
 * what it keeps in its memory is its own.
 *
 *     const policy = await wasmPolicy(await readFile('policy.wasm'));
 *     const simulation = await Simulation.create(scenario, { policy });
 *
 * @throws InputError naming every import and export that does not fit the interface
 * @throws PolicyError for one that traps when it starts, or speaks another version
 */
export async function wasmPolicy(source: Uint8Array, { fuel }: WasmPolicyOptions = {}): Promise<Policy> {
  argument('policy', source, 'bytes', 'the bytes of a Wasm module');
  return instantiatePolicy(await (fuel === undefined ? readPolicy(source) : fuelled(source, fuel)));
}
