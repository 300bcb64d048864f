// Tables between their marks in a page (`<!-- name -->` to `<!-- end of name -->`), and the claims of docs/reproduced.md counted by system, as
// they stand in README.md: what a test holds the two against each other with.
import { slugOf } from './site.mjs';

/** The page with a table in its place; a new one goes to the end of the page. */
export function withTable(page, name, text) {
  const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 && end < 0) return `${page.trimEnd()}\n\n${from}\n\n${text}\n\n${to}\n`;
  if (start < 0 || end < start) throw new Error(`only one of the marks ${from} and ${to} is in the page`);
  return `${page.slice(0, start + from.length)}\n\n${text}\n\n${page.slice(end)}`;
}

const SECTION = /<!-- (\S+) -->([\s\S]*?)<!-- end of \1 -->/g;

/** Every claim of the page: system, claim, ours, verdict, command. */
export function claimsOf(page) {
  return [...page.matchAll(SECTION)].flatMap(([, system, section]) =>
    section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2)
      .map((line) => {
        const [claim, , ours, verdict, command] = line
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim());
        return { system, claim, ours, verdict, command };
      }),
  );
}

/** Our own checks, that no paper claims, begin with these words. */
const CONTROL = 'negative control:';

/** Of the page: the name of each system's section, without its source. */
const titlesOf = (page) =>
  new Map([...page.matchAll(/<!-- (\S+) -->\s+## (.+)/g)].map(([, system, title]) => [system, title]));

/** How many of which verdict, most first. */
function counted(claims) {
  const counts = new Map();
  for (const { verdict } of claims) {
    const word = verdict.replace(/ under .*/, '');
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

const isControl = ({ claim }) => claim.startsWith(CONTROL);

/** A row a system under what all of them count: claims and questions, and apart from them the negative controls. */
export function frontTable(page) {
  const claims = claimsOf(page);
  const titles = titlesOf(page);
  const compared = claims.filter((one) => !isControl(one));
  const controls = claims.filter(isControl);
  const held = controls.filter(({ verdict }) => /^(reproduced|reachable)$/.test(verdict)).length;
  const systems = [...new Set(claims.map(({ system }) => system))];
  const rows = systems.map((system) => {
    const title = titles.get(system) ?? system;
    const name = `[${title.replace(/ \([^()]*\)$/, '')}](docs/reproduced.md#${slugOf(title)})`;
    const verdicts = counted(compared.filter((one) => one.system === system));
    return `| ${name} | ${verdicts} | \`fluxhost reproduce ${system}\` |`;
  });
  return [
    `${compared.length} claims and questions of ${systems.length} systems:`,
    `${counted(compared)};`,
    `and ${controls.length} negative controls, of which ${held} hold.`,
    '',
    '| system | claims and questions | command |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}
