// The API reference: what typedoc says of the package's entries, as Markdown. scripts/site.mjs makes pages of it.
import { renameSync, rmSync } from 'node:fs';
import { fail, runToolQuietly } from './support.mjs';

const ENTRIES = ['index', 'core-entry', 'node-entry', 'report-entry'];
const OPTIONS =
  '--plugin typedoc-plugin-markdown --tsconfig tsconfig.json --name API --readme none --hidePageHeader --hideBreadcrumbs --disableSources --logLevel Error';

/** Writes it to `folder`: all of it, or nothing. */
export async function apiReference(folder) {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const entries = ENTRIES.flatMap((name) => ['--entryPoints', `src/${name}.ts`]);
  const options = [...OPTIONS.split(' '), ...entries, '--out', fresh];
  const { status, said } = await runToolQuietly('typedoc/bin/typedoc', options);
  if (status !== 0) fail(`typedoc: ${said}`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}
