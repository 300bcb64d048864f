// The documentation as pages: every link of every page leads somewhere, every page can be reached, and nothing in them needs
// more than the live page's policy allows.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import MiniSearch from 'minisearch';
import { nameEntries } from '../../scripts/api.mjs';
import { site, slugOf } from '../../scripts/site.mjs';

let folder: string;
/** A reference of one function. */
let api: string;
let pages: Map<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-docs-'));
  api = mkdtempSync('build/test-api-');
  writeFileSync(join(api, 'README.md'), '# API\n\n- [burst](index/functions/burst.md)\n');
  mkdirSync(join(api, 'index/functions'), { recursive: true });
  writeFileSync(
    join(api, 'index/functions/burst.md'),
    '# Function: burst()\n\nSays nothing of [API](../../README.md).\n',
  );
  await site(folder, { api });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
  pages = new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(api, { recursive: true, force: true });
});

const all = (html: string, pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, found]) => found!);

it('every link and picture of every page leads to something that is there', () => {
  const broken: string[] = [];
  let followed = 0;
  for (const [path, html] of pages)
    for (const href of all(html, /\s(?:href|src|srcset)="([^"]*)"/g)) {
      if (/^(https?|data|mailto):/.test(href)) continue;
      followed += 1;
      const [target, anchor] = href.replaceAll('&amp;', '&').split('#') as [string, string | undefined];
      const file = target === '' ? path : relative(folder, resolve(folder, dirname(path), decodeURI(target)));
      if (file === join('..', 'index.html')) continue; // the live page, which another build puts there
      if (!existsSync(join(folder, file))) broken.push(`${path}: ${href}`);
      else if (
        anchor !== undefined &&
        !all(pages.get(file) ?? '', /\sid="([^"]*)"/g).includes(decodeURIComponent(anchor))
      )
        broken.push(`${path}: ${href} (no such heading)`);
    }
  expect(broken).toEqual([]);
  expect(followed).toBeGreaterThan(1000);
});

