// Search in the documentation: the index comes with the first word that is typed, and lies beside the pages; nothing else is asked.

import MiniSearch, { type SearchResult } from 'minisearch';
import { FIELDS, search, STORED } from './rank.js';

const MOST = 12;

const root = document.documentElement.dataset['root'] ?? '.';
const input = document.getElementById('search') as HTMLInputElement;
const found = document.getElementById('found')!;

let loading: Promise<readonly MiniSearch[]> | undefined;

/** The index as scripts/site.mjs has written it. */
async function load(): Promise<readonly MiniSearch[]> {
  const names = (document.documentElement.dataset['search'] ?? '').split(' ');
  const parts = names.map(async (name) => {
    const { default: json } = (await import(new URL(`${root}/${name}`, location.href).href)) as { default: string };
    return MiniSearch.loadJSON(json, { fields: [...FIELDS], storeFields: [...STORED] });
  });
  return Promise.all(parts);
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

async function show(): Promise<void> {
  const asked = input.value.trim();
  found.hidden = asked === '';
  if (asked === '') return;
  const parts = await (loading ??= load());
  if (input.value.trim() !== asked) return;
  const results = search(parts, asked);
  const count = document.createElement('p');
  count.textContent =
    results.length === 0 ? 'nothing found' : results.length === 1 ? '1 section' : `${results.length} sections`;
  found.replaceChildren(count, ...results.slice(0, MOST).map(entry));
}

input.addEventListener('input', () => void show());
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
