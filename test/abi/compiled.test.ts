// The templates of examples/policies, compiled anew where there is a compiler, take the trajectory of the fixtures, which were compiled from
// them once: a change of either is found wherever somebody has clang or rustc for wasm32. Where nobody has, it
// says so and counts no test.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ABI_EXPORTS, ABI_IMPORTS } from '../../src/abi/interface.js';
import { parseScenario, Simulation, wasmPolicy } from '../../src/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const C = join(root, 'examples/policies/c');
const RUST = join(root, 'examples/policies/rust');
const { scenario } = parseScenario(readFileSync(join(root, 'examples/policy.yaml'), 'utf8'));

const folder = mkdtempSync(join(tmpdir(), 'fluxhost-compiled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runs = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;

/** As docs/policy-abi.md has it. */
function withClang(clang: string): Uint8Array {
  const out = join(folder, 'c.wasm');
  const flags = [
    '--target=wasm32',
    '-O2',
    '-ffreestanding',
    '-nostdlib',
    '-Wl,--no-entry',
    '-Wl,-z,stack-size=4096',
    '-Wl,--strip-all',
  ];
  const { status, stderr } = spawnSync(clang, [...flags, 'policy.c', '-o', out], { cwd: C, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return readFileSync(out);
}

interface Yowasp {
  readonly runLLVM: (
    args: string[],
    files: Readonly<Record<string, string | Uint8Array>>,
    options: { readonly stderr: null; readonly fetchProgress: () => void },
  ) => Promise<Readonly<Record<string, Uint8Array>>>;
}

/** Clang as Wasm cannot start its linker. */
async function withYowasp(package_: string): Promise<Uint8Array> {
  const { runLLVM } = (await import(package_)) as Yowasp;
  const quiet = { stderr: null, fetchProgress: () => undefined };
  const texts = ['policy.c', 'fluxhost_policy.h'].map((name) => [name, readFileSync(join(C, name), 'utf8')] as const);
  const compile = ['clang', '--target=wasm32', '-O2', '-ffreestanding', '-c', 'policy.c', '-o', 'policy.o'];
  const { 'policy.o': object } = await runLLVM(compile, Object.fromEntries(texts), quiet);
  const link = ['wasm-ld', '--no-entry', '-z', 'stack-size=4096', 'policy.o', '-o', 'policy.wasm'];
  return (await runLLVM(link, { 'policy.o': object! }, quiet))['policy.wasm']!;
}

const rustc = (source: string, out: string) => {
  const flags = ['--target', 'wasm32-unknown-unknown', '--edition', '2021', '--crate-type', 'cdylib'];
  const args = [...flags, '-C', 'opt-level=3', '-C', 'panic=abort', source, '-o', out];
  return spawnSync('rustc', args, { encoding: 'utf8' });
};

/** As Cargo.toml has it. */
function withRustc(): Uint8Array {
  const out = join(folder, 'rust.wasm');
  const { status, stderr } = rustc(join(RUST, 'src/lib.rs'), out);
  expect(status, stderr).toBe(0);
  return readFileSync(out);
}

/** Whichever there is; undefined: none. */
function compilerOfC(): (() => Uint8Array | Promise<Uint8Array>) | undefined {
  const known = [process.env['CLANG'], 'clang'].find((one) => {
    if (one === undefined) return false;
    const probe = join(folder, 'probe.c');
    writeFileSync(probe, 'int f(void) { return 1; }');
    return runs(one, '--target=wasm32', '-nostdlib', '-Wl,--no-entry', probe, '-o', join(folder, 'probe.wasm'));
  });
  if (known !== undefined) return () => withClang(known);
  const bundle = [root, process.env['YOWASP'] ?? root]
    .map((place) => join(place, 'node_modules/@yowasp/clang/gen/bundle.js'))
    .find((path) => existsSync(path));
  return bundle === undefined ? undefined : () => withYowasp(bundle);
}

/** Whether rustc has the target's library and its linker. */
function hasRust(): boolean {
  const probe = join(folder, 'probe.rs');
  const panic = '#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }';
  writeFileSync(probe, `#![no_std]\n${panic}\n#[no_mangle] pub extern "C" fn f() -> u32 { 1 }\n`);
  return rustc(probe, join(folder, 'probe.rs.wasm')).status === 0;
}

async function fingerprint(bytes: Uint8Array): Promise<string> {
  const simulation = await Simulation.create(
    { ...scenario, durationNs: 6e6 },
    { policy: await wasmPolicy(bytes, { fuel: 100_000 }) },
  );
  await simulation.run();
  const { manifest } = simulation.metrics();
  simulation.close();
  return manifest.fingerprint;
}

const fixture = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(`fixtures/${name}.wasm`, import.meta.url)));

describe('a template', () => {
  it.each([
    ['c', join(C, 'policy.c'), /FLUXHOST_EXPORT\((\w+)\)/g],
    ['rust', join(RUST, 'src/lib.rs'), /#\[no_mangle\]\s*pub extern "C" fn (\w+)/g],
  ])('asks and decides what its fixture does: %s', async (name, path, decision) => {
    const module = await WebAssembly.compile(fixture(name));
    const text = readFileSync(path, 'utf8');
    const own = Object.values(ABI_EXPORTS).map(([exported]) => exported);
    const exported = WebAssembly.Module.exports(module).flatMap((one) => (own.includes(one.name) ? [one.name] : []));
    expect(exported.sort()).toEqual([...text.matchAll(decision)].map(([, one]) => one!).sort());
    const asked = Object.keys(ABI_IMPORTS).filter((one) => new RegExp(`\\b${one}\\(`).test(text));
    expect(
      WebAssembly.Module.imports(module)
        .map((one) => one.name)
        .sort(),
    ).toEqual(asked.sort());
  });

  const compilers: readonly (readonly [string, (() => Uint8Array | Promise<Uint8Array>) | undefined, string])[] = [
    ['c', compilerOfC(), 'no clang for wasm32 on the path or in CLANG, and no @yowasp/clang in node_modules'],
    ['rust', hasRust() ? withRustc : undefined, 'no rustc with the target wasm32-unknown-unknown'],
  ];
  for (const [name, compile, missing] of compilers)
    if (compile === undefined) console.info(`${name}: not compiled here: ${missing}`);
    else
      it(`takes, compiled here, the trajectory of its fixture: ${name}`, async () => {
        expect(await fingerprint(await compile())).toBe(await fingerprint(fixture(name)));
      });
});
