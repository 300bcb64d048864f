// Policies in Wasm: what C and Rust compile to, and AssemblyScript in the sandbox, take the trajectory of the same policy compiled into
// the core; what does not fit the interface is refused by name; failures have a name.
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { fuelled } from '../../src/abi/fuel.js';
import { instantiatePolicy, readPolicy } from '../../src/abi/policy.js';
import { buildSandboxed } from '../../src/policy-core.js';
import {
  InputError,
  PolicyError,
  Simulation,
  parseScenario,
  wasmPolicy,
  type Policy,
  type Result,
} from '../../src/index.js';
import { main } from '../../src/cli/program.js';
import { captureIo } from '../cli/fake.js';
import { binaryen } from '../support/compiler.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixture = (name: string): Uint8Array => readFileSync(new URL(`fixtures/${name}.wasm`, import.meta.url));
const { scenario } = parseScenario(readFileSync(`${root}/examples/policy.yaml`, 'utf8'));

/** The policy of docs/extending.md, as that page states it in TypeScript and, compiled in, in AssemblyScript. */
const stated: Policy = {
  dispatch(view, vm, active) {
    let best = 0;
    let least = view.activeLoad(vm, 0);
    for (let i = 1; i < active && least > 0; i++) {
      const load = view.activeLoad(vm, i);
      if (load < least) [best, least] = [i, load];
    }
    return best;
  },
  firstVictim: (_view, _vm, vcpu) => vcpu ^ 1,
  coresWanted: (view, vm) =>
    view.oldestDelayNs(vm) < 20_000 ? 0 : Math.max(0, view.waiting(vm) - view.coresComing(vm)),
};

async function fingerprint(policy: Policy): Promise<string> {
  const simulation = await Simulation.create({ ...scenario, durationNs: 6e6 }, { policy });
  await simulation.run();
  const { manifest } = simulation.metrics();
  simulation.close();
  return manifest.fingerprint;
}

/** The text of a module, as bytes. */
function wat(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}
const VERSION = '(func (export "fluxhost_policy_version") (result i32) (i32.const 1))';
const dispatching = (body: string, more = ''): Uint8Array =>
  wat(`(module ${more} ${VERSION} (func (export "dispatch") (param i32 i32) (result i32) ${body}))`);

describe('one policy', () => {
  let expected = '';
  beforeAll(async () => void (expected = await fingerprint(stated)));

  it.each(['c', 'rust'])('takes one trajectory in TypeScript and in %s, fuel counted or not', async (name) => {
    expect(await fingerprint(await wasmPolicy(fixture(name)))).toBe(expected);
    const module = await fuelled(fixture(name));
    expect(module.decisions).toEqual(['dispatch', 'firstVictim', 'coresWanted', 'victim']);
    expect(await fingerprint(instantiatePolicy(module))).toBe(expected);
  });

  it('is run from the command line, and goes on from a snapshot', async () => {
    const [file, taken] = [
      fileURLToPath(new URL('fixtures/c.wasm', import.meta.url)),
      join(tmpdir(), `fluxhost-${process.pid}.snapshot`),
    ];
    const printed = async (...args: string[]): Promise<string> => {
      const io = captureIo();
      expect(await main(args, io), io.err).toBe(0);
      return (JSON.parse(io.out) as Result).manifest.fingerprint;
    };
    const yaml = `${root}/examples/policy.yaml`;
    try {
      const whole = await printed(
        'run',
        yaml,
        '--policy',
        file,
        '--set',
        'duration=6ms',
        '--json',
        '--snapshot',
        taken,
        '--at',
        '10ms',
      );
      expect(whole).toBe(expected);
      expect(await printed('run', '--from', taken, '--policy', file, '--json')).toBe(expected);
    } finally {
      rmSync(taken, { force: true });
    }
    expect(await printed('run', yaml, '--set', 'duration=6ms', '--json')).not.toBe(expected);
  });

  it('is held to the interface from the command line', async () => {
    const io = captureIo();
    expect(await main(['judge', '--check', fileURLToPath(new URL('fixtures/rust.wasm', import.meta.url))], io)).toBe(0);
    expect(io.out).toContain('kept    stateless');
    expect(io.out.trim().split('\n').at(-1)).toBe('conforms');
    const wrong = captureIo();
    expect(await main(['judge', '--check', '--json', `${root}/dist/fluxhost.wasm`], wrong)).toBe(3);
    expect(JSON.parse(wrong.out)).toMatchObject({ conforms: false, decisions: [], fuel: null });
    expect(await main(['judge', '--check', `${root}/none.wasm`], captureIo())).toBe(2);
  });

  it('takes it in AssemblyScript that is compiled for the sandbox, where what is not shown does not compile', async () => {
    const page = readFileSync(`${root}/docs/extending.md`, 'utf8');
    const source = /<!-- file: my-policy.ts -->.*?```ts\n(.*?)```/s.exec(page)![1]!;
    const bytes = await buildSandboxed(source, { file: 'my-policy.ts' });
    expect(await fingerprint(instantiatePolicy(await readPolicy(bytes)))).toBe(expected);
    const hidden = source.replace('return pair < vm.max ? pair : 0;', 'return u32(vm.readySum);');
    const refused = buildSandboxed(hidden, { file: 'my-policy.ts' });
    await expect(refused).rejects.toThrow(/my-policy\.ts:.*'readySum' does not exist/);
    await expect(buildSandboxed('export const a = 1;')).rejects.toThrow(/none of the decisions/);
  });
});

