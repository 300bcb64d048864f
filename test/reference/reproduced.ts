// What every experiment comes to, as tables of docs/reproduced.md: a section for each, made of its claims. Printed as one JSON object,
// section by section; scripts/validate.mjs puts them into the page, and all of them as one table into README.md. `--names` lists them. Beside the sections
// stand the pictures of the systems' pages, under their paths.

import { EXPERIMENTS } from '../../src/experiments/index.js';
import { summaryOf } from '../../src/experiments/summary.js';
import { reproduction } from '../support/reproduction.js';
import { pictureOf, PICTURED } from './picture.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const wanted = process.argv.slice(2);
if (wanted.includes('--names')) {
  process.stdout.write(JSON.stringify(EXPERIMENTS.map(({ name }) => name)));
} else {
  const sections: Record<string, string> = {};
  for (const name of wanted) {
    process.stderr.write(`${name} …\n`);
    const found = await reproduction(name);
    const rows = summaryOf(found).map(({ claim, paper, ours, verdict, command }) =>
      [...[claim, paper, ours, verdict].map(cell), `\`${command}\``].join(' | '),
    );
    const table = ['claim | paper | ours | verdict | command', '--- | --- | --- | --- | ---', ...rows];
    const picture = (PICTURED as readonly string[]).includes(name) ? pictureOf(found) : undefined;
    if (picture !== undefined) sections[`docs/pictures/${name}.svg`] = picture;
    sections[name] = `## ${found.title}\n\n${table.map((row) => `| ${row} |`).join('\n')}`;
  }
  process.stdout.write(JSON.stringify(sections));
}
