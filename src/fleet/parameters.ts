// Every parameter of a fleet with its unit, default and source; `fluxhost explain fleet` and the schema take them from here.

import {
  type Field,
  type Parameter,
  type ParameterRow,
  type ParameterUnit,
  fieldOf,
  parametersOf,
  parameterTable,
} from '../input/parameter.js';
import { documenting } from '../input/fields.js';
import { MECHANISM_KINDS } from '../mechanisms/kinds.js';
import { PLACEMENT_KINDS } from './placement.js';
import { ARRIVALS, FIDELITIES, FORMATS, TIME_UNITS } from './types.js';

const OURS = 'a choice of this program, not a figure of any system';
/** More drains than this are refused: an entry of a queue tells host and drain in one number. */
export const MOST_DRAINS = 64;

const KNOBS: readonly ParameterRow[] = [
  ['seed', 'count', 1, 'Every random choice is drawn from it.', OURS, 'assumed'],
  ['hosts.*.type', 'name', 'host', 'What hosts of this kind are called.', OURS, 'assumed'],
  [
    'placement',
    'choice',
    'best-fit',
    'How a host is chosen for a VM: lowest index, least or most left over, largest product of demand and room, or nearest end.',
    'Panigrahy et al., Heuristics for Vector Bin Packing (2011), for dot-product; the others are textbook rules',
    'assumed',
    PLACEMENT_KINDS,
  ],
  [
    'fidelity',
    'choice',
    'packing',
    'What is simulated: placement alone, some of the hosts as well (sampled), or all of them (full), which is the default without VMs.',
    OURS,
    'assumed',
    FIDELITIES,
  ],
  ['fidelity.share', 'share', 0.01, 'Sampled: share of the hosts of each stratum that is simulated.', OURS, 'assumed'],
  [
    'mechanism',
    'choice',
    'hyperflux',
    'What moves cores on a host that is simulated.',
    'the subject',
    'assumed',
    MECHANISM_KINDS,
  ],
  ['simulate.windows', 'count', 1, 'How often in the time of the fleet hosts are simulated.', OURS, 'assumed'],
  ['simulate.length', 'ns', 1e9, 'How long each time; at most the time of the fleet.', OURS, 'assumed'],
  ['simulate.warmup', 'ns', 10e6, 'Simulated before, and left out of every statistic.', OURS, 'assumed'],
  ['vms.trace.format', 'choice', 'csv', 'How the file is read.', OURS, 'assumed', FORMATS],
  [
    'vms.trace.timeUnit',
    'choice',
    's',
    'csv: what times are in.',
    'the header of the format says S',
    'assumed',
    TIME_UNITS,
  ],
  ['vms.trace.machine', 'count', 0, 'azure-packing-2020: machineId whose shares are read.', OURS, 'assumed'],
  ['vms.generated.arrivals.process', 'choice', 'poisson', 'Exponential gaps, or even ones.', OURS, 'assumed', ARRIVALS],
  [
    'vms.staggered',
    'yes or no',
    false,
    'Whether a trace of behaviour runs with the time of the fleet, over and over, from an instant of each VM’s own.',
    'drawn evenly over the length of the trace',
    'assumed',
  ],
  ['vms.generated.warmup', 'ns', 0, 'How long before 0 the first VMs come.', OURS, 'assumed'],
  ['functions.spread', 'count', 1, 'Hosts that have each function; its calls go to them in turns.', OURS, 'assumed'],
  ['overcommit.cores', 'count', 1, 'Cores sold over cores there are; one number, or one a class.', OURS, 'assumed'],
  ['overcommit.memory', 'count', 1, 'Memory sold over memory there is; one number, or one a class.', OURS, 'assumed'],
];

export const FLEET_PARAMETERS: readonly Parameter[] = parametersOf(KNOBS, 'fleet.');

const MUST = 'must be given';

const GIVEN: readonly (readonly [path: string, unit: ParameterUnit, meaning: string, absent: string])[] = [
  ['version', 'count', 'Of the format: 1.', MUST],
  ['duration', 'ns', 'How long VMs come and go.', 'until the last VM has come'],
  ['hosts.*.count', 'count', 'How many there are.', MUST],
  ['hosts.*.cores', 'count', 'Physical cores.', MUST],
  ['hosts.*.memory', 'bytes', 'Memory that VMs can have.', MUST],
  ['vms.trace.file', 'name', 'The file, beside the fleet.', MUST],
  ['vms.trace.types', 'name', 'azure-packing-2020: the table vmType.', MUST],
  ['vms.trace.columns.arrival', 'name', 'csv: the column of arrivals.', 'arrivalS'],
  ['vms.trace.columns.lifetime', 'name', 'csv: the column of lifetimes; an empty cell stays for ever.', 'lifetimeS'],
  ['vms.trace.columns.cores', 'name', 'csv: the column of cores.', 'cores'],
  ['vms.trace.columns.memory', 'name', 'csv: the column of memory, in GiB.', 'memoryGiB'],
  ['vms.trace.columns.class', 'name', 'csv: the column of classes.', 'class, where there is one'],
  ['vms.generated.arrivals.rate', 'count', 'VMs per second.', MUST],
  ['sizes.*.weight', 'count', 'How often it is drawn, over the sum of all weights.', MUST],
  ['sizes.*.cores', 'count', 'Cores of a VM.', MUST],
  ['sizes.*.memory', 'bytes', 'Memory of a VM.', MUST],
  ['sizes.*.class', 'choice', 'Who it is.', 'latency-critical'],
  [
    'functions.reserve',
    'share',
    'Share of every host that is kept for functions, and that VMs do not get: one number, or { cores, memory }.',
    'all of it without VMs; with VMs it must be given',
  ],
  ['functions.reserve.cores', 'share', 'Of its cores. Functions also run on those that VMs leave idle.', '0'],
  ['functions.reserve.memory', 'share', 'Of its memory: the budget of all instances there.', MUST],
  ['failures.mtbf', 'ns', 'Mean time from 0, or from the last repair, to a failure of a host; exponential.', MUST],
  ['failures.repair', 'ns', 'How long it is out then.', MUST],
  ['drains.*.at', 'ns', 'When it begins.', MUST],
  ['drains.*.hosts', 'share', 'Share of all hosts, to the nearest host.', MUST],
  ['drains.*.within', 'ns', 'Within which time they are drained, one after the other.', MUST],
  ['drains.*.out', 'ns', 'How long each is out.', 'to the end'],
];

export const FLEET_FIELDS: readonly Field[] = GIVEN.map(([path, unit, meaning, absent]) =>
  fieldOf(`fleet.${path}`, unit, meaning, absent),
);

const TABLE = parameterTable(FLEET_PARAMETERS);
const fields = documenting(TABLE, FLEET_FIELDS);

/** By path below `fleet`. */
export const documented: typeof fields.documented = (path, field) => fields.documented(`fleet.${path}`, field);
export const described: typeof fields.described = (path, field) => fields.described(`fleet.${path}`, field);
export const defaultNumber = (path: string): number => TABLE.defaultNumber(`fleet.${path}`);
export const defaultChoice = <T extends string>(path: string, choices: readonly T[]): T =>
  TABLE.defaultChoice(`fleet.${path}`, choices);
