// What people read of an evaluation kit: README.md, and index.html, whose figures are links that run again where the reader is.

import { escapeHtml } from '../report/html/html.js';
import { formatWait } from '../report/units.js';
import { type Entry, type Kit, type LiveLink, SIZES, type Size } from './artifact-kit.js';

const SLOWEST_START_SECONDS = 1;

/** Predicted, on a machine like the one that made it. */
export const secondsOf = (entries: readonly Entry[], size: Size): number =>
  entries
    .filter(({ sizes }) => sizes.includes(size))
    .reduce((sum, { seconds }) => sum + seconds + SLOWEST_START_SECONDS, 0);

export const mebibytes = (bytes: number | null): string => (bytes === null ? '-' : `${Math.ceil(bytes / 2 ** 20)} MiB`);

const mostBytes = (entries: readonly Entry[], size: Size): number | null => {
  const known = entries.flatMap(({ sizes, bytes }) => (sizes.includes(size) && bytes !== null ? [bytes] : []));
  return known.length === 0 ? null : Math.max(...known);
};

/** Of shorter ones the start of a program is most. */
const LEAST_SECONDS = 1;

/** How good pilots were where it was made. */
function pilotsWords(entries: readonly Entry[]): string {
  const ratios = entries.flatMap(({ predictedSeconds, seconds }) =>
    predictedSeconds === null || seconds < LEAST_SECONDS ? [] : [predictedSeconds / seconds],
  );
  if (ratios.length === 0) return '';
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1));
  return ` Of ${ratios.length} results that took a second or more they told ${least} to ${most} times the time that was taken where the kit was made.`;
}

const sizesOf = (entries: readonly Entry[]): Size[] =>
  SIZES.filter((size) => entries.some(({ sizes }) => sizes.includes(size)));
const orOthers = ([, ...others]: readonly Size[]): string => (others.length === 0 ? '' : `or ${others.join(', ')}; `);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function sizeRows(entries: readonly Entry[]): string[] {
  return SIZES.filter((size) => entries.some(({ sizes }) => sizes.includes(size))).map((size) => {
    const count = entries.filter(({ sizes }) => sizes.includes(size)).length;
    return `| ${size} | ${count} | ${formatWait(secondsOf(entries, size))} | ${mebibytes(mostBytes(entries, size))} | \`node run.mjs ${size}\` |`;
  });
}

export function kitReadme({ title, version, entries, page }: Kit): string {
  const rows = entries.map(
    ({ item, claim, sizes, command, seconds, folder, figuresSha256 }) =>
      `| ${cell(item)} | ${cell(claim ?? '')} | ${sizes.join(', ')} | \`${cell(command)}\` | ${formatWait(seconds)} | [report](${folder}/report.html) | \`${figuresSha256.slice(0, 16)}\` |`,
  );
  return `# ${title}

An evaluation kit: everything that is needed to run these results again, and to see whether they come out the same.
They must: the simulator gives the same bytes on every machine.

    node run.mjs ${sizesOf(entries)[0]!}      # ${orOthers(sizesOf(entries))}--only NAME for one item

It needs Node 20.19 or newer and fluxhost ${version}: \`FLUXHOST=path/to/dist/cli.js\` names a copy of it, else \`fluxhost\`
on the path is taken, else npx fetches it. Each item is printed as passed or failed; the exit status is 0 where all
passed, 1 where one failed. Times are those of the machine that made the kit; \`node run.mjs ${sizesOf(entries)[0]!} --estimate\` predicts
them for yours, by pilots.

| size | items | time | memory | command |
| ---- | ----- | ---- | ------ | ------- |
${sizeRows(entries).join('\n')}

Memory is that of the whole program with its threads, as pilots told it.${pilotsWords(entries)}

| item | claim | sizes | command, in this folder | time | figures | sha256 of the figures |
| ---- | ----- | ----- | ----------------------- | ---- | ------- | --------------------- |
${rows.join('\n')}

- \`inputs/\`: scenarios and traces, as they were; their seeds are in them.
- \`expected/\`: what came out where the kit was made: figures as \`report.html\`, numbers as JSON, and \`origin.json\` with
  the hash of every file that was read.
- \`artifact.json\`: the same table for programs.
- \`index.html\`: the results with links, ${linksIn(entries)} in ${entries.filter(({ live }) => live.length > 0).length} of ${entries.length} results: a run, each mechanism of a comparison and
  each point of a sweep with its first seed, and a page trace, where what they read fits into a link. ${without(entries)}
  The links open in the live page at ${page} (\`fluxhost serve\` gives one at http://127.0.0.1:8080/), which runs them
  and says whether they match the printed hash; so do the figures of their reports.
`;
}

