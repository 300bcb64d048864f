// First run of a fresh clone: installs, builds, compares the mechanisms on one example, tells where to look next.
import { build } from './build.mjs';
import { at, ensureInstalled, fail, run } from './support.mjs';

const EXAMPLE = 'examples/burst.yaml';

await ensureInstalled();
try {
  await build({ groups: ['bundle'] });
} catch (error) {
  fail(`build failed: ${error.message}`);
}
process.stderr.write(`\n$ fluxhost compare ${EXAMPLE}\n\n`);
const status = await run(process.execPath, [at('dist/cli.js'), 'compare', EXAMPLE, ...process.argv.slice(2)]);
if (status !== 0) process.exit(status);
process.stderr.write(
  [
    '',
    'Next:',
    `  ${EXAMPLE}                     the scenario you have just seen; change it and run again`,
    '  node dist/cli.js --help                 every command',
    '  node dist/cli.js explain                every parameter: meaning, unit, default and where the default is from',
    '  README.md, docs/, examples/             the library, the model, more scenarios',
    '  npm test, npm run bench, npm run check',
    '',
  ].join('\n'),
);
