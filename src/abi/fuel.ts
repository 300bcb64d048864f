// Fuel: each decision of a policy may go through so many loop heads and calls, and traps at the next; so does a run of many dear ones, and
// what calls too deep. Binaryen puts the counting in when the policy is loaded, so that what does not end ends at the same place on every
// machine and thread, without a clock. Memory is filled and copied by loops, whose every byte counts.

import { InputError } from '../input/errors.js';
import { START_EXPORT } from './module.js';
import { DEPTH_EXPORT, FUEL_EXPORT, type PolicyModule, readPolicy, RUN_FUEL_EXPORT } from './policy.js';
import { ABI_EXPORTS, ABI_VERSION_EXPORT } from './interface.js';

/** Loop heads and calls that one decision may take, where nobody says. */
export const DEFAULT_FUEL = 100_000;
/** Those that all decisions of a run may take: some seconds. */
const RUN_FUEL = 500_000_000;
/** Calls within calls; a function of many locals counts for more, so that the engine's own stack is never the limit. */
const MOST_DEPTH = 1000;
const LOCALS_A_CALL = 16;

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
  readonly global: { get(name: string, type: number): Ref; set(name: string, value: Ref): Ref };
  readonly local: { get(index: number, type: number): Ref; set(index: number, value: Ref): Ref };
  readonly i32: {
    const(value: number): Ref;
    add(a: Ref, b: Ref): Ref;
    sub(a: Ref, b: Ref): Ref;
    lt_s(a: Ref, b: Ref): Ref;
  };
  readonly f64: {
    const(value: number): Ref;
    sub(a: Ref, b: Ref): Ref;
    lt(a: Ref, b: Ref): Ref;
    readonly convert_s: { i32(value: Ref): Ref };
  };
}

interface FunctionInfo {
  readonly name: string;
  readonly module: string;
  readonly base: string;
  readonly params: number;
  readonly results: number;
  readonly vars: number[];
  readonly body: Ref;
}