const linksIn = (entries: readonly Entry[]): number => entries.reduce((sum, { live }) => sum + live.length, 0);

/** Which results have none. */
function without(entries: readonly Entry[]): string {
  const none = [...new Set(entries.flatMap(({ live, item }) => (live.length === 0 ? [item] : [])))];
  return none.length === 0 ? '' : `Without a link: ${none.join(', ')}; \`run.mjs\` runs them.`;
}

function liveHtml({ live }: Entry, page: string): string {
  if (live.length === 0) return '';
  const link = ({ of, fragment, sha256 }: LiveLink): string =>
    `<a href="${escapeHtml(page + fragment)}">${of === '' ? 'Run it in your browser' : escapeHtml(of)}</a>: it must come to <code>${sha256.slice(0, 16)}…</code>`;
  if (live.length === 1) return `<p class="live">${link(live[0]!)}, which the page checks when it is over.</p>`;
  const rows = live.map((one) => `<li>${link(one)}</li>`).join('\n');
  return `<p class="live">Run each in your browser, which checks it when it is over:</p>\n<ul>${rows}</ul>`;
}

function entryHtml(entry: Entry, page: string): string {
  const { item, claim, sizes, verdict, command, folder, figuresSha256 } = entry;
  return `<section id="${escapeHtml(`${item}-${sizes[0]!}`)}">
<h2>${escapeHtml(item)} <small>${sizes.join(', ')}</small></h2>
${claim === undefined ? '' : `<p class="claim">${escapeHtml(claim)}</p>`}
<p class="verdict">${escapeHtml(verdict)}</p>
<p><a href="${escapeHtml(`${folder}/report.html`)}">Figures</a> · <code>${escapeHtml(command)}</code></p>
${liveHtml(entry, page)}
<p class="hash">figures sha256 <code>${figuresSha256}</code></p>
</section>`;
}

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:72ch;margin:2rem auto;padding:0 1rem}' +
  'small{font-weight:400;opacity:.7}code{font-size:.9em;overflow-wrap:anywhere}.verdict{font-weight:600}.hash{font-size:.85em;opacity:.75}' +
  'section{border-top:1px solid #8884;padding-top:.5rem;margin-top:1.5rem}';

export function kitPage({ title, version, entries, page }: Kit): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>Run all of it again with ${sizesOf(entries)
    .map((size) => `<code>node run.mjs ${size}</code>`)
    .join(' or ')} in this folder (README.md).
Links into the live page need one at <code>${escapeHtml(page)}</code>: <code>fluxhost serve</code> gives it.</p>
${entries.map((entry) => entryHtml(entry, page)).join('\n')}
<p>Made by fluxhost ${escapeHtml(version)}. The same scenario and seed give the same figures everywhere.</p>
</body>
</html>
`;
}

export const RUN_SCRIPT = `#!/usr/bin/env node
// Runs the kit again: node run.mjs quick|medium|full [--only NAME] [--estimate] [--json]
import { existsSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const [size = 'quick', ...rest] = process.argv.slice(2);
const words = ['artifact', folder, '--check', size, ...rest];
const { version } = JSON.parse(readFileSync(join(folder, 'artifact.json'), 'utf8'));
const own = process.env.FLUXHOST;
if (own !== undefined && !existsSync(own)) {
  console.error('FLUXHOST names no file: ' + own);
  process.exit(2);
}
const shell = process.platform === 'win32';
const ways = own !== undefined
  ? [[process.execPath, [own, ...words], false]]
  : [['fluxhost', words, shell], ['npx', ['--yes', 'fluxhost@' + version, ...words], shell]];
// npm's own complaint would say nothing of what to do
const cannotFetch = () => {
  const { status } = spawnSync('npx', ['--yes', 'fluxhost@' + version, '--version'], { stdio: 'ignore', shell });
  return status !== null && status !== 0;
};
for (const [program, args, inShell] of ways) {
  if (program === 'npx' && cannotFetch()) break;
  const { error, status } = spawnSync(program, args, { stdio: 'inherit', shell: inShell });
  if (error?.code === 'ENOENT') continue;
  process.exit(status ?? 1);
}
console.error(
  'fluxhost ' + version + ' is not on the path, and npx is not there or cannot fetch it; name a copy of it:\\n' +
    '  FLUXHOST=path/to/dist/cli.js node run.mjs ' + size + '\\n' +
    'dist/cli.js is in the package, and in its repository after npm ci && npm run build',
);
process.exit(2);
`;
