// Pages are read in terminals and in diffs: no line of prose, list or code is longer than 120 characters. Tables, whose rows cannot be broken,
// and pictures with their descriptions are.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tooLong } from '../support/lines.js';

const pages = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && path !== 'CHANGELOG.md');

it('finds the pages', () => {
  expect(pages).toContain('README.md');
  expect(pages).toContain('docs/scenario.md'); // printed by a script
  expect(pages.length).toBeGreaterThan(30);
});

it.each(pages)('%s has no line of more than 120 characters', (path) => {
  // what a command prints stands as it is printed
  const text = readFileSync(path, 'utf8').replace(/^<!-- fluxhost .* -->\n\n```[\s\S]*?^```$/gm, '');
  const long = tooLong(text).filter((line) => !/^\s*(\||!\[)/.test(line));
  expect(long).toEqual([]);
});

const examples = execFileSync('git', ['ls-files', 'examples/*.yaml', 'src/web/scenarios/*.yaml'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '');

it('has no example with a line of more than 120 characters', () => {
  expect(examples).toContain('examples/burst.yaml');
  expect(examples.filter((path) => tooLong(readFileSync(path, 'utf8')).length > 0)).toEqual([]);
});
