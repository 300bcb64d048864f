// The pictures of steps in docs/pictures are what the program's defaults give, and to scale.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagrams } from '../../src/explain/diagrams.js';
import { PARAMETERS } from '../../src/explain/parameters.js';
import { reproduce } from '../../src/experiments/api.js';
import { pictureOf, PICTURED } from '../reference/picture.js';

describe.each(Object.entries(diagrams()))('docs/pictures/%s', (name, svg) => {
  it('is what npm run docs writes, and stands in a page', () => {
    expect(readFileSync(`docs/pictures/${name}`, 'utf8')).toBe(svg);
    const pages = readdirSync('docs/model').map((page) => readFileSync(`docs/model/${page}`, 'utf8'));
    expect(pages.filter((page) => page.includes(`(../pictures/${name})`))).toHaveLength(1);
  });

  it('has a bar for every step, as long as its default, one behind the other', () => {
    const rows = svg.includes('class="row"') ? svg.split('<g class="row">').slice(1) : [svg];
    const all = rows.flatMap((row) => {
      const bars = [
        ...row.matchAll(
          /<title>([\w.]+\w)(?: × (\d+))?: [^<]*<\/title><rect class="\w+" x="([\d.]+)" y="\d+" width="([\d.]+)"/g,
        ),
      ].map(([, path, times = '1', x, width]) => {
        const ns = Number(times) * (PARAMETERS.find((one) => one.path === path)!.default as number);
        return { path, ns, x: Number(x), end: Number(x) + Number(width) + 1 };
      });
      bars.slice(1).forEach(({ path, x }, i) => expect(Math.abs(x - bars[i]!.end), path).toBeLessThan(0.6));
      return bars;
    });
    if (name === 'tiers.svg') return;
    expect(all.length).toBeGreaterThan(4);
    const longest = all.reduce((most, bar) => (bar.ns > most.ns ? bar : most));
    const scale = (longest.end - longest.x) / longest.ns;
    for (const { path, ns, x, end } of all) expect(Math.abs(end - x - Math.max(2, ns * scale)), path).toBeLessThan(1.1);
  });
});

it('docs/pictures/move.svg and fault.svg say what all of it takes', () => {
  for (const name of ['move.svg', 'fault.svg'] as const) {
    const svg = diagrams()[name]!;
    const paths = [...svg.matchAll(/<title>([\w.]+\w): /g)].map(([, path]) => path);
    const total = paths.reduce(
      (sum, path) => sum + (PARAMETERS.find((one) => one.path === path)!.default as number),
      0,
    );
    expect(svg).toContain(`${total / 1000} µs</title>`);
  }
});

it('docs/pictures/round.svg: each grant begins where the one before it has been decided', () => {
  const rows = diagrams()['round.svg']!.split('<g class="row">').slice(1);
  const ends = [...rows[0]!.matchAll(/<rect class="arbiter" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(
    ([, x, width]) => Number(x) + Number(width) + 1,
  );
  const begins = rows.slice(1).map((row) => Number(/<rect class="\w+" x="([\d.]+)"/.exec(row)![1]));
  expect(begins).toHaveLength(3);
  begins.forEach((begin, i) => expect(Math.abs(begin - ends[i + 1]!)).toBeLessThan(0.6));
});

it('docs/pictures/tiers.svg: marks stand where the sums of their defaults are on a logarithmic axis', () => {
  const svg = diagrams()['tiers.svg']!;
  const marks = [
    ...svg.matchAll(
      /<title>([\w. +]+): [^<]*<\/title><(?:circle class="plain" cx="|path class="confidential" d="M)([\d.]+)/g,
    ),
  ];
  expect(marks).toHaveLength(6);
  const tick = (text: string): number => Number(new RegExp(`x="([\\d.]+)" y="\\d+">${text}<`).exec(svg)![1]);
  const decade = (tick('1 s') - tick('10 µs')) / 5;
  for (const [, paths, x] of marks) {
    const ns = paths!
      .split(' + ')
      .reduce((sum, path) => sum + (PARAMETERS.find((one) => one.path === path)!.default as number), 0);
    expect(Math.abs(Number(x) - tick('10 µs') - decade * Math.log10(ns / 1e4)), paths).toBeLessThan(0.2);
  }
});

describe.each(PICTURED)('docs/pictures/%s.svg', (name) => {
  const svg = readFileSync(`docs/pictures/${name}.svg`, 'utf8');

  it('stands in the page of its system, under its question', () => {
    const [, question] = /<text class="title"[^>]*>(.*?)<\/text>/.exec(svg)!;
    expect(readFileSync(`docs/${name}.md`, 'utf8').split(`![${question!}](pictures/${name}.svg)`)).toHaveLength(2);
  });

  it('has every word of its axes whole, within its edges', () => {
    expect(svg).not.toContain('…');
    const height = Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)![1]);
    for (const [, x, y, degrees, word] of svg.matchAll(/translate\(([\d.]+) ([\d.]+)\) rotate\(-(\d+)\)">([^<]*)</g)) {
      const [angle, long] = [(Number(degrees) * Math.PI) / 180, 5.9 * word!.length];
      expect(Number(x) - long * Math.cos(angle), word).toBeGreaterThan(0);
      expect(Number(y) + long * Math.sin(angle), word).toBeLessThan(height);
    }
  });

  it('has every colour in both themes, and every number in place', () => {
    const [light, dark] = /<style>(.*)<\/style>/.exec(svg)![1]!.split('@media');
    for (const [, colour] of svg.matchAll(/var\((--[\w-]+)\)/g))
      for (const theme of [light!, dark!]) expect(theme, colour).toContain(`${colour!}:#`);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
    const dots = [...svg.matchAll(/ cx="([\d.-]+)" cy="([\d.-]+)"/g)];
    expect(dots.length).toBeGreaterThan(3);
    for (const [, x, y] of dots) {
      expect(Number(x)).toBeLessThan(Number(width));
      expect(Number(y)).toBeGreaterThan(40);
      expect(Number(y)).toBeLessThan(Number(height));
    }
  });
});

it.each(['edgeflow', 'verusage'])(
  'docs/pictures/%s.svg is what a run gives (npm run validate -- NAME writes it)',
  async (name) => {
    for await (const found of reproduce(name))
      expect(pictureOf(found)).toBe(readFileSync(`docs/pictures/${name}.svg`, 'utf8'));
    expect.assertions(1);
  },
);
