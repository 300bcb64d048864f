// Case "fault": what a simulated page fault costs, with the swap-out that makes room for it. Three runs of the same requests:
// without memory, with memory enough for every page, and with two thirds of it. The last two touch the same pages in the same
// order, so their difference is the faults' alone, with what they make tasks do: leave their core, search, come back. That of the
// first two is what touches cost that find their page.
// The last two again under the ideal mechanism, whose cores take the next task at once. Both mechanisms beside the same model in C
// (bench/native/faults-static.c, faults.c): the same draws and counts, of other seeds too, and no other account of the host.
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
/** What a fault may take, of the same model's in C; as hyperflux. */
const MOST_OF_C = 2;
/** Other seeds, 50 ms of each, at whose ends faults are under way, as none is at the end of the bench's own. */
const BESIDE = [2, 3, 4, 5, 6, 7, 8, 9];
const BESIDE_MS = 50;

/** 384 MiB of which half is touched, uniformly, four touches a request; at most half of the four cores busy. */
const scenario = (durationMs, mechanism, sizeMib, seed = SEED) => ({
  version: 1,
  seed,
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

const OF_MEMORY = ['faults', 'joined', 'rescued', 'swapIns', 'swapOuts', 'touches', 'scans', 'freeBytes'];
const OF_VM = ['completed', 'stealAttempts', 'steals', 'tasksStolen'];

/** What both programs count; of C's result the same names. */
function counted(events, { memory, vms: [vm] }) {
  const ofMemory = Object.fromEntries(OF_MEMORY.map((name) => [name, memory?.[name] ?? 0]));
  const ofVm = Object.fromEntries(OF_VM.map((name) => [name, vm[name]]));
  return { events, latencyMeanNs: vm.latencyNs.mean, ...ofVm, ...ofMemory };
}

function countedInC(run) {
  const { count, sum } = run.latencyNs;
  const of = Object.fromEntries([...OF_VM, ...OF_MEMORY].map((name) => [name, run[name]]));
  return { events: run.events, latencyMeanNs: Number(sum) / count, ...of };
}

/** @throws Error where C counted anything else. */
function hold(what, ours, inC) {
  const both = [ours, inC].map((one) => JSON.stringify(one));
  if (both[0] !== both[1]) throw new Error(`fault: the core and C disagree, ${what}\n${both.join('\n')}`);
}

/** What C is given, to do the same. */
const model = (durationMs, sizeMib, seed = SEED) => ({
  ...{ rate: RATE, meanNs: MEAN_NS, seed, entity: entityOf(NAME), untilNs: durationMs * 1e6 },
  ...{ pages: (VIRTUAL_MIB * MIB) / 4096, capacity: sizeMib * MIB },
});

async function holdBeside(Simulation, mechanism, program) {
  for (const seed of BESIDE) {
    const { result, events } = await simulate(Simulation, scenario(BESIDE_MS, mechanism, FAULTING_MIB, seed));
    const inC = countedInC(program(model(BESIDE_MS, FAULTING_MIB, seed)));
    hold(`${mechanism}, seed ${seed}`, counted(events, result), inC);
  }
}

export async function fault({ Simulation }, { smoke }) {
  const durationMs = smoke ? 20 : 20_000;
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
  const programs = { static: buildFaults('faults-static'), ideal: buildFaults('faults') };
  const compared = programs.static !== null;
  if (!compared) counts.skipped = 'no C compiler (cc) here: faults are compared with nothing';
  for (const [mechanism, program] of compared ? Object.entries(programs) : []) {
    await holdBeside(Simulation, mechanism, program);
    const [resident, faulting] = mechanism === 'static' ? ['resident', 'faulting'] : ['idealResident', 'idealFaulting'];
    const inC = (name, sizeMib) => () => {
      const run = program(model(durationMs, sizeMib));
      counts[`${name}InC`] = countedInC(run);
      hold(name, counts[name], counts[`${name}InC`]);
      return run.cpu;
    };
    contestants[`${resident}InC`] = inC(resident, RESIDENT_MIB);
    contestants[`${faulting}InC`] = inC(faulting, FAULTING_MIB);
  }
  const samples = await interleave(contestants, smoke ? 1 : 7);
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
  if (compared) {
    const inC = each('faultingInC', 'residentInC');
    const idealInC = each('idealFaultingInC', 'idealResidentInC');
    const over = (own, other) => own.map((seconds, turn) => seconds / other[turn]);
    figures.push(
      figure('page fault in C, static (cc -O3 -march=native)', 'ns', inC.map(ns), {
        note: `the same counts, of ${1 + BESIDE.length} seeds`,
      }),
      figure('  page fault / in C', '×', over(perFault, inC), { most: MOST_OF_C }),
      figure(
        '  250 ns / in C',
        '×',
        inC.map((seconds) => MOST_NS / ns(seconds)),
        { note: 'what that bar asks of anybody' },
      ),
      figure('  whole run with faults / in C', '×', over(samples.faulting, samples.faultingInC)),
      figure('page fault in C, ideal', 'ns', idealInC.map(ns), { note: 'the same counts, as many seeds' }),
      figure('  page fault / in C, ideal', '×', over(ideal, idealInC), { most: MOST_OF_C }),
      figure('  whole run with faults / in C, ideal', '×', over(samples.idealFaulting, samples.idealFaultingInC)),
    );
  }
  return { figures, counts: { ...counts, fingerprints: [...counts.fingerprints] } };
}
