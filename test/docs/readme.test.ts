// README.md: its example runs as it stands and prints what the text around it says; what it names is there.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import * as fluxhost from '../../src/index.js';
import { captureIo } from '../cli/fake.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs/model.md', 'docs/extending.md', 'docs/library.md'],
  ...['docs/memory.md', 'docs/pages.md', 'docs/series.md', 'docs/snapshots.md', 'docs/vmem.md'],
  ...readdirSync(fileURLToPath(new URL('../../docs/model', import.meta.url))).map((name) => `docs/model/${name}`),
];
const read = (path: string): string => readFileSync(ROOT + path, 'utf8');
const readme = read('README.md');

const AsyncFunction = (async () => {}).constructor as new (
  ...names: string[]
) => (...values: unknown[]) => Promise<void>;

describe('README.md', () => {
  it('has an example that runs, in which hyperflux lies between ideal and static', async () => {
    const [, code] =
      /<!-- run by test\/docs\/readme\.test\.ts -->\n\n<!-- prettier-ignore -->\n```ts\n([\s\S]*?)```/.exec(readme)!;
    const [line, names] = /^import \{ ([\w, ]+) \} from 'fluxhost';\n/.exec(code!)!;
    const imported = names!.split(', ');
    for (const name of imported) expect(fluxhost).toHaveProperty(name);
    const { code: script } = await transform(code!.slice(line.length), { loader: 'ts', target: 'es2022' });
    const printed: unknown[][] = [];
    const console = { log: (...values: unknown[]) => void printed.push(values) };
    const values = imported.map((name) => (fluxhost as unknown as Record<string, unknown>)[name]);
    await new AsyncFunction('console', ...imported, script)(console, ...values);
    expect(printed.map(([kind]) => kind)).toEqual(['ideal', 'hyperflux', 'static']);
    const [ideal, hyperflux, fixed] = printed.map(([, p99]) => p99 as number);
    expect(ideal).toBeLessThan(hyperflux!);
    expect(hyperflux).toBeLessThan(fixed!);
  });

  it('shows what its first command prints', async () => {
    const block = /(<!-- printed by the program.* -->\n\n```console\n\$ fluxhost (.*)\n)([\s\S]*?)```/;
    const [, , command, shown] = block.exec(readme)!;
    const io = captureIo();
    expect(await main(command!.split(' '), io)).toBe(0);
    const table = `${io.out.slice(0, io.out.indexOf('\n\ncan this be trusted?'))}\n`;
    if (process.env['FLUXHOST_PIN'] !== undefined)
      writeFileSync(
        `${ROOT}README.md`,
        readme.replace(block, (_, head: string) => `${head}${table}\`\`\``),
      );
    else expect(shown).toBe(table);
  });

  it('names commands, examples and entries that exist', () => {
    const { exports, scripts } = JSON.parse(read('package.json'));
    const entries = [...read('docs/library.md').matchAll(/`fluxhost(\/[\w.-]+)`/g)].map((match) => `.${match[1]}`);
    expect(entries).toContain('./core');
    for (const entry of entries) expect(Object.keys(exports)).toContain(entry);
    for (const [, script] of readme.matchAll(/npm run (\w+)/g)) expect(Object.keys(scripts)).toContain(script);
    const program = read('src/cli/program.ts');
    const commands = [...readme.matchAll(/^ {4}fluxhost (\w+)/gm)].map((match) => match[1]!);
    expect(commands.length).toBe(11);
    for (const command of commands) expect(program).toContain(`  ${command}: {`);
    for (const [path] of readme.matchAll(/examples\/[\w-]+\.yaml/g)) expect(existsSync(ROOT + path)).toBe(true);
  });

  it('links every page of docs/, its last list each once', () => {
    const links = (text: string): string[] =>
      [...text.matchAll(/\]\((docs\/[\w-]+\.md)\)/g)].map(([, path]) => path!).toSorted();
    const pages = readdirSync(`${ROOT}docs`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`);
    expect([...new Set(links(readme))]).toEqual(pages.toSorted());
    const last = links(readme.slice(readme.indexOf('\n## Where next\n')));
    expect(last).toEqual(pages.filter((path) => path !== 'docs/reproduced.md').toSorted());
  });

  it('can be read: its claims and its list apart, 1,500 words at most', () => {
    const [before] = readme.split('\n## Where next\n') as [string];
    const read = before.replace(/<!-- claims -->[\s\S]*<!-- end of claims -->/, '').replace(/^```[\s\S]*?^```/gm, '');
    expect(read.split(/\s+/).length).toBeLessThan(1500);
  });

  it('has a validity box whose every row names a test that is there', () => {
    const rows = [...read('docs/validity.md').matchAll(/^\|.*\| `(test\/[\w/.-]+)` +\|$/gm)].map(([, path]) => path!);
    expect(rows.length).toBeGreaterThan(12);
    expect(rows.filter((path) => !existsSync(ROOT + path))).toEqual([]);
  });

  it('and the other pages link to files that exist', () => {
    const broken = PAGES.flatMap((page) => {
      const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/') + 1) : '';
      return [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map((match) => folder + match[1]!)
        .filter((path) => !existsSync(ROOT + path))
        .map((path) => `${page}: ${path}`);
    });
    expect(broken).toEqual([]);
  });
});
