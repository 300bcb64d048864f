// A VM has the same colours on the live page as in the report.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const variables = (path: string): string[] => {
  const text = readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^\s*(--[\w-]+): (#[0-9a-f]+);/gm)].map(([, name, value]) => `${name} ${value}`);
};

it('has the colours of the report, light and dark', () => {
  const here = variables('web/colours.css').filter((one) => !one.startsWith('--strip '));
  expect(here.length).toBeGreaterThan(40);
  // the report has colours for paper behind those
  expect(here).toEqual(variables('report/html/page/style.css').slice(0, here.length));
});
