// What a Wasm module declares, read from its bytes: engines tell no types of functions. Only the sections that name something are read;
// the code is the engine's to check.

/** A function, memory, table or global that is imported or exported; `type` of functions: `i32,i32->i32`. */
export interface Declared {
  readonly module?: string;
  readonly name: string;
  readonly kind: 'function' | 'table' | 'memory' | 'global' | 'tag';
  readonly type?: string;
}

/** Pages of 64 KiB. */
export interface MemoryLimits {
  readonly pages: number;
  readonly mostPages?: number;
  /** Where they stand in the module's bytes. */
  readonly at: Place;
}

export interface ModuleShape {
  readonly imports: readonly Declared[];
  readonly exports: readonly Declared[];
  /** Its own, not an imported one. */
  readonly memories: readonly MemoryLimits[];
  /** The function that runs before anything is asked, and where that is said. */
  readonly start?: { readonly index: number; readonly at: Place };
  /** Where the exports stand, none where there are none. */
  readonly exportsAt?: Place;
}

/** A section of a module's bytes, its head included. */
interface Place {
  readonly section: number;
  readonly end: number;
}

const KINDS = ['function', 'table', 'memory', 'global', 'tag'] as const;
const TYPES: Readonly<Record<number, string>> = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128' };
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { type: 1, imports: 2, functions: 3, memory: 5, exports: 7, start: 8 } as const;

/** Bytes that are no module of the kind that is read here. */
export class ModuleFormatError extends Error {}

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  byte(): number {
    if (this.at >= this.end) throw new ModuleFormatError(`it ends within a section, at byte ${this.at}`);
    return this.bytes[this.at++]!;
  }

  /** LEB128, up to 64 bits; exact up to 2^53. */
  number(): number {
    let value = 0;
    for (let factor = 1, i = 0; i < 10; i++, factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new ModuleFormatError(`a number without an end at byte ${this.at}`);
  }

  name(): string {
    const length = this.number();
    if (this.at + length > this.end) throw new ModuleFormatError(`a name beyond the end at byte ${this.at}`);
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  list<T>(one: () => T): T[] {
    const count = this.number();
    if (count > this.end - this.at) throw new ModuleFormatError(`a list longer than its section at byte ${this.at}`);
    return Array.from({ length: count }, one);
  }

  limits(): { pages: number; mostPages?: number } {
    const flags = this.byte();
    const pages = this.number();
    return (flags & 1) === 0 ? { pages } : { pages, mostPages: this.number() };
  }
}

function functionType(reader: Reader): string {
  const form = reader.byte();
  if (form !== 0x60) throw new ModuleFormatError(`types that are no functions (0x${form.toString(16)})`);
  const types = (): string[] =>
    reader.list(() => {
      const code = reader.byte();
      const type = TYPES[code];
      if (type === undefined) throw new ModuleFormatError(`values of type 0x${code.toString(16)}`);
      return type;
    });
  const parameters = types();
  return `${parameters.join(',')}->${types().join(',')}`;
}

/** What follows the kind of an import; answers the type of a function. */
function described(reader: Reader, kind: Declared['kind'], types: readonly string[]): { type?: string } {
  if (kind === 'function') return { type: types[reader.number()] ?? '?' };
  if (kind === 'table') reader.byte();
  if (kind === 'table' || kind === 'memory') reader.limits();
  else reader.byte();
  if (kind === 'global') reader.byte();
  else if (kind === 'tag') reader.number();
  return {};
}

const kindOf = (code: number): Declared['kind'] => {
  const kind = KINDS[code];
  if (kind === undefined) throw new ModuleFormatError(`an import or export of kind ${code}`);
  return kind;
};

/** @throws ModuleFormatError for bytes that are no module, or one of types that a policy has no use for */
export function shapeOf(bytes: Uint8Array): ModuleShape {
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new ModuleFormatError('bytes that do not begin as a Wasm module of version 1 does');
  const all = new Reader(bytes, MAGIC.length, bytes.length);
  let [types, imports, exports, memories]: [string[], Declared[], Declared[], MemoryLimits[]] = [[], [], [], []];
  const functions: string[] = [];
  let start: ModuleShape['start'];
  let exportsAt: Place | undefined;
  while (all.at < bytes.length) {
    const section = all.at;
    const id = all.byte();
    const size = all.number();
    const end = all.at + size;
    if (end > bytes.length) throw new ModuleFormatError(`section ${id} beyond the end`);
    const reader = new Reader(bytes, all.at, end);
    if (id === SECTION.type) types = reader.list(() => functionType(reader));
    else if (id === SECTION.imports) {
      imports = reader.list(() => {
        const [module, name] = [reader.name(), reader.name()];
        const kind = kindOf(reader.byte());
        return { module, name, kind, ...described(reader, kind, types) };
      });
      functions.push(...imports.flatMap(({ kind, type }) => (kind === 'function' ? [type!] : [])));
    } else if (id === SECTION.functions) functions.push(...reader.list(() => types[reader.number()] ?? '?'));
    else if (id === SECTION.memory) memories = reader.list(() => ({ ...reader.limits(), at: { section, end } }));
    else if (id === SECTION.exports) {
      exportsAt = { section, end };
      exports = reader.list(() => {
        const name = reader.name();
        const kind = kindOf(reader.byte());
        const index = reader.number();
        return { name, kind, ...(kind === 'function' ? { type: functions[index] ?? '?' } : {}) };
      });
    } else if (id === SECTION.start) start = { index: reader.number(), at: { section, end } };
    all.at = end;
  }
  return {
    imports,
    exports,
    memories,
    ...(start === undefined ? {} : { start }),
    ...(exportsAt === undefined ? {} : { exportsAt }),
  };
}

const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);

/** The export of a module's start function, which is then called as decisions are: with fuel, and watched. */
export const START_EXPORT = 'fluxhost_start';

type Edit = readonly [place: Place, bytes: readonly number[]];

function memoryEdit({ memories }: ModuleShape, more: number): Edit[] {
  const [memory] = memories;
  if (memory === undefined) return [];
  const most = Math.min(memory.mostPages ?? Infinity, memory.pages + more);
  const body = [1, 1, ...leb(memory.pages), ...leb(most)];
  return [[memory.at, [SECTION.memory, ...leb(body.length), ...body]]];
}

function startEdits(bytes: Uint8Array, { start, exports, exportsAt }: ModuleShape): Edit[] {
  if (start === undefined || exportsAt === undefined) return [];
  const reader = new Reader(bytes, exportsAt.section + 1, exportsAt.end);
  reader.number();
  reader.number(); // the list's length
  const name = [...new TextEncoder().encode(START_EXPORT)];
  const body = [
    ...leb(exports.length + 1),
    ...bytes.subarray(reader.at, exportsAt.end),
    ...[...leb(name.length), ...name, 0, ...leb(start.index)],
  ];
  return [
    [exportsAt, [SECTION.exports, ...leb(body.length), ...body]],
    [start.at, []],
  ];
}

/** The same module, whose one memory grows by no more than `more` pages, and whose start function waits to be called. */
export function held(bytes: Uint8Array, shape: ModuleShape, more: number): Uint8Array<ArrayBuffer> {
  const edits = [...memoryEdit(shape, more), ...startEdits(bytes, shape)];
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const [{ section, end }, put] of edits.sort(([a], [b]) => a.section - b.section)) {
    pieces.push(bytes.subarray(at, section), Uint8Array.from(put));
    at = end;
  }
  pieces.push(bytes.subarray(at));
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const piece of pieces) {
    all.set(piece, to);
    to += piece.length;
  }
  return all;
}
