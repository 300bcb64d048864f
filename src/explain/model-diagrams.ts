// Pictures of the rules that have an equation: which queue a searching vCPU looks into when, and how fast tasks get on that share a
// physical core and the host's memory bandwidth. `npm run docs` writes them to docs/pictures/.

import { defaultOf, page, RIGHT, WIDTH, type Key } from './drawing.js';

const LEFT = 90;
const TOP = 50;
const SPACE = 26;

const at = (value: number): string => value.toFixed(1);

/** A search in a VM of six vCPUs: the second one searches, its start is drawn as 2, a task comes to the fourth's queue meanwhile. */
export const SEARCH = { vcpus: 6, searcher: 1, start: 2, found: { vcpu: 4, fromNs: 300 } } as const;

/** Looks of a search up to the one that finds the task, as docs/model/guest.md has them. */
export function looks(checkNs: number): { readonly ns: number; readonly vcpu: number }[] {
  const { vcpus: m, searcher: i, start: o, found } = SEARCH;
  const all: { ns: number; vcpu: number }[] = [];
  for (let k = 1; ; k++) {
    const look = { ns: k * checkNs, vcpu: (i + 1 + ((o + k - 1) % (m - 1))) % m };
    all.push(look);
    if (look.vcpu === found.vcpu && look.ns >= found.fromNs) return all;
  }
}

function search(): string {
  const made = looks(defaultOf('costs.stealCheck'));
  const last = made.at(-1)!.ns;
  const end = last + defaultOf('costs.steal');
  const scale = (WIDTH - LEFT - RIGHT) / end;
  const xOf = (ns: number): string => at(LEFT + ns * scale);
  const yOf = (vcpu: number): number => TOP + vcpu * SPACE + SPACE / 2;
  const bottom = TOP + SEARCH.vcpus * SPACE;
  const rows = Array.from({ length: SEARCH.vcpus }, (_, vcpu) => {
    const name = vcpu === SEARCH.searcher ? 'searches' : `vCPU ${vcpu}`;
    return `<text x="16" y="${yOf(vcpu) + 4}">${name}</text><path class="line" stroke-opacity=".4" d="M${LEFT} ${yOf(vcpu)}H${WIDTH - RIGHT}"/>`;
  });
  const { vcpu: found, fromNs } = SEARCH.found;
  const waits = `<g><title>a task waits from ${fromNs} ns on</title><rect class="victim" x="${xOf(fromNs)}" y="${yOf(found) - 4}" width="${at((last - fromNs) * scale)}" height="8"/></g>`;
  const steal = `<g><title>costs.steal: ${end - last} ns</title><rect class="beneficiary" x="${xOf(last)}" y="${yOf(SEARCH.searcher) - 7}" width="${at((end - last) * scale)}" height="14"/></g>`;
  const dots = made.map(
    ({ ns, vcpu }, i) =>
      `<g><title>look ${i + 1}, at ${ns} ns, into the queue of vCPU ${vcpu}</title><circle class="arbiter" cx="${xOf(ns)}" cy="${yOf(vcpu)}" r="5"/></g>`,
  );
  const ticks = made.map(
    ({ ns }, i) =>
      `<path class="line" d="M${xOf(ns)} ${bottom}v5"/><text class="tick" x="${xOf(ns)}" y="${bottom + 18}">${ns}${i === 0 ? ' ns' : ''}</text>`,
  );
  return page(
    'A search in a VM of six vCPUs',
    'Looks of a vCPU that searches, one after the other, into the queues of the five others',
    bottom + 44 + 18 * KEY.length,
    KEY,
    [...rows, waits, steal, ...dots, ...ticks],
  );
}
const KEY: Key = [
  ['arbiter', 'a look, stealCheck after the one before'],
  ['victim', 'a task waits in that queue'],
  ['beneficiary', 'the thief takes it: steal'],
];

/** A host that moves 100 GB/s, tasks that move 10 GB/s each. */
export const BANDWIDTH = { host: 100, task: 10, most: 20 } as const;

/** Speed of each of n tasks. */
export const speedOf = (n: number, threads: 1 | 2): number =>
  Math.min(1, BANDWIDTH.host / (n * BANDWIDTH.task)) * (threads === 2 ? defaultOf('host.smtFactor') : 1);

function speeds(): string {
  const height = 170;
  const bottom = TOP + height;
  const xOf = (n: number): string => at(LEFT + ((n - 1) * (WIDTH - LEFT - RIGHT)) / (BANDWIDTH.most - 1));
  const yOf = (speed: number): string => at(bottom - speed * height);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (speed) =>
      `<path class="line" stroke-opacity=".4" d="M${LEFT} ${yOf(speed)}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 24}" y="${(Number(yOf(speed)) + 4).toFixed(1)}">${speed}</text>`,
  );
  const ticks = [1, 5, 10, 15, 20].map(
    (n) => `<text class="tick" x="${xOf(n)}" y="${bottom + 18}">${n}${n === 20 ? ' tasks' : ''}</text>`,
  );
  const dots = ([1, 2] as const).flatMap((threads) =>
    Array.from({ length: BANDWIDTH.most }, (_, i) => {
      const speed = speedOf(i + 1, threads);
      return `<g><title>${i + 1} tasks: ${speed.toFixed(3)}</title><circle class="${threads === 1 ? 'victim' : 'beneficiary'}" cx="${xOf(i + 1)}" cy="${yOf(speed)}" r="4"/></g>`;
    }),
  );
  const key: Key = [
    ['victim', 'alone on its physical core'],
    ['beneficiary', `beside a sibling that works: × host.smtFactor (${defaultOf('host.smtFactor')} by default)`],
  ];
  const title = `Speed of tasks that move ${BANDWIDTH.task} GB/s each, on a host of ${BANDWIDTH.host} GB/s`;
  return page(title, title, bottom + 44 + 18 * key.length, key, [...grid, ...dots, ...ticks]);
}

export const modelDiagrams = (): Record<string, string> => ({ 'search.svg': search(), 'speeds.svg': speeds() });
