// Writes docs/parameters.md from the table that the program itself takes its defaults from.
// `--check` writes nothing and fails where the file on disk is not what would be written.
import { existsSync, readFileSync } from 'node:fs';
import { at, ensureInstalled, fail, writeAtomically } from './support.mjs';

const SOURCE = 'src/scenario/parameters.ts';
const TARGET = 'docs/parameters.md';

await ensureInstalled();
const { build } = await import('esbuild');
const prettier = await import('prettier');
const bundle = await build({
  absWorkingDir: at(),
  entryPoints: [SOURCE],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  packages: 'external',
});
const code = Buffer.from(bundle.outputFiles[0].contents).toString('base64');
const { renderParametersMarkdown } = await import(`data:text/javascript;base64,${code}`);
const options = (await prettier.resolveConfig(at(TARGET))) ?? {};
const text = await prettier.format(renderParametersMarkdown(), { ...options, parser: 'markdown' });

if (process.argv.includes('--check')) {
  const found = existsSync(at(TARGET)) ? readFileSync(at(TARGET), 'utf8') : '';
  if (found !== text) fail(`${TARGET} is not what ${SOURCE} says: run \`npm run docs\``);
} else {
  writeAtomically(at(TARGET), text);
}
