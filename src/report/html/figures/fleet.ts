// A fleet: every host as a cell of a map, what is reserved and what is stranded over time, and what its classes wait.

import type { FleetResult } from '../../../fleet/result.js';
import type { Sample } from '../../../fleet/samples.js';
import { formatShare } from '../../units.js';
import type { Figure, Report, Table } from '../figure.js';
import { intervalWords } from '../../fleet-table.js';
import { counted, duration, grouped, listed } from '../words.js';
import { functionMapFigure, functionsTable, functionsWords } from './fleet-functions.js';
import { lineOf } from './lines.js';

const HOUR = 3600e9;
const TABLE_CELLS = 40;

function mapFigure({ map, packing, hosts }: FleetResult): Figure {
  const { coresPercent, memoryPercent, hostsPerCell } = map;
  const every = Math.max(1, Math.ceil(coresPercent.length / TABLE_CELLS));
  const rows = coresPercent.flatMap((load, cell) =>
    cell % every === 0 ? [[String(cell * hostsPerCell), `${load} %`, `${memoryPercent[cell]} %`]] : [],
  );
  const cells = hostsPerCell === 1 ? 'hosts' : `groups of ${hostsPerCell} hosts`;
  return {
    id: 'map',
    question: 'Which hosts are used, and which are not?',
    answer: `${grouped(packing.unusedHosts)} of ${grouped(hosts.of)} hosts never had a VM; at most ${grouped(packing.peakHosts)} had VMs at once.`,
    caption: `A cell for each of the ${cells}, in their order from left to right and down: how much of its cores, and of its memory, was reserved on average over time. Dark is little.`,
    drawing: {
      kind: 'map',
      panels: [
        { title: 'cores', percent: coresPercent, most: 100 },
        { title: 'memory', percent: memoryPercent, most: 100 },
      ],
    },
    table: { head: [hostsPerCell === 1 ? 'host' : 'first host', 'cores reserved', 'memory reserved'], rows },
  };
}

function timeFigure({ overTime, packing, manifest }: FleetResult): Figure | undefined {
  if (overTime.length < 2) return undefined;
  const [unit, size] = manifest.durationNs >= 10 * HOUR ? ['hours', HOUR] : ['seconds', 1e9];
  const line = (name: string, i: number, of: (sample: Sample) => number | null) =>
    lineOf(
      name,
      i,
      overTime.flatMap((sample) => {
        const value = of(sample);
        return value === null ? [] : [[sample.atNs / size, value] as const];
      }),
    );
  const panel = (title: string, lines: ReturnType<typeof line>[]) => ({
    title,
    unit: 'share' as const,
    slo: null,
    lines,
  });
  return {
    id: 'over-time',
    question: 'How full is the fleet, and what of it can nobody use?',
    answer: `On average ${formatShare(packing.meanCoreUtilization)} of the cores and ${formatShare(packing.meanMemoryUtilization)} of the memory are reserved; ${formatShare(packing.strandedCores)} of the cores and ${formatShare(packing.strandedMemory)} of the memory are stranded.`,
    caption: `Over simulated ${unit}: the shares of the fleet’s cores and memory that are reserved, and those that are stranded: free, but on hosts where the other one does not suffice for the smallest VM.`,
    drawing: {
      kind: 'response',
      x: unit,
      words: false,
      log: false,
      cloud: false,
      panels: [
        panel('reserved', [line('cores', 0, ({ cores }) => cores), line('memory', 1, ({ memory }) => memory)]),
        panel('stranded', [
          line('cores', 0, ({ strandedCores }) => strandedCores),
          line('memory', 1, ({ strandedMemory }) => strandedMemory),
        ]),
      ],
    },
    table: {
      head: [unit, 'hosts in use', 'cores reserved', 'memory reserved', 'cores stranded', 'memory stranded'],
      rows: overTime.map((sample) => [
        (sample.atNs / size).toFixed(2),
        grouped(sample.hosts),
        ...[sample.cores, sample.memory, sample.strandedCores, sample.strandedMemory].map(formatShare),
      ]),
    },
  };
}

function classTable({ classes }: FleetResult): Table | undefined {
  if (classes.length === 0) return undefined;
  return {
    head: ['class', 'answered', 'mean', 'p99', 'p99.9', 'VMs within their SLO'],
    rows: classes.map(({ class: name, completed, latencyNs, slo, confidence }) => {
      const about = (figure: string, format: (value: number) => string): string =>
        intervalWords(confidence?.[figure], format);
      return [
        name,
        `${confidence === undefined ? '' : '≈ '}${grouped(completed)}${about('completed', (value) => grouped(Math.round(value)))}`,
        `${duration(latencyNs.mean)}${about('latencyNs.mean', duration)}`,
        `${duration(latencyNs.p99)}${about('latencyNs.p99', duration)}`,
        `${duration(latencyNs.p999)}${about('latencyNs.p999', duration)}`,
        slo === undefined ? '-' : `${formatShare(slo.share)}${about('slo.share', formatShare)}`,
      ];
    }),
  };
}

