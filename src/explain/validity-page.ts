// The two lists of docs/validity.md, printed from the table that `run --verbose` picks from.

import { BRACKETS, GAPS } from '../result/validity.js';

const MOST_COLUMNS = 120;

/** Lines that can be read, the later ones under the first. */
function item(text: string): string {
  const lines: string[] = [''];
  for (const word of `- ${text}`.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > MOST_COLUMNS) lines.push(`  ${word}`);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

/** A Markdown table of what is held against what, and a list of what nothing is. */
export function renderValidityMarkdown(): { held: string; untested: string } {
  const rows = BRACKETS.map(({ part, against, test }) => `| ${part} | ${against} | \`${test}\` |`);
  return {
    held: ['| part of a scenario | held against | test |', '| --- | --- | --- |', ...rows].join('\n'),
    untested: GAPS.map(({ part, detail }) => item(`**${part}.** ${detail}`)).join('\n'),
  };
}
