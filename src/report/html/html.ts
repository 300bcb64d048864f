// The report as one file: text and tables stand in the page without any script, the pictures are drawn by one that is inlined and
// named by its hash. Whatever comes from a scenario, a trace or a file's name is escaped, and the page may not ask for anything.

import { NAME, VERSION } from '../../version.js';
import { reportOf, type Reportable } from './document.js';
import type { Remark } from '../trust.js';
import type { Context, Figure, Report, Table } from './figure.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one]!);

/** JSON that no `</script>` and no `<!--` can end. */
export const inlineJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What draws the figures in the page: its script, the script's hash, and styles. */
export interface PageParts {
  readonly PAGE_SCRIPT: string;
  readonly PAGE_SCRIPT_SHA256: string;
  readonly PAGE_STYLE: string;
}

/** Nothing is loaded, sent or framed; one script, known by its hash; styles and pictures that lie in the page. */
const policy = (scriptSha256: string): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${scriptSha256}'`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const NUMBER = /^[-–]?[\d.,\u2009]/;

/** `named`: cells know their column, for the narrow form, where they stand one below the other. */
function tableHtml({ head, rows }: Table, named = false): string {
  const cell = (text: string, i: number): string =>
    i === 0 && text !== ''
      ? `<th scope="row">${escapeHtml(text)}</th>`
      : `<td${NUMBER.test(text) ? ' class="n"' : ''}${named ? ` data-column="${escapeHtml(head[i] ?? '')}"` : ''}>${escapeHtml(text)}</td>`;
  // a column that needs no name to be seen needs one to be heard
  const heard = (i: number): string => `<span class="heard">${i === 0 ? 'what' : 'remark'}</span>`;
  const top = head.map((text, i) => `<th scope="col">${text === '' ? heard(i) : escapeHtml(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<div class="scroll" tabindex="0" role="group" aria-label="table"><table><thead><tr>${top}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

type Live = NonNullable<Context['live']>;
const RUN_AGAIN = 'run-again';

/** Where a figure is of several runs, its link leads to theirs. */
function againHtml([first, ...others]: Live): string {
  if (first === undefined) return '';
  const href = others.length === 0 ? first.href : `#${RUN_AGAIN}`;
  return `<a class="live" href="${escapeHtml(href)}">run it in your browser</a>`;
}

function linksHtml(live: Live): string {
  const [first, ...others] = live;
  if (first === undefined) return '';
  const says = (sha256: string): string => `the page says whether it comes to <code>${escapeHtml(sha256)}</code>`;
  const link = ({ href }: Live[number], text: string): string =>
    `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`;
  if (others.length === 0)
    return `<p class="from">${link(first, 'Run it in your browser')}: ${says(first.sha256)}.</p>`;
  const rows = live.map((one) => `<li>${link(one, one.of)}: ${says(one.sha256)}</li>`).join('\n');
  return `<div class="from" id="${RUN_AGAIN}"><p>Run each in your browser:</p><ul>${rows}</ul></div>`;
}

function figureHtml(figure: Figure, number: number, live: Live): string {
  const { id, question, answer, caption, table } = figure;
  return `<section class="figure" id="${escapeHtml(id)}">
<h2><span class="number">${number}</span> ${escapeHtml(question)}</h2>
<p class="answer">${escapeHtml(answer)}</p>
<figure>
<div class="plot" data-figure="${escapeHtml(id)}" role="img" aria-label="${escapeHtml(`${question} ${answer}`)}"></div>
<figcaption>${escapeHtml(caption)}</figcaption>
</figure>
<div class="tools"><button type="button" data-save="svg">SVG</button><button type="button" data-save="png">PNG</button><button type="button" data-copy>copy command</button>${againHtml(live)}</div>
<details class="table"><summary>table</summary>
${tableHtml(table)}
</details>
</section>`;
}

/** A chip a code, however often it applies. */
function remarksHtml(remarks: readonly Remark[]): string {
  const details = new Map<string, string[]>();
  for (const { code, detail } of remarks) details.set(code, [...(details.get(code) ?? []), detail]);
  return [...details]
    .map(([code, all]) => {
      const times = all.length === 1 ? '' : ` × ${all.length}`;
      return `<details class="chip"><summary>${escapeHtml(code)}${times}</summary>${all.map((one) => `<p>${escapeHtml(one)}</p>`).join('')}</details>`;
    })
    .join('');
}

/** In two sizes: one sentence of what is so, and what else. */
function verdictHtml(text: string, tone: string, mark: string): string {
  const end = text.indexOf('. ') + 1;
  const [first, rest] = end > 0 ? [text.slice(0, end), text.slice(end + 1)] : [text, ''];
  const more = rest === '' ? '' : `\n<p class="more">${escapeHtml(rest)}</p>`;
  return `<p class="verdict ${tone}">${mark}${escapeHtml(first)}</p>${more}`;
}

/** The result's own, and of what many runs have in common what whoever made it knows. */
function manifestOf({ manifest: { head, rows } }: Report, { manifest = [] }: Context): Table {
  if (head.length > 2) return { head, rows };
  const told = new Set(rows.map(([name]) => name));
  return {
    head: head.length === 0 ? ['', 'value'] : head,
    rows: [...manifest.filter(([name]) => !told.has(name)).map((row) => [...row]), ...rows],
  };
}

/** Of a run that is not over there is no verdict, only what holds so far. */
function soFar(report: Report, { unfinished }: Context): Report {
  if (unfinished === undefined) return report;
  const facts = report.facts.map((fact) => (fact.includes(' measured after ') ? unfinished : fact));
  return { ...report, facts, good: null, verdict: `So far, ${unfinished}: ${report.verdict}` };
}

/** With the seed, where the result does not tell it. */
function factsOf({ facts }: Report, { manifest = [] }: Context): string[] {
  const seed = manifest.find(([name]) => name === 'seed')?.[1];
  const told = facts.some((fact) => /^seed \d|seeds from \d/.test(fact));
  return seed === undefined || told ? [...facts] : [...facts, `from seed ${seed} on`];
}

function headHtml(report: Report, context: Context): string {
  const { command, by, from, live = [] } = context;
  const mark = report.good === null ? '' : `<span class="mark" aria-hidden="true">${report.good ? '✓' : '✕'}</span> `;
  const tone = report.good === null ? 'plain' : report.good ? 'good' : 'bad';
  return `<header>
<p class="name">${escapeHtml(NAME)} report</p>
<h1>${escapeHtml(report.question)}</h1>
${verdictHtml(report.verdict, tone, mark)}
<div class="trust"><p>${factsOf(report, context).map(escapeHtml).join(' · ')}</p>${remarksHtml(report.remarks)}${report.remarks.length === 0 ? '' : '<a href="#warnings">all in full</a>'}</div>
<div class="command"><code id="command">${escapeHtml(command)}</code><button type="button" data-copy>copy</button></div>
${by === undefined ? '' : `<p class="from">Made by ${escapeHtml(by)}.</p>`}${from === undefined ? '' : `<p class="from">Made of ${escapeHtml(from)}.</p>`}
${linksHtml(live)}
</header>`;
}

/** Below so many figures all are found by scrolling. */
const LEAST_LISTED = 4;

/** Where to go in a long report: its questions, and what stands behind them. */
function contentsHtml({ figures, remarks }: Report): string {
  if (figures.length < LEAST_LISTED) return '';
  const link = (id: string, text: string): string => `<li><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`;
  const all = [
    ...figures.map(({ id, question }) => link(id, question)),
    ...(remarks.length === 0 ? [] : [link('warnings', WARNINGS)]),
  ];
  return `<nav class="contents" aria-label="figures"><ol>\n${all.join('\n')}\n</ol></nav>`;
}

const claimsHtml = ({ claims = [] }: Report): string[] =>
  claims.map(
    ({ title, table }) => `<section class="claims"><h2>${escapeHtml(title)}</h2>${tableHtml(table, true)}</section>`,
  );

/** Claims as text stand under the picture of their numbers, before all others. */
function figuresHtml(report: Report, { live = [] }: Context): string {
  const figures = report.figures.map((figure, i) => figureHtml(figure, i + 1, live));
  const before = report.figures[0]?.drawing.kind === 'claims' ? 1 : 0;
  return [...figures.slice(0, before), ...claimsHtml(report), ...figures.slice(before)].join('\n');
}

function tablesHtml({ tables = [] }: Report): string[] {
  return tables.map(
    ({ title, table }) =>
      `<section><h2>${escapeHtml(title)}</h2><details class="table"><summary>table</summary>\n${tableHtml(table)}\n</details></section>`,
  );
}

const WARNINGS = 'What limits these figures?';

/** Each remark whole, for paper and for who reads to the end. */
function remarksInFull({ remarks }: Report): string[] {
  if (remarks.length === 0) return [];
  const all = remarks.map(({ code, detail }) => `<dt>${escapeHtml(code)}</dt><dd>${escapeHtml(detail)}</dd>`);
  return [`<section id="warnings"><h2>${WARNINGS}</h2><dl>${all.join('\n')}</dl></section>`];
}

/** Folded, on screen and on paper: it is for who wants to run it again. */
function scenarioHtml({ scenario, resolved }: Context, title = 'Scenario'): string[] {
  const fold = (summary: string, text: string | undefined): string =>
    text === undefined
      ? ''
      : `<details><summary>${escapeHtml(summary)}</summary><pre>${escapeHtml(text)}</pre></details>`;
  if (scenario === undefined) return [];
  const [short, whole] =
    resolved === undefined || resolved === scenario
      ? ['as it was run', undefined]
      : ['what differs from the defaults', resolved];
  return [
    `<section><h2>${escapeHtml(title)}</h2>${fold(short, scenario)}${fold('with every default', whole)}</section>`,
  ];
}

function endHtml(report: Report, context: Context): string {
  const manifest = manifestOf(report, context);
  const parts = [
    ...tablesHtml(report),
    ...remarksInFull(report),
    ...(manifest.rows.length === 0
      ? []
      : [`<section><h2>Manifest</h2><div class="manifest">${tableHtml(manifest)}</div></section>`]),
    ...scenarioHtml(context, report.madeOf),
  ];
  return `${parts.join('\n')}\n<footer>${escapeHtml(`${NAME} ${VERSION}`)}. The same scenario and seed give the same figures everywhere.</footer>`;
}

/** The page; nothing lies beside it. What draws it is told apart, so that a browser may load it for itself. */
export function pageOf(value: Reportable, context: Context, parts: PageParts): string {
  const report = soFar(reportOf(value), context);
  const drawings = Object.fromEntries(report.figures.map(({ id, drawing, question }) => [id, { drawing, question }]));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy(parts.PAGE_SCRIPT_SHA256))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(`${report.title} · ${NAME}`)}</title>
<style>${parts.PAGE_STYLE}</style>
</head>
<body>
<main>
${headHtml(report, context)}
${contentsHtml(report)}
${figuresHtml(report, context)}
${endHtml(report, context)}
</main>
<noscript><p>Pictures need scripts; every table stands above.</p></noscript>
<script type="application/json" id="drawings">${inlineJson(drawings)}</script>
<script>${parts.PAGE_SCRIPT}</script>
</body>
</html>
`;
}