function windowsOf({ windows }: FleetResult['manifest']): string {
  if (windows === undefined) return '';
  return `; hosts simulated in ${counted(windows.count, 'window')} of ${duration(windows.lengthNs)}`;
}

function missing({ part, hosts }: FleetResult): Report['remarks'] {
  const those = `latencies and core time are of ${grouped(hosts.simulated)} hosts alone`;
  return part === undefined ? [] : [{ code: 'part', detail: `${part}: ${those}; fluxhost merge puts all together` }];
}

export function fleetReport(result: FleetResult): Report {
  const { manifest, packing, hosts, classes } = result;
  const isWhole = result.incomplete !== true;
  // hosts that are there because they came first say nothing of the others
  const judged = isWhole ? classes.filter(({ slo }) => slo !== undefined) : [];
  const met = judged.every(({ slo }) => slo!.attained === true);
  const waits = judged.map(({ class: name, slo }) => `${name} ${slo!.attained === true ? 'meets' : 'misses'} its SLO`);
  const gone = packing.rejected + (packing.lost ?? 0);
  const places =
    gone === 0 ? 'Every VM had a host' : `${grouped(gone)} of ${grouped(packing.arrivals)} VMs had no host`;
  const failed = hosts.failed === undefined ? [] : [`${grouped(hosts.failed)} hosts could not be simulated`];
  const open = isWhole ? [] : ['hosts are missing, so no SLO is judged'];
  const tables = [
    ['How long do the classes wait?', classTable(result)] as const,
    ['How often do functions start cold, and how long does that take?', functionsTable(result)] as const,
  ].flatMap(([title, table]) => (table === undefined ? [] : [{ title, table }]));
  const time = timeFigure(result);
  const alone = result.functions !== undefined && packing.arrivals === 0;
  const placed =
    `${[places, ...failed, ...open, ...waits].join('; ')}. On average ${formatShare(packing.meanCoreUtilization)} of the cores and ` +
    `${formatShare(packing.meanMemoryUtilization)} of the memory are reserved.`;
  const called = functionsWords(result);
  const troubles = [...failed, ...(isWhole ? [] : ['hosts are missing'])];
  return {
    title: alone ? `functions on ${grouped(hosts.of)} hosts` : `${manifest.placement} on ${grouped(hosts.of)} hosts`,
    question: alone
      ? 'How often do functions start cold?'
      : `Does ${manifest.placement} find a host for every VM, and what is left over?`,
    verdict: alone
      ? [...troubles.map((one) => `${one}.`), called].join(' ').trim() || 'No request of a function came.'
      : `${placed}${called === '' ? '' : ` ${called}`}`,
    good: gone > 0 || !met ? false : failed.length > 0 || !isWhole || alone ? null : true,
    facts: [
      `${manifest.durationNs >= 2 * HOUR ? `${Number((manifest.durationNs / HOUR).toFixed(1))}\u00a0hours` : duration(manifest.durationNs)}${alone ? '' : ' placed'}${windowsOf(manifest)}`,
      `fidelity ${manifest.fidelity}: ${grouped(hosts.simulated)} of ${grouped(hosts.of)} hosts simulated${failed.length > 0 ? `, ${grouped(hosts.failed!)} failed` : ''}`,
      `seed ${manifest.seed}`,
      ...(result.part === undefined ? [] : [`${result.part}: the other hosts are not in it`]),
    ],
    remarks: [
      ...missing(result),
      ...result.warnings.map(({ code, field, detail }) => ({ code, detail: `${field}: ${detail}` })),
    ],
    ...(tables.length === 0 ? {} : { claims: tables }),
    // without VMs nothing is reserved
    figures: [...(alone ? [] : [mapFigure(result), time]), functionMapFigure(result)].filter(
      (one) => one !== undefined,
    ),
    manifest: {
      head: ['', listed([manifest.placement])],
      rows: [
        ['program', `${manifest.name} ${manifest.version}`],
        ['fleet (SHA-256)', manifest.scenarioSha256],
        ['core that placed VMs (SHA-256)', manifest.coreSha256],
        ...(manifest.hostCoreSha256 === undefined
          ? []
          : [['core that simulated hosts (SHA-256)', manifest.hostCoreSha256] as const]),
        ['fingerprint', manifest.fingerprint],
        ['seed', String(manifest.seed)],
        ['events', grouped(manifest.events)],
      ],
    },
  };
}
