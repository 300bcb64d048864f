// Compiles and instantiates the core. The bytes come inline with the package or from the caller
// (a file under a strict content policy, an edge's static import, a module posted by another thread).
// Nothing here looks at its surroundings, and nothing is compiled before somebody asks.

import { sha256 as sha256Of } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { CORE_BASE64, CORE_SHA256 } from '../generated/core-bytes.js';
import { decodeBase64 } from '../input/base64.js';
import { type BoundExports, readString, bindControlPath } from './bindings.js';
import { CoreTrap } from './trap.js';
import type { PolicyImports } from '../policy.js';

/** What a caller may bring instead of the inline bytes. */
export type CoreSource = WebAssembly.Module | BufferSource | Response;

/** One core with a linear memory of its own. */
export interface CoreInstance {
  /** The exports as they are: numbers in, numbers out. */
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  /** The exports that take or return text or typed arrays, converted. */
  readonly bound: BoundExports;
  /** SHA-256 of the .wasm in hexadecimal, or null for a module whose bytes were never seen here. */
  readonly sha256: string | null;
}

const hashes = new WeakMap<WebAssembly.Module, string>();

/** As the build writes them. */
interface InlineBytes {
  readonly CORE_BASE64: string;
  readonly CORE_SHA256: string;
}

/** Bytes that come with the package, compiled once when first asked for, and kept. */
class InlineCore {
  private compiled: Promise<WebAssembly.Module> | undefined;

  constructor(private readonly bytes: () => InlineBytes | Promise<InlineBytes>) {}

  async module(): Promise<WebAssembly.Module> {
    this.compiled ??= this.compile();
    try {
      return await this.compiled;
    } catch (error) {
      this.compiled = undefined; // the next call tries again instead of repeating an old failure
      throw error;
    }
  }

  private async compile(): Promise<WebAssembly.Module> {
    const { CORE_BASE64: base64, CORE_SHA256: sha256 } = await this.bytes();
    if (base64 === '') {
      throw new TypeError(
        'core: nothing given and no bytes inline, expected a WebAssembly.Module, bytes or a Response',
      );
    }
    return compileBytes(decodeBase64(base64), sha256);
  }
}

const hostCore = new InlineCore(() => ({ CORE_BASE64, CORE_SHA256 }));
/** No host needs it: its bytes are loaded when somebody asks. */
const memoryCore = new InlineCore(() => import('../generated/memory-bytes.js'));

/**
 * Compiles `source`, or the inline core, which is compiled once and kept.
 * @throws TypeError for a source that is none, an unsuccessful response, or no source where no bytes are inline
 * @throws WebAssembly.CompileError for bytes that are no module, or where the page's policy forbids Wasm
 */
export async function compileCore(source?: CoreSource | PromiseLike<CoreSource>): Promise<WebAssembly.Module> {
  if (source !== undefined) return compile(await source);
  const module = await hostCore.module();
  packaged.add(module);
  return module;
}

/** Modules of the core as it comes with the package. */
const packaged = new WeakSet<WebAssembly.Module>();

/** Whether nobody has compiled anything of their own into it, as far as can be seen. */
export const isPackaged = (module: WebAssembly.Module | undefined): boolean =>
  module === undefined || packaged.has(module);

/** The same for the core of page replacement and reserved memory (fluxhost-memory.wasm). */
export async function compileMemoryCore(source?: CoreSource | PromiseLike<CoreSource>): Promise<WebAssembly.Module> {
  return source === undefined ? memoryCore.module() : compile(await source);
}

const unasked = (): never => {
  throw new TypeError('the core asked for a policy that nobody gave');
};
const NO_POLICY: PolicyImports = {
  dispatch: unasked,
  firstVictim: unasked,
  coresWanted: unasked,
  victim: unasked,
  keepFor: unasked,
  worth: unasked,
};

/** SHA-256 of a module's bytes where they were seen here, else what is said. */
export function hashOf(module: WebAssembly.Module, sha256?: string): string | null {
  return hashes.get(module) ?? sha256 ?? null;
}

/** Makes a fresh core: 0.1 ms and no shared state. `sha256` names a module that was compiled elsewhere. */
export function instantiateCore(
  module: WebAssembly.Module,
  sha256?: string,
  policy: PolicyImports = NO_POLICY,
): CoreInstance {
  let memory: WebAssembly.Memory | undefined = undefined; // a start function may abort before there is one
  const abort = (messageAt: number, fileAt: number, line: number, column: number): never => {
    const text = (at: number, otherwise: string): string =>
      (memory === undefined ? null : readString(memory, at)) ?? otherwise;
    throw new CoreTrap(text(messageAt, 'no reason given'), text(fileAt, 'unknown file'), line, column);
  };
  const { exports } = new WebAssembly.Instance(module, { env: { abort }, policy: { ...policy } });
  if (!(exports['memory'] instanceof WebAssembly.Memory)) {
    throw new TypeError('core: given a module that exports no memory, expected the module of fluxhost.wasm');
  }
  memory = exports['memory'];
  return {
    exports,
    memory,
    bound: bindControlPath(module, exports, memory),
    sha256: hashOf(module, sha256),
  };
}

async function compile(source: CoreSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer) return compileBytes(new Uint8Array(source.slice(0)));
  if (ArrayBuffer.isView(source)) {
    // A copy, so that what is hashed is what is compiled.
    return compileBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice());
  }
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (!source.ok) throw new TypeError(`core: given a response of status ${source.status}, expected the .wasm file`);
    // Streaming would save nothing at this size and would leave no bytes to hash.
    return compileBytes(new Uint8Array(await source.arrayBuffer()));
  }
  throw new TypeError(`core: given ${typeof source}, expected a WebAssembly.Module, bytes or a Response`);
}

async function compileBytes(bytes: Uint8Array<ArrayBuffer>, sha256?: string): Promise<WebAssembly.Module> {
  const module = await WebAssembly.compile(bytes);
  hashes.set(module, sha256 ?? bytesToHex(sha256Of(bytes)));
  return module;
}
