// A policy of which a scenario asks nothing is told of: its run is the one without it, to the bit.

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import type { Result } from '../../src/result/result.js';
import { captureIo } from './fake.js';

const C = fileURLToPath(new URL('../abi/fixtures/c.wasm', import.meta.url));
const WARNED = 'nothing asks for a decision of it, so that the run is as without';

async function run(...args: string[]): Promise<{ fingerprint: string; err: string }> {
  const io = captureIo();
  expect(await main(['run', ...args, '--set', 'duration=3ms', '--json'], io), io.err).toBe(0);
  return { fingerprint: (JSON.parse(io.out) as Result).manifest.fingerprint, err: io.err };
}

it.each([
  [[], 'hyperflux'],
  [['--set', 'mechanism=ideal'], 'ideal'],
] as const)('is warned of where no setting names it (%j)', async (set, kind) => {
  const policed = await run('examples/burst.yaml', ...set, '--policy', C);
  const plain = await run('examples/burst.yaml', ...set);
  expect(policed.fingerprint).toBe(plain.fingerprint);
  expect(policed.err).toContain(`warning: --policy ${C}: ${WARNED}`);
  expect(policed.err).toContain('coresWanted by mechanism: { signal: policy }');
  expect(policed.err.includes(`${kind} has no signal and no queues of vCPUs`)).toBe(kind === 'ideal');
  expect(plain.err).not.toContain(WARNED);
});

it('is not where one decision of it is asked for, under a mechanism that has it', async () => {
  const dispatched = ['examples/burst.yaml', '--set', 'vms.0.dispatch=policy', '--policy', C];
  expect((await run(...dispatched)).err).not.toContain(WARNED);
  expect((await run(...dispatched, '--set', 'mechanism=ideal')).err).toContain(WARNED);
  expect((await run('examples/burst.yaml', '--set', 'mechanism.signal=policy', '--policy', C)).err).not.toContain(
    WARNED,
  );
});
