// Writes what the documentation prints from the program: docs/parameters.md from the table that the program itself takes its
// defaults from, docs/scenario.md from the schema that it checks scenarios by, the lists in docs/validity.md from the table of
// `run --verbose`, the manifests in docs/cluster.md, the layers in docs/architecture.md from scripts/layers.mjs, the pictures of steps in
// docs/pictures from the same defaults.
// `--check` writes nothing and fails where a file on disk is not what would be written.
import { existsSync, readFileSync } from 'node:fs';
import { CORE_LAYERS, MEMORY_CORE_LAYERS, SRC_LAYERS, WAYS } from './layers.mjs';
import { at, ensureInstalled, fail, writeAtomically } from './support.mjs';

const PARAMETERS = { source: 'src/explain/page.ts', target: 'docs/parameters.md', name: 'renderParametersMarkdown' };
const SCENARIO = { source: 'src/explain/scenario-page.ts', target: 'docs/scenario.md', name: 'renderScenarioMarkdown' };
const VALIDITY = { source: 'src/explain/validity-page.ts', target: 'docs/validity.md', name: 'renderValidityMarkdown' };
const CLUSTER = { source: 'src/cli/kubernetes.ts', target: 'docs/cluster.md', name: 'kubernetesBlocks' };
const DIAGRAMS = [
  { source: 'src/explain/diagrams.ts', name: 'diagrams' },
  { source: 'src/explain/model-diagrams.ts', name: 'modelDiagrams' },
  { source: 'src/explain/order-diagram.ts', name: 'orderDiagrams' },
];
const ARCHITECTURE = 'docs/architecture.md';

await ensureInstalled();
const { build } = await import('esbuild');
const prettier = await import('prettier');
const read = (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : '');

/** What a module of the program prints. */
async function printed({ source, name }) {
  const bundle = await build({
    absWorkingDir: at(),
    entryPoints: [source],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    alias: { yaml: at('node_modules/yaml/browser/index.js') }, // the other one asks for `require`
  });
  const code = Buffer.from(bundle.outputFiles[0].contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`))[name]();
}

/** The highest layer first, rooms beside each other in one cell. */
function layerTable(layers) {
  const rows = [...layers]
    .reverse()
    .map(({ rooms, about }) => `| ${rooms.map((room) => `\`${room}\``).join(' ')} | ${about} |`);
  return ['| rooms | what they hold |', '| --- | --- |', ...rows].join('\n');
}

/** Both languages in one text, the highest layer first; beside each room its turn on the way of a scenario, an event, a result. */
function drawing() {
  const names = Object.keys(WAYS);
  const drawn = new Set();
  const turn = (room, name) => {
    const at = WAYS[name].indexOf(room);
    if (at < 0) return ''.padEnd(name.length);
    drawn.add(room);
    return String(at + 1)
      .padStart(Math.ceil(name.length / 2))
      .padEnd(name.length);
  };
  const line = (room, mark) => `${names.map((name) => turn(room, name)).join('  ')}  ${mark} ${room}`;
  const stack = (layers) =>
    [...layers].reverse().flatMap(({ rooms }) => rooms.map((room, i) => line(room, i === 0 ? '├─' : '│ ')));
  const side = ''.padEnd(names.join('  ').length);
  const lines = [
    `${names.join('  ')}`,
    `${side}  ┌─ TypeScript`,
    ...stack(SRC_LAYERS),
    `${side}  ╪═ Wasm memory: words of the configuration go down; counters, histograms come up`,
    ...stack(CORE_LAYERS),
    `${side}  └─ nothing below`,
  ];
  const lost = names.flatMap((name) => WAYS[name]).filter((room) => !drawn.has(room));
  if (lost.length > 0) fail(`scripts/layers.mjs: no layer has ${lost.join(', ')}`);
  return ['```text', ...lines.map((text) => text.trimEnd()), '```'].join('\n');
}

/** The page with what stands between two marks replaced. */
function between(page, name, text, file = ARCHITECTURE) {
  const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 || end < start) fail(`${file}: the marks ${from} and ${to} are not in it`);
  return `${page.slice(0, start + from.length)}\n\n${text}\n\n${page.slice(end)}`;
}

function architecture() {
  let page = between(read(ARCHITECTURE), 'drawing', drawing());
  const tables = { 'the core': CORE_LAYERS, "the memory's core": MEMORY_CORE_LAYERS, TypeScript: SRC_LAYERS };
  for (const [name, layers] of Object.entries(tables)) page = between(page, `layers of ${name}`, layerTable(layers));
  return page;
}

async function filled(made) {
  const { target } = made;
  const lists = await printed(made);
  return Object.entries(lists).reduce((page, [name, text]) => between(page, name, text, target), read(target));
}

const pages = {
  [PARAMETERS.target]: await printed(PARAMETERS),
  [SCENARIO.target]: await printed(SCENARIO),
  [VALIDITY.target]: await filled(VALIDITY),
  [CLUSTER.target]: await filled(CLUSTER),
  [ARCHITECTURE]: architecture(),
};
const drawn = await Promise.all(DIAGRAMS.map(printed));
const pictures = drawn.flatMap(Object.entries).map(([name, svg]) => [`docs/pictures/${name}`, svg]);
for (const [path, page] of [...Object.entries(pages), ...pictures]) {
  const options = (await prettier.resolveConfig(at(path))) ?? {};
  const text = path.endsWith('.md') ? await prettier.format(page, { ...options, parser: 'markdown' }) : page;
  if (!process.argv.includes('--check')) writeAtomically(at(path), text);
  else if (read(path) !== text) fail(`${path} is not what the program says: run \`npm run docs\``);
}
