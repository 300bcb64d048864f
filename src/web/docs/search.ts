// Search in the documentation: the index comes with the first word that is typed, and lies beside the pages; nothing else is asked.

import MiniSearch, { type SearchResult } from 'minisearch';

const MOST = 12;

const root = document.documentElement.dataset['root'] ?? '.';
const input = document.getElementById('search') as HTMLInputElement;
const found = document.getElementById('found')!;

let loading: Promise<MiniSearch> | undefined;

/** The index as scripts/site.mjs has written it. */
async function load(): Promise<MiniSearch> {
  const path = new URL(`${root}/search-index.js`, location.href).href;
  const { default: json } = (await import(path)) as { readonly default: string };
  return MiniSearch.loadJSON(json, {
    fields: ['heading', 'title', 'text'],
    storeFields: ['heading', 'title', 'excerpt'],
  });
}

function entry(result: SearchResult): HTMLElement {
  const link = document.createElement('a');
  link.href = `${root}/${String(result.id)}`;
  const head = document.createElement('strong');
  const { heading, title, excerpt } = result as unknown as Readonly<Record<'heading' | 'title' | 'excerpt', string>>;
  head.textContent = heading === title ? title : `${title}: ${heading}`;
  const text = document.createElement('span');
  text.textContent = excerpt;
  link.append(head, text);
  return link;
}

/** Whoever asks for a word wants to read of it first, and then its declaration. */
const boostDocument = (id: unknown): number => (String(id).startsWith('api/') ? 0.3 : 1);

async function search(): Promise<void> {
  const asked = input.value.trim();
  found.hidden = asked === '';
  if (asked === '') return;
  const index = await (loading ??= load());
  if (input.value.trim() !== asked) return;
  const results = index.search(asked, {
    prefix: true,
    fuzzy: 0.15,
    combineWith: 'AND',
    boost: { heading: 4, title: 2 },
    boostDocument,
  });
  const count = document.createElement('p');
  count.textContent =
    results.length === 0 ? 'nothing found' : results.length === 1 ? '1 section' : `${results.length} sections`;
  found.replaceChildren(count, ...results.slice(0, MOST).map(entry));
}

input.addEventListener('input', () => void search());
input.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') found.querySelector('a')?.click();
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  } else if (event.key === 'Escape') {
    found.hidden = true;
    input.blur();
  }
});
found.addEventListener('click', () => (found.hidden = true)); // a section of this page: nothing is loaded anew
