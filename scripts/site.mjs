// The documentation as a folder of pages: README, docs/ and (with `api`) what scripts/api.mjs says of the API, rendered with one navigation and
// one search index. Static files without inline script or style, so that the live page's policy holds for them too.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { at, fail, listFiles } from './support.mjs';

/** What the navigation shows, in order; a folder stands for all of it. Everything in docs/ has to be here. */
export const CHAPTERS = [
  [
    'Guide',
    [
      'README.md',
      'docs/guide.md',
      'docs/scenario.md',
      'docs/library.md',
      'docs/report.md',
      'docs/web.md',
      'docs/timeline.md',
      'docs/series.md',
    ],
  ],
  [
    'Questions',
    [
      'docs/reproduced.md',
      'docs/suite.md',
      'docs/lessons.md',
      'docs/snapshots.md',
      'docs/traces.md',
      'docs/fleet.md',
      'docs/cluster.md',
      'docs/scale.md',
    ],
  ],
  ['Memory', ['docs/memory.md', 'docs/vmem.md', 'docs/pages.md', 'docs/tierbpf.md', 'docs/ptmt.md', 'docs/clawvm.md']],
  ['Functions', ['docs/functions.md', 'docs/provisioning.md', 'docs/nexus.md', 'docs/nanvix.md']],
  ['Shared servers', ['docs/virtuoso.md', 'docs/gil.md', 'docs/valve.md']],
  [
    'Decisions',
    [
      'docs/vcao.md',
      'docs/verusage.md',
      'docs/yolofs.md',
      'docs/temponet.md',
      'docs/periodic-space.md',
      'docs/edgeflow.md',
      'docs/pi-dlinear.md',
    ],
  ],
  ['Own mechanism', ['docs/extending.md', 'docs/policy-abi.md', 'docs/judge.md', 'docs/why.md']],
  ['Models', ['docs/model.md', 'docs/model/']],
  ['Trust', ['docs/trust.md', 'docs/validity.md', 'docs/real.md', 'docs/validation.md', 'docs/artifact.md']],
  ['Reference', ['docs/parameters.md', 'CHANGELOG.md']],
  ['Inside', ['docs/architecture.md', 'docs/performance.md', 'CONTRIBUTING.md', 'docs/decisions/']],
];
/** Characters of a section that a search shows. */
const EXCERPT = 180;
/** Characters that a part of the search's index is made of: some 100 kB of it, packed. */
const PART_LENGTH = 300_000;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** As GitHub names headings, so that links work in both. */
export const slugOf = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/** Where a page lies in the site: docs/model/moves.md is model/moves.html. */
const placeOf = (path) =>
  path === 'README.md'
    ? 'index.html'
    : path.replace(/^docs\//, '').replace(/(README)?\.md$/, (_, index) => (index ? 'index.html' : '.html'));

/** Markdown by path: what the site is made of. */
function sources(api) {
  const pages = new Map();
  for (const path of CHAPTERS.flatMap(([, paths]) => paths).flatMap((path) =>
    path.endsWith('/') ? listFiles(path) : [path],
  ))
    if (path.endsWith('.md')) pages.set(path, readFileSync(at(path), 'utf8'));
  for (const path of listFiles('docs'))
    if (path.endsWith('.md') && !pages.has(path)) fail(`${path} is in no chapter of the site (scripts/site.mjs)`);
  for (const path of api === undefined ? [] : listFiles(api))
    if (path.endsWith('.md')) pages.set(`docs/api/${posix.relative(api, path)}`, readFileSync(at(path), 'utf8'));
  return pages;
}

/** LaTeX, as GitHub renders it too, as MathML; without the style attributes that the policy forbids. */
function equation(temml, latex) {
  const math = temml.renderToString(latex, { displayMode: true, throwOnError: true });
  return `<div class="equation" tabindex="0">${math.replaceAll(/ style="[^"]*"/g, '')}</div>\n`;
}

/** The words of LaTeX, for the search. */
const wordsOf = (latex) => latex.replaceAll(/\\text\{([^}]*)\}/g, '$1').replaceAll(/\\[a-zA-Z]+|[\\{}_^&]/g, ' ');