describe('a module that does not fit', () => {
  const refusal = async (bytes: Uint8Array): Promise<string> =>
    readPolicy(bytes, 'p.wasm').then(
      () => 'taken',
      (error: unknown) => (error instanceof InputError ? error.message : `not refused as input: ${String(error)}`),
    );

  it('is refused with every import and export that is none', async () => {
    const imports = '(import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32)))';
    const typed = '(import "fluxhost_v1" "waiting" (func (param i32) (result i64)))';
    const text = await refusal(
      wat(
        `(module ${imports} ${typed} (memory (export "m") 300) (func (export "cores_wanted") (result i32) (i32.const 0)))`,
      ),
    );
    expect(text.split('\n')).toEqual([
      expect.stringMatching(
        /^p\.wasm: import wasi_snapshot_preview1\.clock_time_get: given a function i32,i64,i32->i32, expected functions of fluxhost_v1 alone: now_ns, /,
      ),
      'p.wasm: import fluxhost_v1.waiting: given a function i32->i64, expected a function i32->i32',
      'p.wasm: export fluxhost_policy_version: given nothing, expected a function ->i32',
      'p.wasm: export cores_wanted: given a function ->i32, expected a function i32->i32',
      'p.wasm: memory: given 300 pages of 64 KiB, expected at most 256',
    ]);
  });

  it('is refused where it is no module, decides nothing, or hides its memory', async () => {
    expect(await refusal(new TextEncoder().encode('not wasm'))).toContain('bytes that do not begin as a Wasm module');
    expect(await refusal(wat(`(module ${VERSION})`))).toContain(
      'given fluxhost_policy_version, expected a decision: dispatch',
    );
    expect(await refusal(dispatching('(i32.const 0)', '(memory 1)'))).toContain(
      'memory: given one that is not exported',
    );
    const whole = dispatching('(i32.const 0)');
    for (let cut = 9; cut < whole.length; cut++) expect(await refusal(whole.slice(0, cut))).not.toBe('taken');
    expect(await refusal(whole)).toBe('taken');
  });

  it('is refused where fuel cannot be counted, or it speaks another version', async () => {
    const simd = dispatching('(i32x4.extract_lane 0 (i32x4.splat (local.get 0)))');
    expect(await refusal(simd)).toBe('taken');
    await expect(fuelled(simd)).rejects.toThrow(/expected a module of WebAssembly 2 without SIMD/);
    const other = wat(`(module (func (export "fluxhost_policy_version") (result i32) (i32.const 2))
      (func (export "cores_wanted") (param i32) (result i32) (i32.const 0)))`);
    await expect(wasmPolicy(other)).rejects.toThrow('policy: speaks version 2 of the interface, expected 1');
  });
});

