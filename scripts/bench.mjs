// Builds what is stale, then runs every benchmark; arguments go to bench/run.mjs.
import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { at, ensureInstalled, fail, run } from './support.mjs';
import { USUAL } from './usual.mjs';

await ensureInstalled();
try {
  await build({ groups: USUAL });
} catch (error) {
  fail(`build failed: ${error.message}`);
}
if (!existsSync(at('bench/run.mjs'))) fail('bench: bench/run.mjs is missing');
process.exitCode = await run(process.execPath, [at('bench/run.mjs'), ...process.argv.slice(2)]);
