// Hues stand in one report side by side: no mechanism, policy, backend or manager has one that can be taken for a VM's or for another's,
// in light and dark, and each can be read as text.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const css = readFileSync(new URL('../../../src/report/html/page/colours.css', import.meta.url), 'utf8');
/** Light, then dark. */
const SCHEMES = css.split('@media screen').map((text) => {
  const all = [...text.matchAll(/--([\w-]+): #(..)(..)(..);/g)];
  return new Map(all.map(([, name, ...parts]) => [name!, parts.map((part) => linear(parseInt(part, 16) / 255))]));
});

/** sRGB without its curve. */
function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

/** OKLab (Ottosson 2020): distances in it are about those that are seen; 0.02 can just be told side by side. */
function seen([r = 0, g = 0, b = 0]: readonly number[]): readonly [number, number, number] {
  const [l, m, s] = [
    Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
    Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
    Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
  ];
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const apart = (a: readonly number[], b: readonly number[]): number => {
  const [x, y] = [seen(a), seen(b)];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
};

const luminance = ([r = 0, g = 0, b = 0]: readonly number[]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
/** WCAG's. */
const contrast = (a: readonly number[], b: readonly number[]): number => {
  const [x = 0, y = 0] = [luminance(a), luminance(b)].sort((one, two) => two - one);
  return (x + 0.05) / (y + 0.05);
};

it('gives mechanisms and other names hues that no VM and nothing else has', () => {
  for (const colours of SCHEMES) {
    const named = [...colours].filter(([name]) => /^(vm|m|kind)-/.test(name));
    expect(named.map(([name]) => name.split('-')[0])).toEqual(expect.arrayContaining(['vm', 'm', 'kind']));
    const near = named.flatMap(([one, a], i) =>
      named.slice(i + 1).flatMap(([two, b]) => (apart(a, b) < 0.045 ? [`${one} and ${two}`] : [])),
    );
    expect(near).toEqual([]);
    const faint = named.filter(([, colour]) => contrast(colour, colours.get('page')!) < 4.5);
    expect(faint.map(([name]) => name)).toEqual([]);
  }
});
