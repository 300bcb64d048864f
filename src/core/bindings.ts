// as-bind at the boundary, on the control path only: exports that take or return text or typed arrays.
// as-bind's table of converters is kept for numbers, `void` and ArrayBuffer. Its converters for text and typed arrays are
// replaced: its embedded loader reads a run-time type table of 2021, whose entries and ids are others today.
// Hot paths never come here: they read views over linear memory. Why as-bind and not more of it: docs/decisions/.
import { converters as asBindConverters, type BoundModule, type Converter } from 'as-bind/dist/as-bind.esm.js';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** What crosses the boundary on the control path. */
export type ControlValue = number | bigint | boolean | string | TypedArray | ArrayBuffer | null | undefined;
export type BoundExports = Readonly<Record<string, (...args: ControlValue[]) => ControlValue>>;

interface Signature {
  returnType: string;
  parameters: string[];
}

interface Bindings {
  typeIds: Record<string, { id: number; byteSize: number }>;
  exportedFunctions: Record<string, Signature>;
}

// ╒═ object header, before every managed object ═╕   ╒═ typed array (ArrayBufferView) ═╕
// │ -8  type id                                  │   │ 0  buffer                       │
// │ -4  size in bytes                            │   │ 4  data start                   │
// ╞═ ptr ════════════════════════════════════════╡   │ 8  length in bytes              │
// Ids 1 and 2 are the compiler's fixed ids (std/assembly/shared/runtime.ts), the same in every program.
const ARRAY_BUFFER_ID = 1;
const STRING_ID = 2;
const VIEW_BYTES = 12;
const SECTION = 'as-bind_bindings';

/** Called after every bound call where the core exports it: takes back the room that arguments and result used. */
const RELEASE = 'releaseControlHeap';

const TYPED_ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  Int64Array: BigInt64Array,
  Uint64Array: BigUint64Array,
} as const;

/** The text at `at`, or null where nothing lies there (pointer 0, another type, beyond the end). */
export function readString(memory: WebAssembly.Memory, at: number): string | null {
  const pointer = at >>> 0;
  if (pointer < 8 || pointer % 2 !== 0 || pointer > memory.buffer.byteLength) return null;
  const view = new DataView(memory.buffer);
  if (view.getUint32(pointer - 8, true) !== STRING_ID) return null;
  const sizeBytes = view.getUint32(pointer - 4, true);
  if (pointer + sizeBytes > memory.buffer.byteLength) return null;
  const units = new Uint16Array(memory.buffer, pointer, sizeBytes >>> 1);
  // Not TextDecoder: it replaces unpaired surrogates, and a string must come back as it went in.
  let text = '';
  for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.subarray(i, i + 4096));
  return text;
}

/**
 * Wraps the exports that the section `as-bind_bindings` lists.
 * @throws TypeError for a module without that section, or a signature that the control path does not carry
 */
export function bindControlPath(
  module: WebAssembly.Module,
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
): BoundExports {
  const bindings = readBindings(module);
  const bound: Record<string, (...args: ControlValue[]) => ControlValue> = {};
  const context: BoundModule = {
    exports: {
      ...exports,
      __getArrayBuffer: (at: number) => memory.buffer.slice(at, at + sizeOf(memory, at)),
    },
    getTypeId(typeName) {
      const known = bindings.typeIds[typeName];
      if (known === undefined) throw new TypeError(`core: ${typeName} has no type id in ${SECTION}`);
      return known.id;
    },
  };
  const own = ownConverters(exports, memory);
  for (const [name, signature] of Object.entries(bindings.exportedFunctions)) {
    bound[name] = bindOne(name, signature, context, own);
  }
  return Object.freeze(bound);
}

function readBindings(module: WebAssembly.Module): Bindings {
  const sections = WebAssembly.Module.customSections(module, SECTION);
  const [section] = sections;
  if (section === undefined) {
    throw new TypeError(`core: given a module without the section ${SECTION}, expected the module of fluxhost.wasm`);
  }
  return JSON.parse(new TextDecoder().decode(section)) as Bindings;
}

