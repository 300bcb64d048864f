// Everything under test/ in Node. No retries: a test that fails once has failed. What is statistical and long is left out by
// `npm test` and run by `npm run validate -- --check`; named, as in `npm test -- test/laws/mgk.test.ts`, each runs there, too.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

const LONG = [
  'test/experiments/figures.test.ts',
  'test/experiments/hyperflux/hyperflux.test.ts',
  'test/experiments/nanvix.test.ts',
  'test/experiments/provisioning.test.ts',
  'test/laws/bounded.test.ts',
  'test/laws/mgk.test.ts',
  'test/laws/rare-long.test.ts',
  'test/oracle/statistics/mechanisms.test.ts',
  'test/reference/negative-control.test.ts',
  'test/reference/nsdi22.test.ts',
  'test/reference/schedsim.test.ts',
  'test/reference/tandem.test.ts',
  'test/study/coverage.test.ts',
];

/**
 * Of half a minute each, though the files are short, by which vitest would have them late: one that is begun last keeps one processor busy
 * while the other has nothing left.
 */
const EARLY = [
  'test/bench/smoke.test.ts',
  'test/reference/schedsim.test.ts',
  'test/experiments/hyperflux/hyperflux.test.ts',
  'test/docs/guide.test.ts',
  'test/docs/extending.test.ts',
  'test/study/coverage.test.ts',
  'test/experiments/nanvix.test.ts',
  'test/reference/nsdi22.test.ts',
  'test/reference/tandem.test.ts',
];
for (const path of [...LONG, ...EARLY])
  if (!existsSync(path)) throw new Error(`vitest.config.ts names ${path}, which is no file`);

/** `short`, `long`, or all (scripts/support.mjs, runTests). */
const asked = process.env['FLUXHOST_TESTS'];

/** As scripts/web.mjs has them. */
const texts = {
  name: 'texts',
  load: (id: string): string | undefined =>
    id.endsWith('.yaml') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined,
};

/**
 * In processes of their own: what replaces a module or a method for all, or starts servers and browsers. The others come one after the
 * other in the same two processes, which saves a quarter of their processor time.
 */
const ALONE = [
  'test/browser/**',
  'test/cluster/**',
  'test/package-proofs/**',
  'test/cli/outside.test.ts',
  'test/core/import.test.ts',
  'test/core/watchdog.test.ts',
];

const exclude = asked === 'short' ? [...configDefaults.exclude, ...LONG] : configDefaults.exclude;
const alone = {
  extends: true as const,
  test: { name: 'alone', include: ALONE.map((path) => path.replace('**', '**/*.test.ts')), exclude },
};
const shared = {
  extends: true as const,
  test: {
    name: 'shared',
    include: asked === 'long' ? LONG : ['test/**/*.test.ts'],
    exclude: [...exclude, ...ALONE],
    isolate: false,
  },
};

type Specifications = Parameters<BaseSequencer['sort']>[0];

class Sequencer extends BaseSequencer {
  /** `EARLY` first among those that share a process; those in processes of their own stay before them. */
  override async sort(files: Specifications): Promise<Specifications> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId, project }: Specifications[number]): number => {
      if (project.name === 'alone') return 0;
      const early = EARLY.findIndex((path) => moduleId === resolve(path));
      return early < 0 ? EARLY.length + 1 : early + 1;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  plugins: [texts],
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: Sequencer },
    // A policy that several tests compile is compiled once; it is kept by all that a core is made of.
    env: { FLUXHOST_CACHE: resolve('build/compiled-cores') },
    // Generous on purpose: a slow machine must not turn into a failed test.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    allowOnly: false,
    passWithNoTests: false,
    projects: asked === 'long' ? [shared] : [alone, shared], // none of the long ones is to be alone
  },
});
