// The API reference: what typedoc says of the package's entries, as Markdown. scripts/site.mjs makes pages of it.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, runToolQuietly } from './support.mjs';

/** Each by its file, the name that it is imported by, and what it is for. */
const ENTRIES = [
  [
    'index',
    'fluxhost',
    'simulate, compare, size, sweep, replay traces of pages, reserve memory: in Node and in browsers',
  ],
  ['core-entry', 'fluxhost/core', 'the same for those who bring the bytes of the core, or a compiled module'],
  ['node-entry', 'fluxhost/node', 'files of a folder, and cores with a policy of your own compiled in: in Node alone'],
  ['report-entry', 'fluxhost/report', 'what results look like: tables, CSV files, and the page of figures'],
];
/** Names whose exports are those of another entry. */
const ALSO = [['index', 'fluxhost/standalone', 'all of `fluxhost` in one file, which loads nothing later']];
const OPTIONS =
  '--plugin typedoc-plugin-markdown --tsconfig tsconfig.json --name API --readme none --hidePageHeader --hideBreadcrumbs --disableSources --logLevel Error';

/** Entries by the names that people import, with what they are for, where typedoc has those of files. */
export function nameEntries(folder) {
  const rows = [...ENTRIES, ...ALSO].map(([file, name, about]) => `- [\`${name}\`](${file}/README.md): ${about}`);
  writeFileSync(join(folder, 'README.md'), `# API\n\nWhat can be imported:\n\n${rows.join('\n')}\n`);
  for (const [file, name, about] of ENTRIES) {
    const path = join(folder, file, 'README.md');
    const text = readFileSync(path, 'utf8');
    if (!text.startsWith(`# ${file}\n`)) throw new Error(`${path}: the page of ${file} begins otherwise`);
    const said = `${about[0].toUpperCase()}${about.slice(1)}.`;
    writeFileSync(path, text.replace(`# ${file}\n`, `# ${name}\n\n${said}\n`));
  }
}

/** Writes it to `folder`: all of it, or nothing. */
export async function apiReference(folder) {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const entries = ENTRIES.flatMap(([name]) => ['--entryPoints', `src/${name}.ts`]);
  const options = [...OPTIONS.split(' '), ...entries, '--out', fresh];
  const { status, said } = await runToolQuietly('typedoc/bin/typedoc', options);
  if (status !== 0) fail(`typedoc: ${said}`);
  nameEntries(fresh);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}
