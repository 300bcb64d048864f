// Names that none has: those that are near, and what there is to choose from.

/** Optimal string alignment distance (a swap of neighbours counts one), given up beyond `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

const sharedBegin = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
};

/** The known names nearest to a mistyped one, of several as near those that begin as it does; none where none is near enough to be meant. */
function nearestOnes(name: string, known: readonly string[], most: number): string[] {
  const wanted = name.toLowerCase();
  let least = Math.min(Math.max(1, Math.floor(wanted.length / 3)), wanted.length - 1); // one letter is not near another
  let best: { readonly name: string; readonly shared: number }[] = [];
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const distance = editDistance(wanted, lower, least);
    if (distance > least) continue;
    if (distance < least) best = [];
    least = distance;
    best.push({ name: candidate, shared: most === 1 ? 0 : sharedBegin(wanted, lower) });
  }
  return best
    .sort((a, b) => b.shared - a.shared)
    .slice(0, most)
    .map((one) => one.name);
}

/** The known name nearest to a mistyped one, or undefined where none is near enough to be meant. */
export const nearest = (name: string, known: readonly string[]): string | undefined => nearestOnes(name, known, 1)[0];

/** So many names are told; of more, such as the VMs of a large host, some and how many there are. */
const MOST_NAMED = 24;
const SOME_NAMED = 8;
const MOST_NEAR = 3;

/** `a, b, c`, or `a, b, …, h, … (5,000 in all)` */
export function namesText(names: readonly (string | number)[]): string {
  if (names.length <= MOST_NAMED) return names.join(', ');
  return `${names.slice(0, SOME_NAMED).join(', ')}, … (${names.length.toLocaleString('en-US')} in all)`;
}

/** `a known field (did you mean "vcpus"?): class, count, …`; of many names up to three that are as near, or begin with what was given. */
export function expectedOneOf(what: string, given: string, known: readonly string[]): string {
  const isMany = known.length > MOST_NAMED;
  let near = nearestOnes(given, known, isMany ? MOST_NEAR : 1);
  // such as a group's name where its VMs have numbers
  if (isMany && near.length === 0 && given !== '')
    near = known.filter((name) => name.startsWith(given)).slice(0, MOST_NEAR);
  const hint = near.length === 0 ? '' : ` (did you mean ${near.map((name) => `"${name}"`).join(' or ')}?)`;
  return `${what}${hint}: ${namesText(known)}`;
}
