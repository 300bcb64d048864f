// How many cores each mechanism needs, in sentences that are read once: who needs how many, who is not helped by any and why, and
// what is counted in another way. The same in the terminal and in the report.

import { amountOf, apartFrom, type Sizing } from '../study/sizing.js';

export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

/** `16 cores`, `15 guaranteed cores (vms.api.vcpus.min=13)`; why it is not less, where something else than the load says so. */
function foundText(one: Sizing, cores: number): string {
  // of several VMs a sum does not say how much each has
  const set = one.of === 'host.cores' || one.set.length === 0 ? '' : ` (${one.set.join(', ')})`;
  const why = one.bound === undefined ? '' : ` (${one.bound.by}: ${one.bound.detail})`;
  return `${amountOf(one, cores)}${set}${why}`;
}

/** Why no number of them is enough. */
function notFound(one: Sizing, what: string): string {
  const { mechanism, bound, searchedTo } = one;
  const said = `Under ${mechanism} no number that was run, up to ${amountOf(one, searchedTo)}, meets ${what}`;
  if (bound === undefined) return `${said}.`;
  return bound.by === 'mechanism'
    ? `${said}: ${mechanism} itself is in the way, for a core for every vCPU and moves at no cost would be enough.`
    : `${said}: ${bound.detail} (${bound.by}).`;
}

/** `hyperflux needs 16 cores and static 15 guaranteed cores (…)` */
const needing = (some: readonly Sizing[]): string =>
  listed(
    some.map((one, i) => `${one.mechanism}${i === 0 ? ' needs' : ''} ${foundText(one, one.cores ?? one.searchedTo)}`),
  );

/** `what`: which SLOs, as an object; `how`: what the search leaves out, such as a seed. */
export function needsSentences(sizing: readonly Sizing[], what: string, how = ''): string[] {
  const [ranked, apart] = apartFrom(sizing);
  const isFound = ({ cores }: Sizing): boolean => cores !== null;
  const some = ranked.filter(isFound);
  const others = apart.filter(isFound);
  const none = [...ranked, ...apart].filter((one) => !isFound(one));
  return [
    ...(some.length === 0 ? [] : [`To meet ${what}${how}, ${needing(some)}.`]),
    ...none.map((one) => notFound(one, what)),
    ...(others.length === 0
      ? []
      : [
          `${some.length === 0 ? `To meet ${what}${how}, ` : ''}${needing(others)}, which ${others.length === 1 ? 'does' : 'do'} not rank with ` +
            `cores of a host: it is left open what work without an SLO gets beside.`,
        ]),
  ];
}
