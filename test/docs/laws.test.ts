// The page names a test for every law of the systems: it is there, under that name.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('docs/validation.md', 'utf8');
const section = page.slice(page.indexOf('## Laws of the systems'), page.indexOf('## Any parameters'));
const rows = [...section.matchAll(/^\| (?!law |-)(.+?) +\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, law, file, test]) => ({
  law: law!,
  file: file!,
  test: test!,
}));

it('names more than fifty', () => expect(rows.length).toBeGreaterThan(50));

it.each(rows)('$law: $file has it', ({ file, test }) => {
  const text = readFileSync(`test/${file}`, 'utf8');
  const named = [...text.matchAll(/\b(?:it|describe)(?:\.each\([^]*?\))?\(\s*(['"])(.*?)\1,/g)].map(
    ([, , name]) => name!,
  );
  expect(
    named.some((name) => name.startsWith(test)),
    test,
  ).toBe(true);
});
