// The page of what is reproduced and the table in README.md: every experiment is there, with words that verdicts have, and both tables
// are one. That the figures are what the program gives, `npm run validate -- --check` holds.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claimsOf, frontTable, withTable } from '../../scripts/claims.mjs';
import { EXPERIMENTS } from '../../src/experiments/index.js';

const page = readFileSync('docs/reproduced.md', 'utf8');
const readme = readFileSync('README.md', 'utf8');
/** However the lines are broken and the columns filled. */
const words = (text: string): string => text.replace(/\s+/g, ' ').replace(/\| -+/g, '| ---');

describe('what is reproduced', () => {
  it('has a section for every experiment (npm run validate -- NAME makes it)', () => {
    const systems = new Set(claimsOf(page).map(({ system }) => system));
    expect([...systems].toSorted()).toEqual(EXPERIMENTS.map(({ name }) => name).toSorted());
    for (const { title } of EXPERIMENTS) expect(page).toContain(`## ${title}\n`);
  });

  it('says of every claim what came out, how it stands, and what runs it', () => {
    for (const { system, claim, ours, verdict, command } of claimsOf(page)) {
      expect(verdict, claim).toMatch(
        /^(reproduced|reachable|not reached|refuted under \S.*|not testable here|open question)$/,
      );
      expect(command).toMatch(new RegExp(`^\`fluxhost reproduce ${system}(/[\\w-]+)?\`$`));
      expect(ours, claim).toMatch(/\S/);
      expect(ours.length, `${claim}: its \`brief\` would say it`).toBeLessThanOrEqual(200);
    }
  });

  it('is counted by system in README.md', () => {
    const [, found] = /<!-- claims -->\n\n([\s\S]*?)\n\n<!-- end of claims -->/.exec(readme)!;
    expect(words(found!)).toBe(words(frontTable(page)));
  });

  it('counts negative controls apart', () => {
    const row = (claim: string, verdict: string): string => `| ${claim} | 1 | 2 | ${verdict} | \`x\` |\n`;
    const claims = [
      row('a', 'reachable'),
      row('negative control: b', 'reproduced'),
      row('negative control: c', 'not reached'),
    ];
    const told = frontTable(
      `<!-- s -->\n\n## S: what it is (arXiv 1)\n\n| h |\n| - |\n${claims.join('')}<!-- end of s -->`,
    );
    expect(told).toContain(
      '1 claims and questions of 1 systems:\n1 reachable;\nand 2 negative controls, of which 1 hold.',
    );
    expect(told).toContain(
      '| [S: what it is](docs/reproduced.md#s-what-it-is-arxiv-1) | 1 reachable | `fluxhost reproduce s` |',
    );
  });

  it('puts a table between its marks, and a new one at the end', () => {
    const once = withTable('# Page\n', 'a', '| x |');
    expect(once).toBe('# Page\n\n<!-- a -->\n\n| x |\n\n<!-- end of a -->\n');
    expect(withTable(once, 'a', '| y |')).toBe(once.replace('x', 'y'));
    expect(() => withTable('<!-- a -->', 'a', '')).toThrow('only one of the marks');
  });
});
