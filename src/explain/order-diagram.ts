// The picture of the order within one nanosecond: what is planned for it, one event after another, and what happens in which order.
// `npm run docs` writes it to docs/pictures/.

import { escaped, page, TOP, type Hue, type Key } from './drawing.js';

/** An event that is due in the nanosecond; in the order in which they were planned. */
export interface Due {
  /** Of docs/model/order.md. */
  readonly rank: number;
  readonly name: string;
  /** Among those of its rank; absent: in which it was planned. */
  readonly place?: number;
  readonly what: string;
  readonly hue: Hue;
}

/** api is the first VM, web the second. */
export const DUE: readonly Due[] = [
  { rank: 14, name: 'ROUND', what: 'the arbiter’s round begins', hue: 'arbiter' },
  { rank: 3, name: 'SERVE', what: 'a page of batch is back', hue: 'server' },
  { rank: 10, name: 'ARRIVAL', place: 1, what: 'a request of web arrives', hue: 'beneficiary' },
  { rank: 1, name: 'END', what: 'a task of batch ends', hue: 'victim' },
  { rank: 16, name: 'LOOK', what: 'a vCPU of api looks for work', hue: 'victim' },
  { rank: 10, name: 'ARRIVAL', place: 0, what: 'a request of api arrives', hue: 'beneficiary' },
  { rank: 1, name: 'END', what: 'a task of api ends', hue: 'victim' },
  { rank: 7, name: 'QUANTUM', what: 'a quantum of batch ends', hue: 'victim' },
  { rank: 19, name: 'SAMPLE', what: 'a sample of the series is taken', hue: 'arbiter' },
];

/** By rank, then by place: the places in `DUE`. */
export const happens = (due: readonly Due[]): number[] =>
  due
    .map((_, i) => i)
    .sort((a, b) => due[a]!.rank - due[b]!.rank || (due[a]!.place ?? a) - (due[b]!.place ?? b) || a - b);

const KEY: Key = [
  ['beneficiary', 'who arrives: by the VM’s place, however they were planned'],
  ['victim', 'in the guests: tasks end in the order in which they began'],
  ['server', 'memory'],
  ['arbiter', 'the host: it sees all that has happened in its nanosecond'],
];
const ROW = 26;
const NAMES = 262;
const FROM = 276;
const TO = 424;

export function orderDiagrams(): Record<string, string> {
  const order = happens(DUE);
  const top = TOP + 34;
  const yOf = (row: number): number => top + row * ROW;
  const heads =
    `<text x="${NAMES}" y="${TOP + 10}" text-anchor="end">planned for 40,000 ns, in this order</text>` +
    `<text x="${TO + 14}" y="${TOP + 10}">happens, by rank and place</text>`;
  const rows = order.map((planned, row) => {
    const { rank, name, what, hue } = DUE[planned]!;
    const [from, to, middle] = [yOf(planned), yOf(row), (FROM + TO) / 2];
    return (
      `<g><title>${escaped(`${what}: planned as number ${planned + 1}, happens as number ${row + 1}, for its rank is ${rank}`)}</title>` +
      `<text x="${NAMES}" y="${from + 4}" text-anchor="end">${escaped(what)}</text>` +
      `<path class="line" d="M${FROM} ${from}C${middle} ${from} ${middle} ${to} ${TO} ${to}"/>` +
      `<circle class="${hue}" cx="${FROM}" cy="${from}" r="4"/><circle class="${hue}" cx="${TO}" cy="${to}" r="5"/>` +
      `<text x="${TO + 14}" y="${to + 4}"><tspan class="rank">${rank} ${name}</tspan> ${escaped(what)}</text></g>`
    );
  });
  const height = yOf(DUE.length) + 12 + 18 * KEY.length;
  const said = `Nine events of one nanosecond, planned in another order than that in which they happen`;
  return {
    'order.svg': page('Order within one nanosecond', said, height, KEY, [heads, ...rows], '.rank{font-weight:600}'),
  };
}
