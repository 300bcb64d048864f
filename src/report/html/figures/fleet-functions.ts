// Functions of a fleet: which hosts start them cold, how full their memory is, and what became of the requests.

import type { FleetResult } from '../../../fleet/result.js';
import { FUNCTIONS_HEAD, functionsRow, intervalWords } from '../../fleet-table.js';
import { formatShare } from '../../units.js';
import type { Figure, Table } from '../figure.js';
import { counted, duration, grouped } from '../words.js';

const TABLE_CELLS = 40;
const TOPS = [1, 2, 5, 10, 20, 50, 100];

type Cells = readonly (number | null)[];
const known = (cells: Cells): number[] => cells.filter((value) => value !== null);
/** Of all cells: a fleet has very many. */
const most = (cells: Cells): number => known(cells).reduce((top, value) => Math.max(top, value), 0);
const percent = (value: number | null): string => (value === null ? '-' : `${value} %`);

function answerOf(cold: Cells, memory: Cells, hostsPerCell: number): string {
  const told = known(cold);
  const full = `at most ${percent(most(memory))} of a ${hostsPerCell === 1 ? 'host' : 'cell'}’s memory for functions was held`;
  if (told.length === 0) return `No request of a function was served; ${full}.`;
  const worst = cold.indexOf(most(cold)) * hostsPerCell;
  const where = hostsPerCell === 1 ? `on host ${worst}` : `on the ${hostsPerCell} hosts from ${worst} on`;
  const none = told.filter((value) => value === 0).length;
  const cells = hostsPerCell === 1 ? 'host' : 'cell';
  return `Most starts are cold ${where}, ${percent(most(cold))}; on ${grouped(none)} of ${counted(told.length, cells)} none is. On average over time ${full}.`;
}

/** Undefined where no host with functions was simulated. */
export function functionMapFigure({ map, hosts }: FleetResult): Figure | undefined {
  const { coldStartPercent: cold, functionMemoryPercent: memory, hostsPerCell } = map;
  if (cold === undefined || memory === undefined || known(memory).length === 0) return undefined;
  const every = Math.max(1, Math.ceil(cold.length / TABLE_CELLS));
  const rows = cold.flatMap((share, cell) =>
    cell % every === 0 ? [[String(cell * hostsPerCell), percent(share), percent(memory[cell]!)]] : [],
  );
  const grey =
    hosts.simulated === hosts.of ? 'no request came there' : 'no request came there, or it was not simulated';
  return {
    id: 'function-map',
    question: 'On which hosts do functions start cold?',
    answer: answerOf(cold, memory, hostsPerCell),
    caption: `A cell for each of the ${hostsPerCell === 1 ? 'hosts' : `groups of ${hostsPerCell} hosts`}, in their order from left to right and down: the share of served requests that started cold, and of the memory that is kept for functions what instances held on average over the windows. Dark is little; grey: ${grey}.`,
    drawing: {
      kind: 'map',
      panels: [
        { title: 'cold starts', percent: cold, most: TOPS.find((top) => top >= most(cold))! },
        { title: 'memory held', percent: memory, most: 100 },
      ],
    },
    table: { head: [hostsPerCell === 1 ? 'host' : 'first host', 'cold starts', 'memory held'], rows },
  };
}

export function functionsTable({ functions }: FleetResult): Table | undefined {
  if (functions === undefined) return undefined;
  return { head: FUNCTIONS_HEAD, rows: [functionsRow(functions, { count: grouped, time: duration })] };
}

/** How often hosts went out, and what functions lost by it. */
function outageWords({ packing: { failures = 0, drained = 0 }, functions }: FleetResult): string {
  const nowhere = functions?.nowhere ?? 0;
  const out = [
    ...(failures === 0 ? [] : [`hosts failed ${counted(failures, 'time')}`]),
    ...(drained === 0 ? [] : [`${counted(drained, 'host')} ${drained === 1 ? 'was' : 'were'} drained`]),
  ];
  const lost = nowhere === 0 ? [] : [`${counted(nowhere, 'request')} of functions came when no host was open`];
  if (out.length + lost.length === 0) return '';
  const warm = out.length === 0 ? [] : ['an instance is gone with its host'];
  const words = [...out, ...warm, ...lost].join('; ');
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}

/** What became of their requests, in a sentence or two. */
export function functionsWords(result: FleetResult): string {
  const { functions, incomplete } = result;
  if (functions === undefined) return '';
  const outages = outageWords(result);
  if (incomplete === true || functions.coldStartRate === null) return outages;
  const { coldStartRate, arrived, confidence, startNs, dropped, timedOut } = functions;
  const about = intervalWords(confidence?.['coldStartRate'], formatShare);
  const lost = dropped + timedOut;
  const served =
    `${formatShare(coldStartRate)}${about} of ${confidence?.['arrived'] === undefined ? '' : '≈\u00a0'}${grouped(arrived)} requests of functions started cold; ` +
    `99 % were in their VM within ${duration(startNs.p99)}${lost === 0 ? '' : `, ${grouped(lost)} found no memory`}.`;
  return outages === '' ? served : `${served} ${outages}`;
}
