// The control path across the boundary: a small core compiled here with the real transform, called through bindings.ts.
// Text is compared code unit by code unit, because that is where replaced converters would go wrong.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { main } from '../support/compiler.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindControlPath, readString, type BoundExports } from '../../src/core/bindings.js';
import { compileCore, compileMemoryCore, instantiateCore, type CoreInstance } from '../../src/core/load.js';
import { CoreTrap } from '../../src/core/trap.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const PROBE = `
export function echo(text: string): string { return text; }
export function reversed(text: string): string {
  let out = "";
  for (let i = text.length - 1; i >= 0; --i) out += text.charAt(i);
  return out;
}
export function maybe(give: bool): string | null { return give ? "here" : null; }
export function plain(a: i32, b: i32): i32 { return a + b; }
export function lengthOf(text: string, bytes: Uint8Array): i32 { return text.length * 1000 + bytes.length; }
export function sumF64(values: Float64Array): f64 { let s: f64 = 0; for (let i = 0; i < values.length; ++i) s += values[i]; return s; }
export function doubledF64(values: Float64Array): Float64Array { const out = new Float64Array(values.length); for (let i = 0; i < values.length; ++i) out[i] = 2 * values[i]; return out; }
export function sameU8(values: Uint8Array): Uint8Array { return values; }
export function sameI32(values: Int32Array): Int32Array { return values; }
export function sameU32(values: Uint32Array): Uint32Array { return values; }
export function sameU64(values: Uint64Array): Uint64Array { return values; }
export function sameBuffer(bytes: ArrayBuffer): ArrayBuffer { return bytes; }
export function stop(text: string): void { assert(false, text); }
export function heapTop(): usize { return heap.alloc(0); }
export function releaseControlHeap(): void { __reset(); }
`;

async function compileProbe(source: string): Promise<WebAssembly.Module> {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-probe-'));
  try {
    writeFileSync(join(folder, 'probe.ts'), source);
    const stderr: string[] = [];
    const { error } = await main(
      [
        ...['probe.ts', '--baseDir', folder, '--outFile', 'probe.wasm', '--runtime', 'stub', '--exportRuntime'],
        ...['--transform', join(root, 'scripts/as-bind-transform.mjs')],
      ],
      { stderr: { write: (chunk: string | Uint8Array) => void stderr.push(String(chunk)) } },
    );
    if (error) throw new Error(`${error.message}\n${stderr.join('')}`);
    return await WebAssembly.compile(readFileSync(join(folder, 'probe.wasm')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let module: WebAssembly.Module;
let core: CoreInstance;
let bound: BoundExports;

const call = (name: string, ...args: Parameters<BoundExports[string]>): ReturnType<BoundExports[string]> => {
  const target = bound[name];
  if (target === undefined) throw new Error(`${name} is not bound`);
  return target(...args);
};

beforeAll(async () => {
  module = await compileProbe(PROBE);
  core = instantiateCore(module);
  bound = core.bound;
});

describe('text', () => {
  it.each([
    ['empty', ''],
    ['ASCII', 'api-0'],
    ['Latin', 'Zürich façade'],
    ['Greek and Cyrillic', 'μs — задержка'],
    ['Chinese', '延迟敏感'],
    ['beyond the basic plane', 'a😀b𝛼c'],
    ['an unpaired surrogate', 'x\ud83dy'],
    ['a zero unit', 'a\0b'],
  ])('goes in and comes back: %s', (_kind, text) => {
    expect(call('echo', text)).toBe(text);
    expect(call('reversed', text)).toBe(text.split('').reverse().join(''));
  });

  it('goes in and comes back whatever its code units are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }), (units) => {
        const text = String.fromCharCode(...units);
        expect(call('echo', text)).toBe(text);
      }),
      { seed: 1 },
    );
  });

  it('is not cut where it is longer than one piece or than memory was', () => {
    const long = 'é'.repeat(200_003);
    expect(call('echo', long)).toBe(long);
  });

  it('may be absent', () => {
    expect(call('maybe', true)).toBe('here');
    expect(call('maybe', false)).toBeNull();
  });
});

describe('typed arrays', () => {
  it('go in and come back with all their bits', () => {
    expect(call('sameU8', Uint8Array.of(0, 1, 255))).toEqual(Uint8Array.of(0, 1, 255));
    expect(call('sameI32', Int32Array.of(-(2 ** 31), -1, 2 ** 31 - 1))).toEqual(
      Int32Array.of(-(2 ** 31), -1, 2 ** 31 - 1),
    );
    expect(call('sameU32', Uint32Array.of(0, 2 ** 32 - 1))).toEqual(Uint32Array.of(0, 2 ** 32 - 1));
    expect(call('sameU64', BigUint64Array.of(0n, 2n ** 64n - 1n))).toEqual(BigUint64Array.of(0n, 2n ** 64n - 1n));
    expect(call('doubledF64', Float64Array.of(-0.5, 1e300, Infinity))).toEqual(Float64Array.of(-1, 2e300, Infinity));
    expect(call('sameU8', new Uint8Array(0))).toEqual(new Uint8Array(0));
  });

  it('carry their own part of a larger buffer and no more', () => {
    const part = new Float64Array([1, 2, 4, 8]).subarray(1, 3);
    expect(call('sumF64', part)).toBe(6);
  });

  it('are copies: memory written later does not change them', () => {
    const first = call('doubledF64', Float64Array.of(21)) as Float64Array;
    call('doubledF64', Float64Array.of(-1, -1, -1));
    core.memory.grow(1);
    expect(first).toEqual(Float64Array.of(42));
  });

  it('pass beside text, and buffers pass too', () => {
    expect(call('lengthOf', 'äöü', new Uint8Array(7))).toBe(3007);
    const bytes = Uint8Array.of(9, 8, 7).buffer;
    expect(new Uint8Array(call('sameBuffer', bytes) as ArrayBuffer)).toEqual(Uint8Array.of(9, 8, 7));
  });
});

describe('the boundary', () => {
  it('lists only what carries more than numbers; the rest stays raw', () => {
    expect(Object.keys(bound)).not.toContain('plain');
    expect((core.exports['plain'] as (a: number, b: number) => number)(40, 2)).toBe(42);
    expect(Object.isFrozen(bound)).toBe(true);
  });

  it('takes back what a call used, so that calls without end need no memory', () => {
    const top = core.exports['heapTop'] as () => number;
    call('echo', 'x');
    const before = top();
    const pages = core.memory.buffer.byteLength;
    for (let i = 0; i < 2000; ++i) call('reversed', 'a text that would pile up');
    expect(top()).toBe(before);
    expect(core.memory.buffer.byteLength).toBe(pages);
  });

  it('refuses what does not fit, naming function, argument and both kinds', () => {
    expect(() => call('echo', 5)).toThrow('core.echo: argument 0 given 5, expected String');
    expect(() => call('sumF64', new Float32Array(1))).toThrow(
      'core.sumF64: argument 0 given Float32Array, expected Float64Array',
    );
    expect(() => call('echo')).toThrow('core.echo: given 0 arguments, expected 1');
    expect(() => call('lengthOf', 'a', null)).toThrow('core.lengthOf: argument 1 given null, expected Uint8Array');
  });

  it('turns an abort into a CoreTrap with the words and the place', () => {
    const trapped = instantiateCore(module).bound['stop'];
    let caught: unknown;
    try {
      trapped?.('Σ cores ≠ 17');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(CoreTrap);
    const place = PROBE.split('\n').findIndex((line) => line.includes('function stop')) + 1;
    expect(caught).toMatchObject({ reason: 'Σ cores ≠ 17', file: 'probe.ts', line: place });
    expect((caught as CoreTrap).message).toContain(`probe.ts:${place}:`);
  });

  it('reads no text where none lies', () => {
    for (const at of [0, 4, 9, 2 ** 31, core.memory.buffer.byteLength + 16]) {
      expect(readString(core.memory, at)).toBeNull();
    }
  });

  it('refuses a module without bindings, and signatures that it cannot carry', async () => {
    const empty = await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    expect(() => instantiateCore(empty)).toThrow('exports no memory');
    expect(() => bindControlPath(empty, {}, new WebAssembly.Memory({ initial: 1 }))).toThrow('as-bind_bindings');
    const list = await compileProbe('export function first(list: Array<i32>): i32 { return list[0]; }');
    expect(() => instantiateCore(list)).toThrow('~lib/array/Array<i32>');
  });
});

describe('the core of this package', () => {
  const built = (target: string, name = 'fluxhost'): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(join(root, `build/${name}.${target}.wasm`)));
  /** Every import of a module, as `module.name kind`. */
  const importsOf = (compiled: WebAssembly.Module): string[] =>
    WebAssembly.Module.imports(compiled)
      .map(({ module: from, name, kind }) => `${from}.${name} ${kind}`)
      .sort();

  it('is compiled once, hashed, and every instance has a memory of its own', async () => {
    const first = await compileCore();
    expect(await compileCore()).toBe(first);
    const [a, b] = [instantiateCore(first), instantiateCore(first)];
    expect(a.memory).not.toBe(b.memory);
    expect(a.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(a.sha256).toBe(b.sha256);
  });

  it('has the same hash from whatever it is compiled', async () => {
    const inline = instantiateCore(await compileCore()).sha256;
    const bytes = built('release');
    const padded = new Uint8Array(bytes.length + 8);
    padded.set(bytes, 8);
    const sources = [
      bytes,
      bytes.buffer,
      padded.subarray(8),
      new DataView(padded.buffer, 8),
      new Response(bytes, { headers: { 'content-type': 'application/wasm' } }),
      Promise.resolve(bytes),
    ];
    for (const source of sources) {
      expect(instantiateCore(await compileCore(source)).sha256).toBe(inline);
    }
  });

  it('takes a compiled module as it is, with a hash only if one is told', async () => {
    const foreign = await WebAssembly.compile(built('release'));
    expect(await compileCore(foreign)).toBe(foreign);
    expect(instantiateCore(foreign).sha256).toBeNull();
    expect(instantiateCore(foreign, 'ab').sha256).toBe('ab');
  });

  it.each(['debug', 'checked', 'release'])(
    'imports nothing but abort and the questions to a policy: %s',
    async (target) => {
      const compiled = await compileCore(built(target));
      expect(importsOf(compiled)).toEqual([
        'env.abort function',
        'policy.coresWanted function',
        'policy.dispatch function',
        'policy.firstVictim function',
        'policy.keepFor function',
        'policy.victim function',
        'policy.worth function',
      ]);
      expect(instantiateCore(compiled).memory).toBeInstanceOf(WebAssembly.Memory);
    },
  );

  it.each(['debug', 'checked', 'release'])('imports nothing but abort for memory: %s', async (target) => {
    const compiled = await compileMemoryCore(built(target, 'fluxhost-memory'));
    expect(importsOf(compiled)).toEqual(['env.abort function']);
    expect(instantiateCore(compiled).memory).toBeInstanceOf(WebAssembly.Memory);
  });

  it('refuses what is no core in one line', async () => {
    await expect(compileCore('fluxhost.wasm')).rejects.toThrow('core: given string, expected');
    await expect(compileCore(new Response('gone', { status: 404 }))).rejects.toThrow('status 404');
    await expect(compileCore(Uint8Array.of(1, 2, 3))).rejects.toThrow(WebAssembly.CompileError);
  });
});
