// What the pictures of the models' pages are drawn with: paper, title, key and colours, in light and dark, as SVG that needs no script.

import { PARAMETERS } from './parameters.js';

/** Whose time it is. */
export type Hue = 'arbiter' | 'victim' | 'transition' | 'beneficiary' | 'server' | 'plain' | 'confidential';
/** A colour and what it stands for. */
export type Key = readonly (readonly [Hue, string])[];

/** As the site and the reports have them; the page's own ground. */
const COLOURS: Readonly<Record<Hue, readonly [string, string]>> = {
  arbiter: ['#8b929b', '#8f98a3'],
  victim: ['#3b8fc4', '#5ab4f0'],
  transition: ['#c3cad2', '#5c6672'],
  beneficiary: ['#cf8a1e', '#e8a83c'],
  server: ['#8a70cf', '#cba8f0'],
  plain: ['#3b8fc4', '#5ab4f0'],
  confidential: ['#cf8a1e', '#e8a83c'],
};

export const WIDTH = 720;
export const LEFT = 16;
export const RIGHT = 24;
export const TOP = 44;

/** A parameter's default, which is a number. */
export function defaultOf(path: string): number {
  const value = PARAMETERS.find((parameter) => parameter.path === path)?.default;
  if (typeof value !== 'number') throw new Error(`${path} has no number as its default`);
  return value;
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Paper, title, key and what is drawn, in light and dark; `said` is the title that is read, `more` is style of this one. */
export function page(
  title: string,
  said: string,
  height: number,
  key: Key,
  drawn: readonly string[],
  more = '',
): string {
  const top = height - 10 - 18 * key.length;
  const legend = key.map(([hue, words], i) => {
    const y = top + 18 * i;
    return `<rect class="${hue}" x="${LEFT}" y="${y}" width="12" height="12"/><text x="${LEFT + 18}" y="${y + 10}">${escaped(words)}</text>`;
  });
  const fills = (which: 0 | 1): string => key.map(([hue]) => `.${hue}{fill:${COLOURS[hue][which]}}`).join('');
  const style =
    'text{font:12px system-ui,sans-serif;fill:#1b1f24}.title{font-weight:600;font-size:14px}.name{text-anchor:middle}' +
    `.tick{text-anchor:middle;fill:#59626d}.line{stroke:#8b929b;fill:none}.paper{fill:#ffffff}${fills(0)}` +
    `@media (prefers-color-scheme:dark){text{fill:#e6e9ed}.tick{fill:#a3acb7}.paper{fill:#14171b}${fills(1)}}${more}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">\n` +
    `<title>${escaped(said)}</title>\n<style>${style}</style>\n` +
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>\n` +
    `<text class="title" x="${LEFT}" y="24">${escaped(title)}</text>\n` +
    `${[...drawn, ...legend].join('\n')}\n</svg>\n`
  );
}
