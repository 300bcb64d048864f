// Work stealing: what a queue for each core loses against one queue for all, and how much of it thieves bring back.

import { groupThousands } from '../report/units.js';
import type { LessonPlan } from './lesson.js';

export const stealing: LessonPlan = {
  name: 'stealing',
  title: 'A queue for each core: what does it cost, and what does stealing bring back?',
  make(draw) {
    const cores = draw.of(6, 8, 10, 12);
    const meanUs = draw.of(5, 8, 10, 20);
    const busy = draw.of(0.55, 0.6, 0.65, 0.7);
    const rate = Math.round((busy * cores * 1e6) / meanUs / 1000) * 1000;
    const load = (rate * meanUs) / 1e6 / cores;
    const steal = ['vms.api.stealing={ amount: half, victim: random }'];
    const single = ['vms.api.dispatch=single-queue'];
    return {
      about:
        `${groupThousands(rate)} requests a second are thrown at ${cores} cores at random, and each core serves its own queue. Splitting a Poisson stream at ` +
        'random gives Poisson streams, so that each core is an M/M/1 queue by itself: some stand idle while others have a line. A core that ' +
        'has nothing to do may steal half of another queue.',
      scenario: `# Lesson "stealing": ${cores} cores, a queue each, nobody steals.
version: 1
seed: ${draw.seed()}
duration: 1s
warmup: 100ms
host: { cores: ${cores} }
mechanism: static
costs: none
vms:
  - name: api
    vcpus: { min: ${cores}, max: ${cores} }
    dispatch: random
    stealing: none
    workload:
      arrivals: { process: poisson, rate: ${rate} }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: ${meanUs}us } }] }
`,
      questions: [
        {
          ask: 'What is the p99 of the latency by the formula of M/M/1?',
          unit: 'duration',
          of: '',
          tolerance: 0.01,
          answer: () => (Math.log(100) * meanUs * 1000) / (1 - load),
          because: `the time in an M/M/1 system is exponential with mean S / (1 − ρ), ρ = ${Number(load.toPrecision(4))}: its p99 is ln 100 times that`,
        },
        {
          ask: 'What is it in the run without stealing?',
          unit: 'duration',
          of: '',
          tolerance: 0.01,
          answer: async ({ run }) => (await run()).vms[0]!.latencyNs.p99!,
          because: 'fluxhost run FILE',
        },
        {
          ask: 'And when a core without work steals half of the queue of a victim at random?',
          unit: 'duration',
          of: '',
          tolerance: 0.01,
          answer: async ({ run }) => (await run(steal)).vms[0]!.latencyNs.p99!,
          because: `fluxhost run FILE --set '${steal[0]}'`,
        },
        {
          ask: 'How many steals are there then for 100 requests that completed?',
          unit: 'factor',
          of: 'steals',
          tolerance: 0.02,
          answer: async ({ run }) => {
            const [vm] = (await run(steal)).vms;
            return (100 * vm!.steals) / vm!.completed;
          },
          because: `fluxhost run FILE --set '${steal[0]}' --json: 100 × steals / completed`,
        },
        {
          ask: 'How many times the p99 of one queue for all cores is the p99 with stealing?',
          unit: 'factor',
          of: 'times',
          tolerance: 0.02,
          answer: async ({ run }) =>
            (await run(steal)).vms[0]!.latencyNs.p99! / (await run(single)).vms[0]!.latencyNs.p99!,
          because: `the answer before last over that of fluxhost run FILE --set ${single[0]}: a free steal leaves nobody idle beside a line`,
        },
      ],
    };
  },
};
