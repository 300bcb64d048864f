// "Where did the cores go?": all core time by what it was used for, one bar a mechanism. The parts of a bar add up to the cores
// times the measured time, as the result's laws demand.

import { NS_PER_SECOND } from '../../../metrics/counters.js';
import type { Result } from '../../../result/result.js';
import { formatShare } from '../../units.js';
import type { Figure, StackPlot, Texture } from '../figure.js';
import { coreSeconds, listed, sum, vmColour } from '../words.js';
import type { Named } from './named.js';

/** Beyond so many VMs a bar shows classes in place of VMs. */
const MOST_VMS = 8;

type Part = StackPlot['rows'][number]['parts'][number];

const STATES = [
  ['task', 'running tasks', 'solid'],
  ['search', 'searching and stealing', 'light'],
  ['transition', 'in motion', 'hatch'],
] as const satisfies readonly (readonly [string, string, Texture])[];

interface Owner {
  readonly name: string;
  readonly colour: string;
  readonly vms: readonly { readonly cpuSeconds: Result['vms'][number]['cpuSeconds'] }[];
}

/** VMs, then the functions' instances as one. */
function ownersOf(result: Result): Owner[] {
  const { lifecycle } = result;
  const functions = lifecycle === undefined ? [] : [{ name: 'functions', colour: 'var(--m-other)', vms: [lifecycle] }];
  return [...vmsOf(result), ...functions];
}

function vmsOf({ vms }: Result): Owner[] {
  if (vms.length <= MOST_VMS)
    return vms.map((vm, i) => ({ name: vm.name, colour: vmColour(i, vms.length, vm.class), vms: [vm] }));
  const classes = [...new Set(vms.map((vm) => vm.class))];
  return classes.map((kind) => ({
    name: `${kind} VMs`,
    colour: kind === 'best-effort' ? 'var(--vm-2)' : 'var(--vm-1)',
    vms: vms.filter((vm) => vm.class === kind),
  }));
}

/** Every core-second once; those of no VM last. */
function partsOf(result: Result): Part[] {
  const parts: Part[] = ownersOf(result).flatMap(({ name, colour, vms }) => {
    const seconds = {
      task: sum(vms.map(({ cpuSeconds }) => cpuSeconds.task)),
      search: sum(vms.map(({ cpuSeconds }) => cpuSeconds.steal + cpuSeconds.idlePoll)),
      transition: sum(vms.map(({ cpuSeconds }) => cpuSeconds.transition)),
    };
    return STATES.map(([state, words, texture]) => ({
      name: `${name}, ${words}`,
      colour,
      texture,
      seconds: seconds[state],
    }));
  });
  const grey = 'var(--poll)';
  const { pollCoreSeconds, memoryCoreSeconds, datapathCoreSeconds, idleCoreSeconds } = result.host;
  parts.push({ name: 'polling core', colour: grey, texture: 'grey', seconds: pollCoreSeconds });
  if (memoryCoreSeconds !== undefined)
    parts.push({ name: 'kept for memory', colour: 'var(--memory)', texture: 'grey', seconds: memoryCoreSeconds });
  if (datapathCoreSeconds !== undefined)
    parts.push({ name: 'datapath', colour: 'var(--memory)', texture: 'grey', seconds: datapathCoreSeconds });
  parts.push({ name: 'held by no VM', colour: grey, texture: 'empty', seconds: idleCoreSeconds });
  return parts;
}

const allOf = ({ manifest, host }: Result): number => (host.cores * manifest.measuredNs) / NS_PER_SECOND;

/** `hyperflux: 91.8 % ran tasks, 5.9 % polled, 1.6 % in motion, 0.4 % idle` */
function sentence({ label, result }: Named): string {
  const all = allOf(result);
  if (all === 0) return '';
  const parts = partsOf(result);
  const share = (some: (part: Part) => boolean): number => sum(parts.filter(some).map(({ seconds }) => seconds)) / all;
  const words = [
    [share(({ texture }) => texture === 'empty'), 'was held by no VM'],
    [share(({ texture }) => texture === 'light'), 'went into searching'],
    [share(({ texture }) => texture === 'hatch'), 'went into moving cores'],
    [share(({ texture }) => texture === 'grey'), 'was kept apart'],
  ] as const;
  const said = words.filter(([part]) => part >= 0.005).map(([part, what]) => `${formatShare(part)} ${what}`);
  const ran = `${formatShare(share(({ texture }) => texture === 'solid'))} of all core time ran tasks`;
  return `${label}: ${said.length === 0 ? ran : `${ran}, ${listed(said)}`}.`;
}

export function coreSecondsFigure(runs: readonly Named[]): Figure | undefined {
  const [first] = runs;
  if (first === undefined || runs.every(({ result }) => allOf(result) === 0)) return undefined;
  const rows = runs.map(({ label, result }) => ({ name: label, parts: partsOf(result) }));
  const names = [...new Set(rows.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  return {
    id: 'core-seconds',
    question: 'Where did the cores go?',
    answer: runs.map(sentence).join(' '),
    caption:
      'All core-seconds of the measured time, by VM (colour) and state (texture): solid runs tasks, pale searches for them, ' +
      'hatched is on the way to or from a VM; grey is kept apart, outlined is held by no VM.',
    drawing: { kind: 'stack', rows },
    table: {
      head: ['core-seconds', ...runs.map(({ label }) => label)],
      rows: names.map((name) => [
        name,
        ...rows.map(({ parts }) => coreSeconds(parts.find((part) => part.name === name)?.seconds ?? 0)),
      ]),
    },
  };
}