it('commands and their comments wrap, what is printed does not', () => {
  const blocks = [...pages.values()].flatMap((html) =>
    [...html.matchAll(/<pre( class="commands")?[^>]*><code[^>]*>(.*?)<\/code>/gs)].map(([, wraps, html]) => ({
      wraps,
      html: html!,
      code: html!.replaceAll(/<[^>]*>/g, ''),
    })),
  );
  const wrapped = blocks.filter(({ wraps }) => wraps !== undefined);
  expect(wrapped.some(({ code }) => code.split('\n').some((line) => line.length > 89 && line.includes('#')))).toBe(
    true,
  );
  // behind a hyphen a browser would break a flag
  for (const { html } of wrapped) expect(html.replaceAll(/<span class="flag">[^<]*<\/span>/g, '')).not.toContain('-');
  for (const { code } of wrapped) expect(code).not.toMatch(/^(can this be trusted|VM +)/m);
  for (const { code } of blocks.filter(({ wraps }) => wraps === undefined))
    expect(code.trim()).not.toMatch(/^fluxhost [^\n]*$/);
  expect(readFileSync('src/web/docs/docs.css', 'utf8')).toMatch(/pre\.commands code \{\s*white-space: pre-wrap;/);
});

it('every page stands in the navigation of every other', () => {
  const reached = all(pages.get('index.html')!.split('<main')[0]!, /<li><a href="([^"#]*)"/g);
  const members = /^api\/./; // of which the reference's own pages tell
  expect([...pages.keys()].filter((path) => !reached.includes(path) && !members.test(path))).toEqual([]);
  expect(reached).toContain('api/index.html');
});

it('links the API reference that has been built, and how to build one nowhere', () => {
  for (const [path, html] of pages) {
    expect(html, path).toMatch(/<li><a href="[^"]*index\.html"[^>]*>API<\/a><\/li>/);
    expect(html, path).not.toContain('how to build it');
  }
  expect(pages.get('api/index/functions/burst.html')).toContain('Function: burst()');
});

it('names what can be imported as it is imported, and says what for', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
  const reference = mkdtempSync(join(tmpdir(), 'fluxhost-api-'));
  const files = ['index', 'core-entry', 'node-entry', 'report-entry'];
  for (const file of files) {
    mkdirSync(join(reference, file));
    writeFileSync(join(reference, file, 'README.md'), `# ${file}\n\n## Classes\n`);
  }
  nameEntries(reference);
  const read = (path: string): string => readFileSync(join(reference, path), 'utf8');
  const index = all(read('README.md'), /^- \[`(.+)`\]\(.+\): \S.{20,}$/gm);
  // a key that is a file of its own is no module
  const modules = Object.keys(exports).filter((key) => !/\.\w+$/.test(key));
  expect(index.toSorted()).toEqual(modules.map((key) => key.replace(/^\./, 'fluxhost')).toSorted());
  for (const [i, file] of files.entries()) expect(read(`${file}/README.md`)).toMatch(`# ${index[i]!}\n\n`);
  rmSync(reference, { recursive: true });
});

it('sets equations as equations', () => {
  const sources = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  let found = 0;
  for (const path of sources) {
    const set = all(
      pages.get(path.replace(/md$/, 'html').replace(/README\.html$/, 'index.html'))!,
      /(<math display="block")/g,
    );
    expect(set, path).toHaveLength(all(readFileSync(join('docs', path), 'utf8'), /^ *(```)math$/gm).length);
    found += set.length;
  }
  expect(found).toBeGreaterThan(10);
  expect(pages.get('model/residency.html')).toContain('<mfrac><mtext>move</mtext>');
  expect([...pages.values()].filter((html) => /\\(text|frac|times)|class="language-math"/.test(html))).toEqual([]);
});

it('no page has script or style of its own', () => {
  for (const [path, html] of pages) {
    expect(all(html, /<(?:script(?! type="module" src=)|style)([^>]*)>/g), path).toEqual([]);
    expect(all(html, /<[^>]*\s(style|on[a-z]+)=/g), path).toEqual([]);
  }
});

it('the index finds what stands in a section, by the page and heading that it is under', async () => {
  const { FIELDS, search, STORED } = await import('../../src/web/docs/rank.js');
  const names = /data-search="([^"]*)"/.exec(pages.get('index.html')!)![1]!.split(' ');
  const parts: MiniSearch[] = [];
  for (const name of names) {
    // each is loaded on demand
    expect(gzipSync(readFileSync(join(folder, name))).length, name).toBeLessThan(150_000);
    const { default: json } = (await import(join(folder, name))) as { default: string };
    parts.push(MiniSearch.loadJSON(json, { fields: [...FIELDS], storeFields: [...STORED] }));
  }
  expect(String(search(parts, 'timeline window')[0]?.id)).toMatch(/^timeline\.html#/);
  expect(search(parts, 'notawordhere')).toEqual([]);

  // what begins with a word comes before what is like it, and headings before text
  const places = (asked: string): string[] => search(parts, asked).map(({ id }) => String(id));
  const has = (id: string, word: RegExp): boolean => word.test(texts.get(id)!);
  const texts = new Map<string, string>();
  for (const [path, html] of pages)
    for (const part of html.split(/<h[1-6] id="/).slice(1))
      texts.set(`${path}#${part.split('"')[0]!}`, part.replace(/^[^>]*>/, '').replaceAll(/<[^>]*>/g, ''));
  const parking = places('parking');
  const from = parking.findIndex((id) => !has(id, /\bparking/i));
  expect(from).toBeGreaterThan(3); // “packing” of fleets is like it
  expect(parking.slice(from).filter((id) => has(id, /\bparking\b/i))).toEqual([]);
  expect(places('moves')[0]).toMatch(/#how-a-core-moves$/);
});

it('ranks as it says', async () => {
  const { FIELDS, search, STORED } = await import('../../src/web/docs/rank.js');
  const index = new MiniSearch({ fields: [...FIELDS], storeFields: [...STORED] });
  const add = (id: string, heading: string, text: string, title = 'Page'): void =>
    index.add({ id, heading, text, title, excerpt: text });
  add('like', 'Stale state', 'stead stead stead');
  add('prefix', 'Stealing', 'one word');
  add('text', 'Queues', 'and then some long text in which a vCPU may steal what another one has had for long');
  add('heading', 'When to steal', 'another');
  add('api/member', 'steal', 'steal steal steal', 'Interface: Counters');
  add('api/page', 'Function: steal()', 'steal', 'Function: steal()');
  add('both', 'Steals', 'a fault that is not one');
  add('CHANGELOG.html#first', 'When to steal', 'another');
  for (const asked of ['steal', 'steals'])
    expect(search([index], asked).map(({ id }) => String(id))).toEqual([
      ...['both', 'heading', 'api/page', 'CHANGELOG.html#first', 'text', 'api/member'],
      ...(asked === 'steal' ? ['prefix', 'like'] : []), // “stealing” and “stead” are not like “steals”
    ]);
  expect(search([index], 'steal fault').map(({ id }) => String(id))).toEqual(['both']);
});

it('headings are called as in the repository', () => {
  expect(slugOf("What is `run --out`? It's 100 µs")).toBe('what-is-run---out-its-100-µs');
});
