// "Who held which core?": a strip a core, coloured by VM and by what it did, of the worst 2 ms and of the whole run.

import { DOING, runsOf } from '../../../result/runs.js';
import type { StripWindow } from '../../../result/strips.js';
import type { Result } from '../../../result/result.js';
import { formatShare } from '../../units.js';
import type { Figure, StripsPlot } from '../figure.js';
import { duration, grouped, listed, vmColour } from '../words.js';

/** What is drawn of a run, or of the worst that a judge has found. */
export interface Stripped {
  readonly label: string;
  readonly result: Pick<Result, 'strips' | 'lifecycle'> & {
    readonly host: Pick<Result['host'], 'cores'>;
    readonly vms: readonly (Pick<Result['vms'][number], 'name' | 'class'> & { readonly slo: unknown })[];
  };
}

/** Changes of a core's holder that its row of the table names. */
const MOST_STAYS = 12;
const MOST_ROWS = 512;
/** VMs whose holdings the answer names. */
const MOST_NAMED = 3;

/** From which column to which each VM (-1: nobody) held a core. */
function staysOf({ vms }: StripWindow['cores'][number]): { vm: number; from: number; to: number }[] {
  let from = 0;
  return runsOf(vms).map(([vm, columns]) => ({ vm, from, to: (from += columns) }));
}

/** How often cores went from one VM to another; a stay of nobody between two of one VM is no change. */
export function changesOf({ cores }: StripWindow): number {
  return cores.reduce((sum, core) => {
    const holders = runsOf(core.vms).flatMap(([vm]) => (vm >= 0 ? [vm] : []));
    return sum + holders.filter((vm, i) => i > 0 && vm !== holders[i - 1]).length;
  }, 0);
}

/** Least and most cores that a VM held at once. */
export function rangeOf({ cores, columns }: StripWindow, vm: number): [number, number] {
  const held = new Array<number>(columns).fill(0);
  for (const core of cores)
    for (const stay of staysOf(core)) if (stay.vm === vm) for (let i = stay.from; i < stay.to; i++) held[i]!++;
  return [Math.min(...held), Math.max(...held)];
}

const count = (text: string, letter: string): number => text.split(letter).length - 1;

function shareOf({ cores, columns }: StripWindow, what: keyof typeof DOING): number {
  const all = cores.length * columns;
  return all === 0 ? 0 : cores.reduce((sum, { doing }) => sum + count(doing, DOING[what]), 0) / all;
}

/** Nobody held a core and nothing waited: blank rows, of which nothing is to be read. */
const isBlank = ({ cores, waiting }: StripWindow): boolean =>
  cores.every(({ vms }) => runsOf(vms).every(([vm]) => vm < 0)) &&
  waiting.every((runs) => runsOf(runs).every(([tasks]) => tasks === 0));

const span = ({ columnNs, columns }: StripWindow): string => duration(columnNs * columns);
/** An instant of a run, to the microsecond: windows are short and runs are long. */
const instant = (ns: number): string => `${Number((ns / 1e6).toFixed(3))}\u00a0ms`;

/** `hyperflux: cores change hands 97 times, api held 5 to 14 of them, 3.1 % of core time goes into moves` */
function says({ label, result }: Stripped, window: StripWindow, alone: boolean): string {
  const changes = changesOf(window);
  const judged = result.vms.some(({ slo }) => slo !== null);
  const holders = [...result.vms, ...(result.lifecycle === undefined ? [] : [{ name: 'functions', slo: null }])];
  const held = holders
    .map(({ name, slo }, vm) => ({ name, named: alone || !judged || slo !== null, range: rangeOf(window, vm) }))
    .filter(({ named, range }) => named && range[1] > 0)
    .slice(0, MOST_NAMED)
    .map(({ name, range: [least, most] }) => `${name} held ${least === most ? least : `${least} to ${most}`}`);
  const moving = shareOf(window, 'moving');
  const hands = changes === 0 ? 'no core changes hands' : `cores change hands ${grouped(changes)} times`;
  const parts = [
    // instances of functions are one holder here
    ...(result.vms.length === 0 ? [] : [hands]),
    ...(held.length === 0 ? [] : [`${listed(held)} cores`]),
    ...(moving === 0 ? [] : [`${formatShare(moving)} of core time goes into moves`]),
  ];
  return `${alone ? '' : `under ${label} `}${parts.join(', ')}`;
}

const isOneInstant = (worst: readonly { readonly window: StripWindow }[]): boolean =>
  new Set(worst.map(({ window }) => window.fromNs)).size === 1;

function answerOf(worst: readonly { run: Stripped; window: StripWindow }[], alone: boolean): string {
  const [first] = worst;
  if (first === undefined) return 'The run was too short for a close look.';
  const said = worst.map(({ run, window }) => says(run, window, alone)).join('; ');
  if (first.window.what === 'run') return `At ${grouped(first.window.columns)} instants of the whole run: ${said}.`;
  const from = `${span(first.window)}, from ${instant(first.window.fromNs)} on`;
  const where = alone
    ? from
    : isOneInstant(worst)
      ? `${from} (the worst under ${first.run.label}, the same for all)`
      : `${span(first.window)} of each, at instants that differ`;
  return `In the worst ${where}: ${said}.`;
}

