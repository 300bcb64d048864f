// Overcommitted memory: it is free until hot pages have to go, and then it is not.

import type { LessonPlan } from './lesson.js';
import { found } from './lesson.js';

export const overcommit: LessonPlan = {
  name: 'overcommit',
  title: 'How much memory can be sold twice?',
  make(draw) {
    const soldMiB = draw.of(560, 600, 640, 720);
    const cold = draw.of(0.4, 0.45, 0.5);
    const rate = draw.of(200, 240, 280) * 1000;
    const ratio = draw.of(1.25, 1.3);
    const hostMiB = Math.round(soldMiB / ratio / 32) * 32;
    const colder = ['vms.api.memory.access.cold=0.1'];
    const range = `host.memory.size=${Math.round((soldMiB * 0.5) / 32) * 32}MiB..${hostMiB}MiB:32MiB`;
    return {
      about:
        `A VM was sold ${soldMiB} MiB on a host of ${hostMiB} MiB: what does not fit lies compressed in the same memory. Of its pages ` +
        `${cold * 100} % are cold, touched once in a hundred times. A touch of a page that is not there faults, and its request waits.`,
      scenario: `# Lesson "overcommit": ${soldMiB} MiB sold, ${hostMiB} MiB there, the rest compressed.
version: 1
seed: ${draw.seed()}
duration: 100ms
warmup: 25ms
host:
  cores: 8
  memory:
    size: ${hostMiB}MiB
    workers: 2
    content: { lz4: 1 }
    scan: { interval: 20ms }
mechanism: static
vms:
  - name: api
    vcpus: { min: 8, max: 8 }
    slo: { quantile: 0.999, latency: 150us }
    memory: { size: ${soldMiB}MiB, touches: 2, access: { pattern: uniform, cold: ${cold}, coldTouches: 0.01 } }
    workload:
      arrivals: { process: poisson, rate: ${rate} }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }
`,
      questions: [
        {
          ask: 'How many times the memory that is there has been sold?',
          unit: 'factor',
          of: 'times',
          tolerance: 0.01,
          answer: () => soldMiB / hostMiB,
          because: `${soldMiB} MiB / ${hostMiB} MiB`,
        },
        {
          ask: 'Which share of the touches faults in the run?',
          unit: 'percent',
          of: '',
          tolerance: 0.02,
          answer: async ({ run }) => {
            const { faults, touches } = (await run()).memory;
            return (100 * faults!) / touches!;
          },
          because: 'fluxhost run FILE: the line of touches',
        },
        {
          ask: 'What is the p99 of the latency if only 10 % of the pages are cold?',
          unit: 'duration',
          of: '',
          tolerance: 0.01,
          answer: async ({ run }) => (await run(colder)).vms[0]!.latencyNs.p99!,
          because: `fluxhost run FILE --set ${colder[0]}: now hot pages come and go`,
        },
        {
          ask: 'How little memory (in steps of 32 MiB) keeps 99.9 % of the requests within 150 us?',
          unit: 'bytes',
          of: '',
          tolerance: 0,
          answer: async ({ least }) => found(await least(range, 'api.slo')),
          because: `fluxhost size FILE --find ${range}`,
        },
      ],
    };
  },
};
