// A keep-alive of one's own that nobody gives: `run` warns, since the package's core would never let an instance go.

import { expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { captureIo } from './fake.js';

it('is warned of', async () => {
  const runWith = async (...set: string[]): Promise<string> => {
    const io = captureIo();
    const args = ['run', 'examples/functions.yaml', '--set', 'duration=20s', ...set];
    expect(await main(args, io)).toBe(0);
    return io.err;
  };
  expect(await runWith('--set', 'lifecycle.keepAlive={policy: policy}')).toContain(
    'warning: lifecycle.keepAlive: policy, and neither --core nor --policy gives one',
  );
  expect(await runWith()).not.toContain('lifecycle.keepAlive');
});
