// Case "fault": what a simulated page fault costs, with the swap-out that makes room for it. Three runs of the same requests:
// without memory, with memory enough for every page, and with two thirds of it. The last two touch the same pages in the same
// order, so their difference is the faults' alone, with what they make tasks do: leave their core, search, come back. That of the
// first two is what touches cost that find their page.
// The last two again under the ideal mechanism, whose cores take the next task at once, beside the same model in C
// (bench/native/faults.c): the same draws and counts, and no other account of the host.
import { figure, interleave } from '../measure.mjs';
import { buildFaults, entityOf } from '../programs.mjs';
import { simulate } from './ideal.mjs';

const [SEED, RATE, MEAN_NS, NAME] = [1, 100_000, 5000, 'a'];
const MIB = 2 ** 20;
const VIRTUAL_MIB = 384;
const RESIDENT_MIB = 512;
const FAULTING_MIB = 256;
/** What a fault with its swap-out may take under static: the goal, whatever the machine is. */
const MOST_NS = 250;
/** What the same fault may take under ideal, of C's; as an event of hyperflux, of the C anchor's. */
const MOST_OF_C = 2;

/** 384 MiB of which half is touched, uniformly, four touches a request; at most half of the four cores busy. */
const scenario = (durationMs, mechanism, sizeMib) => ({
  version: 1,
  seed: SEED,
  duration: `${durationMs}ms`,
  host: { cores: 4, ...(sizeMib === null ? {} : { memory: { size: `${sizeMib}MiB`, workers: 4 } }) },
  mechanism,
  ...(mechanism === 'ideal' ? { costs: 'none' } : {}),
  vms: [
    {
      name: NAME,
      vcpus: { min: 4, max: 4 },
      ...(sizeMib === null
        ? {}
        : { memory: { size: `${VIRTUAL_MIB}MiB`, touches: 4, access: { pattern: 'uniform', cold: 0.5 } } }),
      workload: {
        arrivals: { process: 'poisson', rate: RATE },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: `${MEAN_NS}ns` } }] },
      },
    },
  ],
});

const COUNTED = ['faults', 'joined', 'rescued', 'swapIns', 'swapOuts', 'touches', 'scans', 'freeBytes'];

/** What both programs count; of C's result the same names. */
function counted(events, { memory, vms }) {
  const of = Object.fromEntries(COUNTED.map((name) => [name, memory?.[name] ?? 0]));
  return { events, completed: vms[0].completed, latencyMeanNs: vms[0].latencyNs.mean, ...of };
}

function countedInC(run) {
  const of = Object.fromEntries(COUNTED.map((name) => [name, run[name]]));
  const { count, sum } = run.latencyNs;
  return { events: run.events, completed: run.completed, latencyMeanNs: Number(sum) / count, ...of };
}

export async function fault({ Simulation }, { smoke }) {
  const durationMs = smoke ? 20 : 5000;
  const counts = { fingerprints: new Set() };
  const ours = (name, mechanism, sizeMib) => async () => {
    const { took, result, events } = await simulate(Simulation, scenario(durationMs, mechanism, sizeMib));
    counts[name] = counted(events, result);
    if (name === 'faulting') counts.fingerprints.add(result.manifest.fingerprint);
    return took;
  };
  const contestants = {
    without: ours('without', 'static', null),
    resident: ours('resident', 'static', RESIDENT_MIB),
    faulting: ours('faulting', 'static', FAULTING_MIB),
    idealResident: ours('idealResident', 'ideal', RESIDENT_MIB),
    idealFaulting: ours('idealFaulting', 'ideal', FAULTING_MIB),
  };
  const anchor = buildFaults();
  if (anchor === null) counts.skipped = 'no C compiler (cc) here: faults are compared with nothing';
  else {
    const model = { rate: RATE, meanNs: MEAN_NS, seed: SEED, entity: entityOf(NAME), untilNs: durationMs * 1e6 };
    const inC = (name, sizeMib) => () => {
      const run = anchor({ ...model, pages: (VIRTUAL_MIB * MIB) / 4096, capacity: sizeMib * MIB });
      counts[name] = countedInC(run);
      return run.cpu;
    };
    contestants.residentInC = inC('residentInC', RESIDENT_MIB);
    contestants.faultingInC = inC('faultingInC', FAULTING_MIB);
  }
  const samples = await interleave(contestants, smoke ? 1 : 7);
  for (const [own, other] of [
    ['idealResident', 'residentInC'],
    ['idealFaulting', 'faultingInC'],
  ]) {
    const both = [counts[own], counts[other]].map((one) => JSON.stringify(one));
    if (anchor !== null && both[0] !== both[1]) throw new Error(`fault: the core and C disagree\n${both.join('\n')}`);
  }
  const { faulting, resident } = counts;
  const each = (full, empty) => samples[full].map((took, turn) => (took - samples[empty][turn]) / counts[full].faults);
  const perFault = each('faulting', 'resident');
  const ideal = each('idealFaulting', 'idealResident');
  const ns = (seconds) => seconds * 1e9;
  // what costs no more than any other event does is dear for the number of its events alone
  const eventsOf = (full, empty) => counts[full].events - counts[empty].events;
  const ofEvent = (of, full, empty) => of.map((s) => ns((s * counts[full].faults) / eventsOf(full, empty)));
  const figures = [
    figure('page fault, its swap-out included', 'ns', perFault.map(ns), {
      most: MOST_NS,
      note: `${faulting.faults} faults, ${faulting.swapOuts} swap-outs, ${eventsOf('faulting', 'resident')} events`,
    }),
    figure(
      '  faults in a second, all else taken off',
      'M/s',
      perFault.map((seconds) => 1e-6 / seconds),
    ),
    figure('  each event of it', 'ns', ofEvent(perFault, 'faulting', 'resident'), {
      note: `${(eventsOf('faulting', 'resident') / faulting.faults).toFixed(2)} events a fault`,
    }),
    figure(
      '  a touch of a page that is there',
      'ns',
      samples.resident.map((took, turn) => ((took - samples.without[turn]) / resident.touches) * 1e9),
      { note: `${resident.touches} touches` },
    ),
    figure('page fault under ideal', 'ns', ideal.map(ns), {
      note: `${eventsOf('idealFaulting', 'idealResident')} events`,
    }),
    figure('  each event of that', 'ns', ofEvent(ideal, 'idealFaulting', 'idealResident')),
  ];
  if (anchor !== null) {
    const c = each('faultingInC', 'residentInC');
    figures.push(
      figure('page fault in C (cc -O3 -march=native)', 'ns', c.map(ns), { note: 'the same counts' }),
      figure(
        '  page fault under ideal / in C',
        '×',
        ideal.map((seconds, turn) => seconds / c[turn]),
        { most: MOST_OF_C },
      ),
      figure(
        '  page fault, its searches included / in C',
        '×',
        perFault.map((seconds, turn) => seconds / c[turn]),
      ),
      figure(
        '  whole run with faults under ideal / in C',
        '×',
        samples.idealFaulting.map((took, turn) => took / samples.faultingInC[turn]),
      ),
    );
  }
  return { figures, counts: { ...counts, fingerprints: [...counts.fingerprints] } };
}
