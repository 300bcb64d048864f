// A keep-alive of one's own that nobody gives is refused, by commands and by the API: the package's core would never let an instance go.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { compileCore } from '../../src/index.js';
import { binaryen } from '../support/compiler.js';
import { runFunctions, host, lifecycle } from '../support/functions.js';
import { captureIo } from './fake.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'fluxhost-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const OWN = ['--set', 'duration=20s', '--set', 'lifecycle.keepAlive={policy: policy}'];
async function told(...args: string[]): Promise<[code: number, err: string]> {
  const io = captureIo();
  return [await main(args, io), io.err];
}

it('is refused by run and compare, whatever else a policy answers', async () => {
  const file = join(FOLDER, 'dispatch.wasm');
  const module = binaryen.parseText(
    '(module (func (export "fluxhost_policy_version") (result i32) (i32.const 1))' +
      '(func (export "dispatch") (param i32 i32) (result i32) (i32.const 0)))',
  );
  writeFileSync(file, module.emitBinary());
  module.dispose();
  for (const [args, given] of [
    [['run', 'examples/functions.yaml', ...OWN], 'no policy'],
    [['run', 'examples/functions.yaml', ...OWN, '--policy', file], 'a policy without keepFor and worth'],
    [['compare', 'examples/functions.yaml', ...OWN, '--mechanisms', 'ideal,hyperflux'], 'no policy'],
  ] as const) {
    const [code, err] = await told(...args);
    expect([code, err]).toEqual([2, expect.stringContaining('lifecycle.keepAlive')]);
    expect(err).toContain(given);
  }
});

it('is refused by the API, where nothing says that the core is another one', async () => {
  const spec = lifecycle({ keepAlive: { policy: 'policy' } });
  const refused = { path: 'lifecycle.keepAlive', given: 'policy, and no policy' };
  for (const options of [{}, { module: await compileCore() }])
    await expect(runFunctions(host(1e6), spec, options)).rejects.toMatchObject({ problems: [refused] });
  await expect(runFunctions(host(1e6), spec, { policy: { worth: () => 1 } })).resolves.toBeDefined();
  await expect(runFunctions(host(1e6), lifecycle(), { policy: { dispatch: () => 0 } })).resolves.toBeDefined();
});
