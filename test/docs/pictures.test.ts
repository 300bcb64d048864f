// The pictures of steps in docs/pictures are what the program's defaults give, and to scale.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arrivals, arrivalsPicture } from '../../scripts/arrivals.mjs';
import { diagrams } from '../../src/explain/diagrams.js';
import { BANDWIDTH, looks, modelDiagrams, SEARCH, speedOf } from '../../src/explain/model-diagrams.js';
import { DUE, happens, orderDiagrams } from '../../src/explain/order-diagram.js';
import { PARAMETERS } from '../../src/explain/parameters.js';
import { resolveScenario, Simulation } from '../../src/index.js';
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

describe('every page of the model', () => {
  const pages = readdirSync('docs/model');
  it.each(pages)('docs/model/%s has a picture that is there, with words for it', (page) => {
    const pictures = [
      ...readFileSync(`docs/model/${page}`, 'utf8').matchAll(/^!\[(.{20,})\]\(\.\.\/pictures\/(.+)\)$/gm),
    ];
    expect(pictures.length).toBeGreaterThan(0);
    for (const [, , name] of pictures) expect(readdirSync('docs/pictures')).toContain(name);
  });

  it('and every picture stands in a page', () => {
    const all = [
      'README.md',
      ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`),
    ];
    const text = all
      .filter((path) => path.endsWith('.md'))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    expect(
      readdirSync('docs/pictures').filter(
        (name) => !text.includes(`pictures/${name}${name.endsWith('-dark.png') ? '"' : ')'}`),
      ),
    ).toEqual([]);
  });
});

it('README.md offers each of its pictures in dark, too, of the same size', () => {
  const readme = readFileSync('README.md', 'utf8');
  const names = [...readme.matchAll(/!\[[^\]]*\]\(docs\/pictures\/([\w-]+)\.png\)/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(2);
  const sizeOf = (path: string): number[] => {
    const png = readFileSync(path);
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  };
  for (const name of names) {
    expect(readme).toContain(
      `<picture><source media="(prefers-color-scheme: dark)" srcset="docs/pictures/${name}-dark.png">\n![`,
    );
    expect(sizeOf(`docs/pictures/${name}-dark.png`)).toEqual(sizeOf(`docs/pictures/${name}.png`));
  }
});

it.each(Object.entries({ ...modelDiagrams(), ...orderDiagrams() }))(
  'docs/pictures/%s is what npm run docs writes',
  (name, svg) => {
    expect(readFileSync(`docs/pictures/${name}`, 'utf8')).toBe(svg);
  },
);

it('docs/pictures/order.svg: ranks are those of the table and of the core, and the lines lead to where they say', () => {
  const core = readFileSync('assembly/kernel/ranks.ts', 'utf8');
  const table = readFileSync('docs/model/order.md', 'utf8');
  for (const { rank, name } of DUE) {
    expect(core, name).toMatch(new RegExp(`export const RANK_${name}: u64 = ${rank};`));
    expect(table).toMatch(new RegExp(`^\\| ${rank} +\\| \`${name}\``, 'm'));
  }
  // by hand: ends as they were planned, arrivals by the VM's place
  expect(happens(DUE).map((i) => DUE[i]!.what)).toEqual([
    'a task of batch ends',
    'a task of api ends',
    'a page of batch is back',
    'a quantum of batch ends',
    'a request of api arrives',
    'a request of web arrives',
    'the arbiter’s round begins',
    'a vCPU of api looks for work',
    'a sample of the series is taken',
  ]);
  const ends = [...orderDiagrams()['order.svg']!.matchAll(/ d="M\d+ (\d+)C.* (\d+)"/g)].map(([, from, to]) => [
    Number(from),
    Number(to),
  ]);
  const least = Math.min(...ends.flat());
  expect(ends.map(([from]) => (from! - least) / 26)).toEqual(happens(DUE));
  expect(ends.map(([, to]) => (to! - least) / 26)).toEqual(DUE.map((_, i) => i));
});

it('docs/pictures/search.svg: a search looks at all others before it looks at one again', () => {
  const made = looks(120);
  const others = Array.from({ length: SEARCH.vcpus }, (_, i) => i).filter((i) => i !== SEARCH.searcher);
  expect(made.slice(0, 5).map(({ vcpu }) => vcpu)).toEqual([4, 5, 0, 2, 3]); // by hand: o = 2 is the third of those behind vCPU 1
  expect(
    made
      .slice(0, 5)
      .map(({ vcpu }) => vcpu)
      .toSorted(),
  ).toEqual(others);
  expect(made.map(({ ns }) => ns)).toEqual(made.map((_, i) => 120 * (i + 1)));
  expect(modelDiagrams()['search.svg']!.match(/<circle/g)).toHaveLength(made.length);
});

it('docs/pictures/speeds.svg: the host moves what it can, and no more', () => {
  for (let n = 1; n <= BANDWIDTH.most; n++)
    expect(n * BANDWIDTH.task * speedOf(n, 1)).toBeCloseTo(Math.min(n * BANDWIDTH.task, BANDWIDTH.host), 9);
});

it('docs/pictures/arrivals.svg is what a run gives (npm run pictures -- arrivals writes it)', async () => {
  const rows = await arrivals({ Simulation, resolveScenario });
  expect(arrivalsPicture(rows)).toBe(readFileSync('docs/pictures/arrivals.svg', 'utf8'));
  // 100 in the mean: by chance within four standard deviations, those of bursts being wider than Poisson's 10
  for (const { name, instants } of rows)
    expect(Math.abs(instants.length - 100), name).toBeLessThan(/onoff|mmpp/.test(name) ? 160 : 40);
  const gaps = (name: string): number[] => {
    const { instants } = rows.find((row) => row.name === name)!;
    return instants.slice(1).map((ns, i) => ns - instants[i]!);
  };
  for (const name of ['deterministic', 'periodic']) expect(new Set(gaps(name))).toEqual(new Set([10_000]));
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