type Strips = NonNullable<Result['strips']>;

/** The window that is told of in words; the whole run's where the worst is blank. */
function toldOf(run: Stripped, { windows }: Strips, blank: boolean): { run: Stripped; window: StripWindow }[] {
  const window = windows.find(({ what }) => what === (blank ? 'run' : 'worst'));
  return window === undefined ? [] : [{ run, window }];
}

/** Tasks that wait at most in any of the windows of a kind: their axis is one. */
function mostWaiting(windows: readonly StripWindow[], what: StripWindow['what']): number {
  const of = windows.filter((window) => window.what === what);
  return Math.max(0, ...of.flatMap(({ waiting }) => waiting.flatMap((runs) => runsOf(runs).map(([value]) => value))));
}

function panelOf(
  window: StripWindow,
  { label, result }: Stripped,
  alone: boolean,
  axis: number,
): StripsPlot['panels'][number] {
  const kept = Math.max(0, result.host.cores - window.cores.length);
  const { what, fromNs, columnNs, columns, cores, waiting } = window;
  const close = alone ? `the worst ${span(window)}` : `${span(window)} from ${instant(fromNs)} on`;
  const name = what === 'worst' ? close : `the whole run at ${grouped(columns)} instants, ${duration(columnNs)} apart`;
  return {
    title: alone ? name : `${label}: ${name}`,
    group: what,
    waitingAxis: axis,
    fromNs,
    columnNs,
    columns,
    kept,
    cores,
    waiting,
  };
}

function rowsOf({ label, result }: Stripped, window: StripWindow): string[][] {
  const { fromNs, columnNs, columns } = window;
  return window.cores.slice(0, MOST_ROWS).map((core, i) => {
    const stays = staysOf(core);
    const said = stays
      .slice(0, MOST_STAYS)
      .map(
        ({ vm, from }) =>
          `${instant(fromNs + from * columnNs)} ${vm < 0 ? 'nobody' : (result.vms[vm]?.name ?? 'functions')}`,
      );
    const left = stays.length - said.length;
    const of = (what: keyof typeof DOING): string =>
      formatShare(columns === 0 ? null : count(core.doing, DOING[what]) / columns);
    return [
      label,
      String(i),
      of('running'),
      of('searching'),
      of('moving'),
      of('idle'),
      `${said.join(', ')}${left > 0 ? `, ${left} more` : ''}`,
    ];
  });
}

export function stripsFigure(runs: readonly Stripped[]): Figure | undefined {
  const all = runs.flatMap(({ result }) => result.strips?.windows ?? []);
  const blank = (kind: StripWindow['what']): boolean => all.every((window) => window.what !== kind || isBlank(window));
  const shown = runs.flatMap((run) => {
    const windows = (run.result.strips?.windows ?? []).filter(({ what }) => !blank(what));
    return windows.length === 0 ? [] : [{ run, strips: { windows } }];
  });
  const [first] = shown;
  if (first === undefined) return undefined;
  const alone = runs.length === 1;
  const { vms } = first.run.result;
  const windows = shown.flatMap(({ strips }) => strips.windows);
  const axes = { worst: mostWaiting(windows, 'worst'), run: mostWaiting(windows, 'run') };
  // beside each other: how it is close by, and how all of it is
  const panels = shown.flatMap(({ run, strips }) =>
    [...strips.windows].reverse().map((window) => panelOf(window, run, alone, axes[window.what])),
  );
  const far = all.some(({ what }) => what === 'worst') && blank('worst');
  const worst = shown.flatMap(({ run, strips }) => toldOf(run, strips, far));
  return {
    id: 'strips',
    question: 'Who held which core?',
    answer: answerOf(worst, alone),
    caption:
      'A row is a core, its colour the VM: solid runs tasks, pale searches, steals or spins, hatched is on its way from or to a vCPU, blank ' +
      'is idle; grey rows are kept from VMs. ' +
      (windows.some(({ waiting }) => waiting.length > 0) ? 'Above them the tasks that wait. ' : '') +
      (windows.some(({ what }) => what === 'worst')
        ? 'The worst window is the one in which the VMs with an objective had the most requests at once' +
          (alone ? '' : ` under ${first.run.label}`) +
          '; each place of it shows what lasted longest there. '
        : '') +
      'The whole run, warm-up included, is seen at single instants: a burst that is over before the next of them is not in the picture. ' +
      `Drag over the cores, or use the buttons, to look closer${alone ? '' : ': all mechanisms follow'}.`,
    drawing: {
      kind: 'strips',
      vms: [
        ...vms.map((vm, i) => ({ name: vm.name, colour: vmColour(i, vms.length, vm.class) })),
        ...(first.run.result.lifecycle === undefined ? [] : [{ name: 'functions', colour: 'var(--m-other)' }]),
      ],
      panels,
    },
    table: {
      head: [
        'mechanism',
        'core',
        'runs',
        'searches',
        'moves',
        'idle',
        `held by, from (${far ? 'whole run' : 'worst window'})`,
      ],
      rows: worst.flatMap(({ run, window }) => rowsOf(run, window)),
    },
  };
}
