// Fuel: each decision of a policy may go through so many loop heads and calls, and traps at the next. Binaryen puts the counting in when
// the policy is loaded, so that an endless loop ends at the same place on every machine, without a clock.

import { InputError } from '../input/errors.js';
import { FUEL_EXPORT, type PolicyModule, readPolicy } from './policy.js';
import { ABI_EXPORTS, ABI_VERSION_EXPORT } from './interface.js';

/** Loop heads and calls that one decision may take, where nobody says. */
export const DEFAULT_FUEL = 100_000;

type Ref = number;

/** What is used of Binaryen. */
interface Module {
  setFeatures(features: number): void;
  validate(): number;
  runPasses(passes: string[]): void;
  emitBinary(): Uint8Array;
  dispose(): void;
  getNumFunctions(): number;
  getFunctionByIndex(index: number): Ref;
  removeFunction(name: string): void;
  removeExport(name: string): void;
  getExport(name: string): Ref;
  addFunction(name: string, parameters: number, results: number, locals: number[], body: Ref): Ref;
  addFunctionExport(internal: string, external: string): Ref;
  addGlobal(name: string, type: number, mutable: boolean, value: Ref): Ref;
  addGlobalExport(internal: string, external: string): Ref;
  block(label: string | null, children: Ref[], type?: number): Ref;
  if(condition: Ref, yes: Ref): Ref;
  call(name: string, operands: Ref[], type: number): Ref;
  unreachable(): Ref;
  readonly local: { get(index: number, type: number): Ref };
  readonly global: { get(name: string, type: number): Ref; set(name: string, value: Ref): Ref };
  readonly i32: { const(value: number): Ref; sub(a: Ref, b: Ref): Ref; lt_s(a: Ref, b: Ref): Ref };
}

interface Binaryen {
  readonly Features: Readonly<
    Record<'MutableGlobals' | 'NontrappingFPToInt' | 'SignExt' | 'BulkMemory' | 'BulkMemoryOpt' | 'Multivalue', number>
  >;
  readonly i32: number;
  readonly none: number;
  readBinary(bytes: Uint8Array): Module;
  expandType(type: number): number[];
  getFunctionInfo(ref: Ref): { name: string; module: string; base: string; params: number; results: number };
  getExportInfo(ref: Ref): { value: string };
  setDebugInfo(on: boolean): void;
}

async function binaryen(): Promise<Binaryen> {
  try {
    const name = ['assemblyscript', 'binaryen'].join('/'); // no literal, as in src/policy-core.ts
    return ((await import(name)) as { default: Binaryen }).default;
  } catch {
    throw new InputError({
      path: 'judge',
      given: 'no Binaryen to count fuel with',
      expected: 'the package assemblyscript beside fluxhost: npm install assemblyscript@0.28.20',
    });
  }
}

/** Of a function of Binaryen's pass: what it calls at each loop head, call and return. */
const COUNTED = 'log_execution';
const FUEL = 'fuel';

function functionNames(library: Binaryen, module: Module): { name: string; base: string }[] {
  return Array.from({ length: module.getNumFunctions() }, (_, i) =>
    library.getFunctionInfo(module.getFunctionByIndex(i)),
  );
}

/** Each call of an export begins with a full tank. */
function refuel(library: Binaryen, module: Module, name: string, fuel: number): void {
  const ref = module.getExport(name);
  if (ref === 0) return;
  const inner = library.getExportInfo(ref).value;
  const found = Array.from({ length: module.getNumFunctions() }, (_, i) =>
    library.getFunctionInfo(module.getFunctionByIndex(i)),
  ).find((one) => one.name === inner)!;
  const operands = library.expandType(found.params).map((type, i) => module.local.get(i, type));
  const outer = `refuelled ${name}`;
  const body = module.block(
    null,
    [module.global.set(FUEL, module.i32.const(fuel)), module.call(inner, operands, found.results)],
    found.results,
  );
  module.addFunction(outer, found.params, found.results, [], body);
  module.removeExport(name);
  module.addFunctionExport(outer, name);
}

function counting(library: Binaryen, bytes: Uint8Array, fuel: number): Uint8Array {
  const { MutableGlobals, NontrappingFPToInt, SignExt, BulkMemory, BulkMemoryOpt, Multivalue } = library.Features;
  const read = (from: Uint8Array): Module => {
    const module = library.readBinary(from);
    module.setFeatures(MutableGlobals | NontrappingFPToInt | SignExt | BulkMemory | BulkMemoryOpt | Multivalue);
    return module;
  };
  library.setDebugInfo(false);
  // written once without names, so that no function of the policy's is called as ours are
  const first = read(bytes);
  const valid = first.validate() !== 0;
  const bare = valid ? first.emitBinary() : undefined;
  first.dispose();
  if (bare === undefined) throw new Error('features beyond those that every engine has, such as exceptions or SIMD');
  const module = read(bare);
  module.runPasses([COUNTED.replace('_', '-')]);
  const called = functionNames(library, module).find(({ base }) => base === COUNTED);
  module.addGlobal(FUEL, library.i32, true, module.i32.const(fuel));
  module.addGlobalExport(FUEL, FUEL_EXPORT);
  if (called !== undefined) {
    module.removeFunction(called.name);
    const left = (): Ref => module.global.get(FUEL, library.i32);
    const body = module.block(null, [
      module.global.set(FUEL, module.i32.sub(left(), module.i32.const(1))),
      module.if(module.i32.lt_s(left(), module.i32.const(0)), module.unreachable()),
    ]);
    module.addFunction(called.name, library.i32, library.none, [], body);
  }
  for (const [name] of Object.values(ABI_EXPORTS)) refuel(library, module, name, fuel);
  refuel(library, module, ABI_VERSION_EXPORT, fuel);
  if (module.validate() === 0) throw new Error('the counted module is not valid');
  const result = module.emitBinary();
  module.dispose();
  return result;
}

/**
 * The same policy, with `fuel` for each decision.
 *
 * @throws InputError for a module that does not fit the interface, or that uses what fuel cannot be counted in
 */
export async function fuelled(source: Uint8Array, fuel = DEFAULT_FUEL, file?: string): Promise<PolicyModule> {
  const policy = await readPolicy(source, file);
  const library = await binaryen();
  let counted: Uint8Array;
  try {
    counted = counting(library, policy.bytes, fuel);
  } catch (error) {
    throw new InputError({
      ...(file === undefined ? {} : { file }),
      path: 'policy',
      given: error instanceof Error ? error.message : String(error),
      expected: 'a module of WebAssembly 2 without SIMD and without references',
    });
  }
  const bytes = Uint8Array.from(counted);
  return { ...policy, bytes, module: await WebAssembly.compile(bytes) };
}