function bindOne(
  name: string,
  { parameters, returnType }: Signature,
  context: BoundModule,
  own: Map<string, Converter>,
): (...args: ControlValue[]) => ControlValue {
  const raw = context.exports[name] as (...args: unknown[]) => unknown;
  const release = context.exports[RELEASE] as (() => void) | undefined;
  const into = parameters.map((type) => converterOf(type, own));
  const back = converterOf(returnType, own);
  return (...args) => {
    if (args.length !== parameters.length) {
      throw new TypeError(`core.${name}: given ${args.length} arguments, expected ${parameters.length}`);
    }
    for (const [i, type] of parameters.entries()) checkArgument(name, i, type, args[i]);
    const passed = into.map((converter, i) => converter.jsToAsc(context, args[i], parameters[i] as string));
    const result = back.ascToJs(context, raw(...passed), returnType) as ControlValue;
    release?.(); // everything above is copied by now
    return result;
  };
}

function converterOf(type: string, own: Map<string, Converter>): Converter {
  const replaced = own.get(type);
  if (replaced !== undefined) return replaced;
  // as-bind's Array<T> goes through its loader, which misreads today's type table: refused rather than wrong.
  if (!type.startsWith('~lib/array/')) {
    for (const [key, converter] of asBindConverters) {
      if (typeof key === 'string' ? key === type : key.test(type)) return converter;
    }
  }
  throw new TypeError(`core: ${type} in an export's signature, expected numbers, text, typed arrays or ArrayBuffer`);
}

function checkArgument(name: string, index: number, type: string, value: unknown): void {
  const wanted = TYPED_ARRAYS[shortName(type) as keyof typeof TYPED_ARRAYS];
  const right =
    type === '~lib/string/String'
      ? typeof value === 'string'
      : type === '~lib/arraybuffer/ArrayBuffer'
        ? value instanceof ArrayBuffer
        : wanted !== undefined
          ? value instanceof wanted
          : ['number', 'bigint', 'boolean'].includes(typeof value);
  if (right) return;
  const given = typeof value === 'object' && value !== null ? value.constructor.name : String(value);
  throw new TypeError(`core.${name}: argument ${index} given ${given}, expected ${wanted?.name ?? shortName(type)}`);
}

const shortName = (type: string): string => type.slice(type.lastIndexOf('/') + 1);

const sizeOf = (memory: WebAssembly.Memory, at: number): number =>
  new DataView(memory.buffer).getUint32((at >>> 0) - 4, true);

function ownConverters(exports: WebAssembly.Exports, memory: WebAssembly.Memory): Map<string, Converter> {
  const allocate = exports['__new'] as (sizeBytes: number, id: number) => number;
  // Every view is made after the allocation before it: allocating may grow memory, and that detaches older views.
  const newObject = (sizeBytes: number, id: number): number => allocate(sizeBytes, id) >>> 0;
  const text: Converter = {
    ascToJs: (_module, at) => readString(memory, at as number),
    jsToAsc(_module, value) {
      const given = value as string;
      const at = newObject(given.length * 2, STRING_ID);
      const units = new Uint16Array(memory.buffer, at, given.length);
      for (let i = 0; i < given.length; ++i) units[i] = given.charCodeAt(i);
      return at;
    },
  };
  const own = new Map<string, Converter>([['~lib/string/String', text]]);
  for (const [name, ArrayType] of Object.entries(TYPED_ARRAYS)) {
    own.set(`~lib/typedarray/${name}`, {
      ascToJs(_module, at) {
        if (at === 0) return null;
        const view = new DataView(memory.buffer);
        const start = view.getUint32((at as number) + 4, true);
        // A copy: a view would die with the next growth of memory.
        return new ArrayType(memory.buffer.slice(start, start + view.getUint32((at as number) + 8, true)));
      },
      jsToAsc(module, value, typeName) {
        const given = value as TypedArray;
        const data = newObject(given.byteLength, ARRAY_BUFFER_ID);
        const at = newObject(VIEW_BYTES, module.getTypeId(typeName));
        new Uint8Array(memory.buffer, data).set(new Uint8Array(given.buffer, given.byteOffset, given.byteLength));
        const view = new DataView(memory.buffer);
        view.setUint32(at, data, true);
        view.setUint32(at + 4, data, true);
        view.setUint32(at + 8, given.byteLength, true);
        return at;
      },
    });
  }
  return own;
}
