// Everything under test/ in Node. No retries: a test that fails once has failed. What is statistical and long is left out by
// `npm test` and run by `npm run validate -- --check`; named, as in `npm test -- test/laws/mgk.test.ts`, each runs there, too.
import { existsSync, readFileSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';

const LONG = [
  'test/experiments/hyperflux/hyperflux.test.ts',
  'test/laws/bounded.test.ts',
  'test/laws/mgk.test.ts',
  'test/laws/rare-long.test.ts',
  'test/oracle/statistics/mechanisms.test.ts',
  'test/reference/nsdi22.test.ts',
  'test/reference/schedsim.test.ts',
  'test/study/coverage.test.ts',
];
for (const path of LONG) if (!existsSync(path)) throw new Error(`vitest.config.ts names ${path}, which is no file`);

/** `short`, `long`, or all (scripts/support.mjs, runTests). */
const asked = process.env['FLUXHOST_TESTS'];

/** As scripts/web.mjs has them. */
const texts = {
  name: 'texts',
  load: (id: string): string | undefined =>
    id.endsWith('.yaml') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined,
};

export default defineConfig({
  plugins: [texts],
  test: {
    include: asked === 'long' ? LONG : ['test/**/*.test.ts'],
    exclude: asked === 'short' ? [...configDefaults.exclude, ...LONG] : configDefaults.exclude,
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    // Generous on purpose: a slow machine must not turn into a failed test.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
