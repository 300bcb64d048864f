// Tables between their marks in a page (`<!-- name -->` to `<!-- end of name -->`), and the claims of docs/reproduced.md as the one table
// that stands in README.md: what a test holds the two against each other with.

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

/** The one table of all claims, under what it counts: claims and questions, and apart from them the negative controls. */
export function frontTable(page) {
  const claims = claimsOf(page);
  const counts = new Map();
  const compared = claims.filter(({ claim }) => !claim.startsWith(CONTROL));
  const controls = claims.filter(({ claim }) => claim.startsWith(CONTROL));
  for (const { verdict } of compared) {
    const word = verdict.replace(/ under .*/, '');
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const told = [...counts].sort((a, b) => b[1] - a[1]).map(([word, count]) => `${count} ${word}`);
  const held = controls.filter(({ verdict }) => /^(reproduced|reachable)$/.test(verdict)).length;
  const systems = new Set(claims.map(({ system }) => system)).size;
  const rows = claims.map((one) => `| ${[one.system, one.claim, one.ours, one.verdict, one.command].join(' | ')} |`);
  return [
    '<details>',
    `<summary>${compared.length} claims and questions of ${systems} systems:`,
    `${told.join(', ')};`,
    `and ${controls.length} negative controls, of which ${held} hold</summary>`,
    '',
    '| system | claim | ours | verdict | command |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '</details>',
  ].join('\n');
}