describe('a module that misbehaves', () => {
  const IMPORT = '(import "fluxhost_v1" "waiting" (func $waiting (param i32) (result i32)))';
  const failure = async (bytes: Uint8Array): Promise<PolicyError> => {
    const error: unknown = await fuelled(bytes, 1000)
      .then(
        async (module) => fingerprint(instantiatePolicy(module)),
        (caught: unknown) => caught,
      )
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PolicyError);
    return error as PolicyError;
  };

  it.each([
    ['loops', 'fuel', dispatching('(loop $l (br $l)) (i32.const 0)')],
    [
      'calls itself without end',
      'fuel',
      dispatching('(call $f (i32.const 0))', '(func $f (param i32) (result i32) (call $f (local.get 0)))'),
    ],
    ['traps', 'trap', dispatching('(i32.div_u (local.get 0) (i32.const 0))')],
    ['looks at a VM that is not there', 'view', dispatching('(call $waiting (i32.const 9))', IMPORT)],
    ['names a vCPU that is not there', 'answer', dispatching('(local.get 1)')],
    [
      'grows its memory',
      'memory',
      dispatching('(drop (memory.grow (i32.const 1))) (i32.const 0)', '(memory (export "memory") 1)'),
    ],
    [
      'grows it from nothing',
      'memory',
      dispatching('(drop (memory.grow (i32.const 1))) (i32.const 0)', '(memory (export "memory") 0)'),
    ],
  ])('%s: the fault is %s', async (_, fault, bytes) => {
    expect((await failure(bytes)).fault).toBe(fault);
  });

  it('cannot call a function of its own what counts fuel, nor fill its tank', async () => {
    const cheating = dispatching(
      '(loop $l (global.set $fuel (i32.const 1000)) (call $log_execution (i32.const 0)) (br $l)) (i32.const 0)',
      '(global $fuel (mut i32) (i32.const 0)) (func $log_execution (param i32) (nop))',
    );
    expect((await failure(cheating)).fault).toBe('fuel');
  });

  const [START, MEMORY] = ['(start $s)', '(memory (export "memory") 256)'];
  it.each([
    ['loops when it starts', 'fuel', dispatching('(i32.const 0)', `(func $s (loop $l (br $l))) ${START}`)],
    [
      'grows when it starts',
      'memory',
      dispatching('(i32.const 0)', `${MEMORY} (func $s (drop (memory.grow (i32.const 1)))) ${START}`),
    ],
    [
      'grows when it tells its version',
      'memory',
      wat(`(module ${MEMORY} (func (export "dispatch") (param i32 i32) (result i32) (i32.const 0))
        (func (export "fluxhost_policy_version") (result i32) (drop (memory.grow (i32.const 1))) (i32.const 1)))`),
    ],
    [
      'fills its memory',
      'fuel',
      dispatching('(memory.fill (i32.const 0) (i32.const 7) (i32.const 1001)) (i32.const 0)', MEMORY),
    ],
    [
      'copies it',
      'fuel',
      dispatching('(memory.copy (i32.const 0) (i32.const 7) (i32.const 9001)) (i32.const 0)', MEMORY),
    ],
  ])('%s: the fault is %s', async (_, fault, bytes) => {
    expect((await failure(bytes)).fault).toBe(fault);
  });

  it('gets no more memory than what is seen, and is told so', async () => {
    const asking = dispatching('(i32.ne (memory.grow (i32.const 257)) (i32.const -1))', MEMORY);
    const first = dispatching('(i32.const 0)');
    expect(await fingerprint(await wasmPolicy(asking))).toBe(await fingerprint(await wasmPolicy(first)));
  });

  it('fills and copies as it would without fuel', async () => {
    const filling = dispatching(
      `(memory.fill (i32.const 8) (i32.const 3) (i32.const 5)) (memory.copy (i32.const 10) (i32.const 8) (i32.const 6))
       (i32.rem_u (i32.add (i32.load (i32.const 8)) (i32.load (i32.const 12))) (local.get 1))`,
      '(memory (export "memory") 1)',
    );
    const counted = await fuelled(filling, 1000);
    expect(await fingerprint(instantiatePolicy(counted))).toBe(await fingerprint(await wasmPolicy(filling)));
  });

  it('may call 1,000 deep, less where functions are large, and no deeper, on any stack', async () => {
    const deep = (calls: number, locals = ''): Uint8Array =>
      dispatching(
        `(i32.eqz (call $r (i32.const ${calls})))`,
        `(func $r (param i32) (result i32) ${locals} (if (result i32) (local.get 0)
          (then (i32.add (call $r (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else (i32.const 0))))`,
      );
    const ends = async (bytes: Uint8Array): Promise<string> =>
      fuelled(bytes)
        .then(async (module) => fingerprint(instantiatePolicy(module)))
        .then(
          () => 'ends',
          (error: unknown) => (error as Error).message,
        );
    // the decision itself and the call with 0 count as well
    expect(await ends(deep(998))).toBe('ends');
    expect(await ends(deep(999))).toBe('policy.dispatch: called too deep');
    expect(await ends(deep(600, `(local ${'i64 '.repeat(20)})`))).toBe('policy.dispatch: called too deep');
    expect(await ends(deep(20_000))).toBe('policy.dispatch: called too deep');
  });

  it("takes a run's fuel by dear decisions, wherever the clock stands", async () => {
    const dear = dispatching(
      `(local $i i32) (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 990)))) (i32.const 0)`,
    );
    const policy = instantiatePolicy(await fuelled(dear, 1000, undefined, 3500));
    const { dispatch } = policy as Required<Pick<Policy, 'dispatch'>>;
    const view = {} as Parameters<typeof dispatch>[0];
    // what one has taken is counted when the next begins
    expect([1, 2, 3, 4].map(() => dispatch(view, 0, 1))).toEqual([0, 0, 0, 0]);
    expect(() => dispatch(view, 0, 1)).toThrow("policy.dispatch: ran out of the whole run's fuel");
  });

  it('has as much fuel at each decision as at the first', async () => {
    // 900 rounds of 1000 each time
    const busy = dispatching(
      '(local $i i32) (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 900)))) (i32.const 0)',
    );
    const module = await fuelled(busy, 1000);
    expect(await fingerprint(instantiatePolicy(module))).toBe(await fingerprint({ dispatch: () => 0 }));
  });
});