interface Binaryen {
  readonly Features: Readonly<
    Record<'MutableGlobals' | 'NontrappingFPToInt' | 'SignExt' | 'BulkMemory' | 'BulkMemoryOpt' | 'Multivalue', number>
  >;
  readonly i32: number;
  readonly none: number;
  readBinary(bytes: Uint8Array): Module;
  expandType(type: number): number[];
  readonly f64: number;
  getFunctionInfo(ref: Ref): FunctionInfo;
  getExceptionMessage(error: unknown): string[];
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

/** Lowers what fills and copies memory to loops. */
const LOWERED = 'llvm-memory-copy-fill-lowering';
/** What is left: of the decision's fuel, of the run's, of the stack. */
const [OF_RUN, DEPTH] = ['run fuel', 'depth'];

const functionsOf = (library: Binaryen, module: Module): FunctionInfo[] =>
  Array.from({ length: module.getNumFunctions() }, (_, i) => library.getFunctionInfo(module.getFunctionByIndex(i)));

/** Each call of an export begins with a full tank, from the run's, and on an empty stack. */
function refuel(library: Binaryen, module: Module, name: string, fuel: number): void {
  const ref = module.getExport(name);
  if (ref === 0) return;
  const inner = library.getExportInfo(ref).value;
  const found = functionsOf(library, module).find((one) => one.name === inner)!;
  const operands = library.expandType(found.params).map((type, i) => module.local.get(i, type));
  const outer = `refuelled ${name}`;
  const { i32, f64, global } = module;
  const taken = f64.convert_s.i32(i32.sub(i32.const(fuel), global.get(FUEL, library.i32)));
  const body = module.block(
    null,
    [
      global.set(OF_RUN, f64.sub(global.get(OF_RUN, library.f64), taken)),
      global.set(FUEL, i32.const(fuel)),
      global.set(DEPTH, i32.const(MOST_DEPTH)),
      module.if(f64.lt(global.get(OF_RUN, library.f64), f64.const(0)), module.unreachable()),
      module.call(inner, operands, found.results),
    ],
    found.results,
  );
  module.addFunction(outer, found.params, found.results, [], body);
  module.removeExport(name);
  module.addFunctionExport(outer, name);
}

/** A function of that name that counts itself on the stack while the old one runs. */
function deepen(library: Binaryen, module: Module, { name, params, results, vars, body }: FunctionInfo): void {
  const types = library.expandType(params);
  const inner = `within ${name}`;
  module.removeFunction(name);
  module.addFunction(inner, params, results, vars, body);
  const { i32, global, local } = module;
  const weight = 1 + Math.floor((types.length + vars.length) / LOCALS_A_CALL);
  const left = (): Ref => global.get(DEPTH, library.i32);
  const operands = types.map((type, i) => local.get(i, type));
  const call = module.call(inner, operands, results);
  const answers = results !== library.none;
  const counted = [
    global.set(DEPTH, i32.sub(left(), i32.const(weight))),
    module.if(i32.lt_s(left(), i32.const(0)), module.unreachable()),
    answers ? local.set(types.length, call) : call,
    global.set(DEPTH, i32.add(left(), i32.const(weight))),
    ...(answers ? [local.get(types.length, results)] : []),
  ];
  module.addFunction(name, params, results, answers ? [results] : [], module.block(null, counted, results));
}

/** Binaryen's pass calls a function that is imported at each loop head, call and return: here is one that takes fuel. */
function countFuel(library: Binaryen, module: Module): string | undefined {
  module.runPasses([COUNTED.replace('_', '-')]);
  const called = functionsOf(library, module).find(({ base }) => base === COUNTED);
  if (called === undefined) return undefined;
  module.removeFunction(called.name);
  const left = (): Ref => module.global.get(FUEL, library.i32);
  const body = module.block(null, [
    module.global.set(FUEL, module.i32.sub(left(), module.i32.const(1))),
    module.if(module.i32.lt_s(left(), module.i32.const(0)), module.unreachable()),
  ]);
  module.addFunction(called.name, library.i32, library.none, [], body);
  return called.name;
}

function counting(library: Binaryen, bytes: Uint8Array, fuel: number, ofRun: number): Uint8Array {
  const { MutableGlobals, NontrappingFPToInt, SignExt, BulkMemory, BulkMemoryOpt, Multivalue } = library.Features;
  const everywhere = MutableGlobals | NontrappingFPToInt | SignExt | Multivalue;
  const read = (from: Uint8Array): Module => {
    const module = library.readBinary(from);
    module.setFeatures(everywhere | BulkMemory | BulkMemoryOpt);
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
  module.runPasses([LOWERED]);
  module.setFeatures(everywhere);
  const counter = countFuel(library, module);
  const gauges = [
    [FUEL, FUEL_EXPORT, library.i32, module.i32.const(fuel)],
    [OF_RUN, RUN_FUEL_EXPORT, library.f64, module.f64.const(ofRun)],
    [DEPTH, DEPTH_EXPORT, library.i32, module.i32.const(MOST_DEPTH)],
  ] as const;
  for (const [name, exported, type, full] of gauges) {
    module.addGlobal(name, type, true, full);
    module.addGlobalExport(name, exported);
  }
  for (const one of functionsOf(library, module))
    if (one.base === '' && one.name !== counter) deepen(library, module, one);
  for (const [name] of Object.values(ABI_EXPORTS)) refuel(library, module, name, fuel);
  for (const name of [ABI_VERSION_EXPORT, START_EXPORT]) refuel(library, module, name, fuel);
  if (module.validate() === 0) throw new Error('the counted module is not valid');
  const result = module.emitBinary();
  module.dispose();
  return result;
}

/**
 * The same policy, with `fuel` for each decision, and `ofRun` for a run.
 *
 * @throws InputError for a module that does not fit the interface, or that uses what fuel cannot be counted in
 */
export async function fuelled(
  source: Uint8Array,
  fuel = DEFAULT_FUEL,
  file?: string,
  ofRun = Math.max(fuel, RUN_FUEL),
): Promise<PolicyModule> {
  const policy = await readPolicy(source, file);
  const library = await binaryen();
  let counted: Uint8Array;
  try {
    counted = counting(library, policy.bytes, fuel, ofRun);
  } catch (error) {
    throw new InputError({
      ...(file === undefined ? {} : { file }),
      path: 'policy',
      given:
        error instanceof Error ? error.message : (library.getExceptionMessage(error)[1] ?? 'what Binaryen refuses'),
      expected: 'a module of WebAssembly 2 without SIMD, references and passive segments',
    });
  }
  const bytes = Uint8Array.from(counted);
  return { ...policy, bytes, module: await WebAssembly.compile(bytes) };
}

/** The same, or without fuel where the package that counts it is missing. @throws InputError as `fuelled` */
export async function fuelledIfAble(source: Uint8Array, file?: string): Promise<PolicyModule> {
  const able = await binaryen().then(
    () => true,
    () => false,
  );
  return able ? fuelled(source, DEFAULT_FUEL, file) : readPolicy(source, file);
}
