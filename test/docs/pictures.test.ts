// The pictures of steps in docs/pictures are what the program's defaults give, and to scale.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagrams } from '../../src/explain/diagrams.js';
import { PARAMETERS } from '../../src/explain/parameters.js';

describe.each(Object.entries(diagrams()))('docs/pictures/%s', (name, svg) => {
  it('is what npm run docs writes, and stands in a page', () => {
    expect(readFileSync(`docs/pictures/${name}`, 'utf8')).toBe(svg);
    const pages = readdirSync('docs/model').map((page) => readFileSync(`docs/model/${page}`, 'utf8'));
    expect(pages.filter((page) => page.includes(`(../pictures/${name})`))).toHaveLength(1);
  });

  it('has a bar for every step, as long as its default, one behind the other', () => {
    const bars = [
      ...svg.matchAll(/<title>([\w.]+\w): [^<]*<\/title><rect class="\w+" x="([\d.]+)" y="\d+" width="([\d.]+)"/g),
    ];
    expect(bars.length).toBeGreaterThan(4);
    const long = bars.map(([, path]) => PARAMETERS.find((one) => one.path === path)!.default as number);
    const total = long.reduce((sum, ns) => sum + ns, 0);
    expect(svg).toContain(`${total / 1000} µs</title>`);
    const [from, to] = [Number(bars[0]![2]), Number(bars.at(-1)![2]) + Number(bars.at(-1)![3]) + 1];
    let at = 0;
    bars.forEach(([, path, x], i) => {
      expect(Math.abs(Number(x) - (from + ((to - from) * at) / total)), path).toBeLessThan(0.5);
      at += long[i]!;
    });
  });
});
