// Words that a scenario or a command takes and that are no parameters: formats of traces, policies of replacement and of keeping VMs.
// `fluxhost explain WORD` says what each is, where it is written, and gives a line to copy.

import { POLICY_MEANINGS } from '../lifecycle/schema.js';
import { COST_PRESETS, rowsOfPreset } from '../mechanisms/cost-presets.js';
import { POLICY_LIST } from '../pages/policies.js';
import { KEEP_ALIVE_LINES, TRACE_LINES } from './scenario-page.js';

export interface Word {
  readonly name: string;
  readonly kind: string;
  readonly meaning: string;
  /** Name, unit, meaning of each. */
  readonly columns?: readonly (readonly [name: string, unit: string, meaning: string])[];
  /** To copy. */
  readonly line: string;
  /** A page with the rest. */
  readonly page: string;
}

/** By name: `fluxhost pages --format`. */
const PAGE_FORMATS: Readonly<Record<string, string>> = {
  addresses: 'A hexadecimal byte address and R or W a line; # begins a comment.',
  be32: 'Big-endian 32-bit page numbers and nothing else.',
  csv: 'Any CSV with a header: a column page or address, perhaps write and size.',
  lackey: 'What valgrind --tool=lackey --trace-mem=yes prints.',
  ldst: 'LD or ST and an address a line, of Ramulator 2.',
  oracleGeneral:
    "libCacheSim's binary: little-endian records of 24 bytes, u32 time, u64 object, u32 size, i64 next use; the object is the page.",
  ramulator: 'Instructions, a read address and perhaps a write-back address a line, behind a cache.',
};

/** By name: `vms.trace.format` of a fleet. */
const FLEET_FORMATS: Readonly<Record<string, string>> = {
  csv: 'A table of VMs with the header arrivalS,lifetimeS,cores,memoryGiB and perhaps class.',
  'azure-packing-2020': "Azure's VMs for packing (Protean, OSDI 2020): tables vm and vmType, each as CSV.",
  bitbrains: 'Business-critical VMs (GWA-T-12, CCGrid 2015), as a table of OpenDC.',
  'gwa-t-12': 'The same as the Grid Workloads Archive has them: a folder or pattern of files, one a VM.',
  'surf-lisa': "Jobs of SURF's cluster LISA, as a table of OpenDC; sizes are drawn.",
  'alibaba-2018': "Alibaba's cluster-trace-v2018, table batch_task.",
  'google-2019': "Google's cluster traces of 2019 (EuroSys 2020), table instance_events as CSV with its header.",
};

const rowsOf = (
  record: Readonly<Record<string, string>>,
  more: (name: string) => Omit<Word, 'name' | 'meaning'>,
): Word[] => Object.entries(record).map(([name, meaning]) => ({ name, meaning, ...more(name) }));

export const WORDS: readonly Word[] = [
  ...COST_PRESETS.map((preset) => ({
    name: preset.name,
    kind: 'preset of costs',
    meaning: `${preset.meaning} Measured by ${preset.source}.`,
    columns: rowsOfPreset(preset),
    line: `costs: ${preset.name}`,
    page: 'docs/real.md',
  })),
  ...Object.entries(TRACE_LINES).map(([name, { about, columns, line }]) => ({
    name,
    kind: 'format of a trace of arrivals (vms.*.workload.arrivals.format)',
    meaning: about,
    columns,
    line,
    page: 'docs/scenario.md',
  })),
  ...rowsOf(
    {
      'azure-2019':
        'Minute counts joined with durations and, by files.memory, with memory: functions that come and go.',
      'azure-2021': 'One row an invocation; memory and start-up times come from a table of functions beside it.',
    },
    (name) => ({
      kind: 'format of a trace of functions (functions.trace.format)',
      line: `functions: { trace: { file: invocations.csv, format: ${name}, table: functions.csv } }`,
      page: 'docs/functions.md',
    }),
  ),
  ...rowsOf(FLEET_FORMATS, (name) => ({
    kind: 'format of a trace of VMs (vms.trace.format of a fleet)',
    line: `vms: { trace: { file: vms.csv, format: ${name} } }`,
    page: 'docs/fleet.md',
  })),
  ...rowsOf(PAGE_FORMATS, (name) => ({
    kind: 'format of a trace of pages (fluxhost pages --format)',
    line: `fluxhost pages TRACE --format ${name} --policy lru,opt --capacity 10%`,
    page: 'docs/pages.md',
  })),
  ...POLICY_LIST.map(({ name, summary }) => ({
    name,
    kind: 'policy of replacement (fluxhost pages --policy)',
    meaning: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    line: `fluxhost pages TRACE --format lackey --policy ${name} --capacity 10%`,
    page: 'docs/pages.md',
  })),
  ...rowsOf(POLICY_MEANINGS, (name) => ({
    kind: 'policy of keeping VMs (lifecycle.keepAlive.policy)',
    line: KEEP_ALIVE_LINES[name]!,
    page: 'docs/scenario.md',
  })),
];

/** All that a word can mean. */
export const wordsNamed = (query: string): readonly Word[] =>
  WORDS.filter(({ name }) => name.toLowerCase() === query.toLowerCase());