/** Whether a block is commands, their options on lines of their own and comments: nothing that is printed in columns. */
const isCommands = (code) =>
  code
    .replaceAll(/<[^>]*>/g, '')
    .trim()
    .split('\n')
    .every((line) => /^(fluxhost|npm|npx|node|git|#)\b|^#|^ +-|^$/.test(line));

/** Commands whose comments stand in a column that is too far right for the page: each comment follows its command. */
const COLUMNS = 84;
const fitted = (code) =>
  code.split('\n').some((line) => line.length > COLUMNS) ? code.replaceAll(/(?<=\S) {3,}#/g, '  #') : code;

/** Browsers break lines behind a hyphen; commands break at spaces alone. */
const unbroken = (code) => code.replaceAll(/\S*-\S*/g, '<span class="flag">$&</span>');

/** Renders one page, and says what stands in it. */
function rendered(markdown, path, pages, files) {
  const from = posix.dirname(placeOf(path));
  const tokens = markdown.parse(pages.get(path), {});
  const headings = [];
  const taken = new Map();
  const sections = [];
  const plain = (token) =>
    (token.children ?? [])
      .map(({ type, content }) => (type === 'softbreak' ? ' ' : type === 'image' ? '' : content))
      .join('');
  const link = (token, name) => {
    const href = token.attrGet(name);
    const external = /^[a-z]+:/i.test(href);
    if (external || href.startsWith('#')) return;
    const [target, anchor] = href.split('#');
    const wanted = posix.normalize(posix.join(posix.dirname(path), decodeURI(target)));
    if (pages.has(wanted)) token.attrSet(name, `${posix.relative(from, placeOf(wanted))}${anchor ? `#${anchor}` : ''}`);
    else if (/\.(svg|png|ya?ml|csv|json)$/.test(wanted) && existsSync(at(wanted))) {
      const place = wanted.replace(/^docs\//, '');
      files.set(place, wanted);
      token.attrSet(name, posix.relative(from, place));
    } else if (existsSync(at(wanted))) {
      // of the repository, and no page: named, not linked
      token.attrs = [
        ['class', 'file'],
        ['title', wanted],
      ];
      token.tag = 'span';
    } else fail(`${path}: nothing lies at ${href}`);
  };
  const sourceOf = (href) => {
    const token = { attrGet: () => href, attrSet: (_, place) => (token.place = place) };
    link(token, 'srcset');
    return token.place ?? href;
  };
  let depth = [];
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open') {
      const text = plain(tokens[i + 1]);
      const slug = slugOf(text);
      const before = taken.get(slug) ?? 0;
      taken.set(slug, before + 1);
      const id = before === 0 ? slug : `${slug}-${before}`;
      token.attrSet('id', id);
      headings.push({ level: Number(token.tag[1]), text, id });
      sections.push({ id, heading: text, text: '' });
    } else if (token.type === 'inline' && tokens[i - 1]?.type !== 'heading_open' && sections.length > 0)
      sections.at(-1).text += ` ${plain(token)}`;
    else if (token.type === 'fence' && sections.length > 0)
      sections.at(-1).text += ` ${token.info === 'math' ? wordsOf(token.content) : token.content}`;
    if (token.type === 'th_open' || token.type === 'td_open') {
      const align = /right|center/.exec(token.attrGet('style') ?? '')?.[0];
      token.attrs = align === undefined ? null : [['class', align]];
    }
    for (const child of token.children ?? []) {
      if (child.type === 'image') link(child, 'src');
      // of <picture>, where a picture has a dark form
      if (child.type === 'html_inline') child.content = child.content.replace(/(?<= srcset=")[^"]+(?=")/, sourceOf);
      if (child.type === 'link_open') {
        link(child, 'href');
        depth.push(child.tag);
      }
      if (child.type === 'link_close') child.tag = depth.pop();
    }
    depth = [];
  });
  const title = headings[0]?.text ?? path;
  const html = markdown.renderer
    .render(tokens, markdown.options, {})
    .replaceAll('<table>', '<div class="wide" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>')
    .replaceAll('<pre>', '<pre tabindex="0">')
    .replace(/<pre( tabindex="0")>(<code[^>]*>)([^<]*)<\/code>/g, (whole, rest, open, code) =>
      isCommands(code) ? `<pre class="commands"${rest}>${open}${unbroken(fitted(code))}</code>` : whole,
    );
  return { title, headings, sections, html };
}

function navigation(path, titles) {
  const here = placeOf(path);
  const items = (paths) =>
    paths
      .flatMap((one) => (one.endsWith('/') ? [...titles.keys()].filter((page) => page.startsWith(one)) : [one]))
      .filter((page) => titles.has(page))
      .map((page) => {
        const current = page === path ? ' aria-current="page"' : '';
        const name = page === 'README.md' ? 'Start' : titles.get(page).split(':')[0];
        return `<li><a href="${posix.relative(posix.dirname(here), placeOf(page))}"${current}>${escapeHtml(name)}</a></li>`;
      })
      .join('');
  const chapters = titles.has('docs/api/README.md')
    ? CHAPTERS.map(([name, paths]) => [name, name === 'Reference' ? [...paths, 'docs/api/README.md'] : paths])
    : CHAPTERS;
  // a build without it says how it is made
  const how = titles.has('docs/api/README.md')
    ? ''
    : `<li><a href="${posix.relative(posix.dirname(here), placeOf('docs/web.md'))}#api-reference">API reference: how to build it</a></li>`;
  return chapters
    .map(([name, paths]) => `<h2>${name}</h2><ul>${items(paths)}${name === 'Reference' ? how : ''}</ul>`)
    .join('');
}

function pageHtml(path, page, titles, search) {
  const root = posix.relative(posix.dirname(placeOf(path)), '.') || '.';
  const contents = page.headings.filter(({ level }) => level === 2);
  const aside =
    contents.length < 2
      ? ''
      : `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${contents
          .map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`)
          .join('')}</ul></nav>`;
  return `<!doctype html>
<html lang="en" data-root="${root}" data-search="${search}">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${escapeHtml(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(page.title === 'Fluxhost' ? 'Fluxhost: documentation' : `${page.title} · Fluxhost`)}</title>
<link rel="stylesheet" href="${root}/docs.css">
<script type="module" src="${root}/search.js"></script>
</head>
<body>
<a class="skip" href="#main">to the text</a>
<header><a class="brand" href="${root}/index.html">Fluxhost</a>
<search><input type="search" id="search" placeholder="Search (/)" aria-label="Search the documentation" aria-controls="found" autocomplete="off">
<div id="found" role="region" aria-label="Search results" aria-live="polite" hidden></div></search>
<a href="${root}/../index.html">Live page</a></header>
<details class="menu"><summary>All pages</summary><nav aria-label="All pages, folded">${navigation(path, titles)}</nav></details>
<div class="columns"><nav class="pages" aria-label="All pages">${navigation(path, titles)}</nav>
<main id="main">${page.html}</main>${aside}</div>
</body>
</html>
`;
}

const partName = (i) => `search-${i + 1}.js`;

/** What is searched, in parts of which each is small enough to be loaded on demand; of the API reference in parts of its own. */
function searchParts(MiniSearch, made) {
  const parts = [];
  let [length, api] = [Infinity, false];
  for (const [path, page] of made) {
    const declares = path.startsWith('docs/api/');
    for (const { id, heading, text } of page.sections) {
      if (length > PART_LENGTH || api !== declares) {
        parts.push(
          new MiniSearch({ fields: ['heading', 'title', 'text'], storeFields: ['heading', 'title', 'excerpt'] }),
        );
        [length, api] = [0, declares];
      }
      const words = text.replaceAll(/\s+/g, ' ').trim();
      const excerpt = words.length > EXCERPT ? `${words.slice(0, EXCERPT)}…` : words;
      parts.at(-1).add({ id: `${placeOf(path)}#${id}`, title: page.title, heading, text: words, excerpt });
      length += words.length + heading.length;
    }
  }
  return parts;
}

/** @param api the folder of the API reference, which is in it where that folder is there */
export async function site(target, { api } = {}) {
  const [{ default: MarkdownIt }, { default: temml }, { default: MiniSearch }, { build }] = await Promise.all([
    import('markdown-it'),
    import('temml'),
    import('minisearch'),
    import('esbuild'),
  ]);
  const markdown = new MarkdownIt({ html: true });
  // no flag of a command breaks in two
  const { code_inline: inline } = markdown.renderer.rules;
  markdown.renderer.rules.code_inline = (...given) =>
    inline(...given).replaceAll(/--[\w-]+/g, '<span class="flag">$&</span>');
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, i, ...rest) =>
    tokens[i].info === 'math' ? equation(temml, tokens[i].content) : fence(tokens, i, ...rest);
  const pages = sources(api);
  const files = new Map();
  const made = new Map([...pages.keys()].map((path) => [path, rendered(markdown, path, pages, files)]));
  const titles = new Map([...made].map(([path, { title }]) => [path, title]));
  rmSync(target, { recursive: true, force: true });
  const write = (place, content) => {
    mkdirSync(dirname(join(target, place)), { recursive: true });
    writeFileSync(join(target, place), content);
  };
  const parts = searchParts(MiniSearch, made);
  parts.forEach((part, i) => write(partName(i), `export default ${JSON.stringify(JSON.stringify(part))};\n`));
  const names = parts.map((_, i) => partName(i)).join(' ');
  for (const [path, page] of made) write(placeOf(path), pageHtml(path, page, titles, names));
  for (const [place, path] of files) {
    mkdirSync(dirname(join(target, place)), { recursive: true });
    cpSync(at(path), join(target, place));
  }
  write(
    'docs.css',
    readFileSync(at('src/report/html/page/colours.css'), 'utf8') + readFileSync(at('src/web/docs/docs.css'), 'utf8'),
  );
  const bundle = await build({
    absWorkingDir: at(),
    entryPoints: ['src/web/docs/search.ts'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  write('search.js', bundle.outputFiles[0].contents);
  return `docs: ${pages.size} pages in ${posix.relative(at(), target)}\n`;
}
