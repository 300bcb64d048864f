// The tail at scale: a request that needs many answers waits for the slowest (Dean & Barroso, 2013).

import type { LessonPlan } from './lesson.js';

const harmonic = (n: number): number => (n === 0 ? 0 : 1 / n + harmonic(n - 1));

export const tail: LessonPlan = {
  name: 'tail',
  title: 'Why do rare slow answers slow most requests?',
  make(draw) {
    const width = draw.of(20, 25, 40, 50);
    const meanUs = draw.of(50, 100, 200);
    const slow = draw.of(0.005, 0.01, 0.02);
    const rate = Math.round((0.04 * 200 * 1e6) / (width * meanUs) / 10) * 10;
    return {
      about:
        `A request asks ${width} servers at once and is done when the last has answered. Each takes ${meanUs} us on average (exponential), and ` +
        'there are so many cores that nothing ever waits: what you see is the maximum of many, and nothing else.',
      scenario: `# Lesson "tail": every request is ${width} tasks; cores enough for all.
version: 1
seed: ${draw.seed()}
duration: 20s
warmup: 100ms
host: { cores: 400 }
mechanism: ideal
costs: none
vms:
  - name: search
    vcpus: { min: 0, max: 400 }
    dispatch: single-queue
    workload:
      arrivals: { process: poisson, rate: ${rate} }
      request: { stages: [{ tasks: ${width}, service: { dist: exponential, mean: ${meanUs}us } }] }
`,
      questions: [
        {
          ask: `One answer of ${Math.round(1 / slow)} is slow. Which share of requests of ${width} answers meets at least one slow one?`,
          unit: 'percent',
          of: '',
          tolerance: 0.01,
          answer: () => 100 * (1 - (1 - slow) ** width),
          because: `1 − (1 − ${slow})^${width}`,
        },
        {
          ask: 'From how many answers on is more than every second request slow?',
          unit: 'count',
          of: 'answers',
          tolerance: 0,
          answer: () => Math.floor(Math.log(0.5) / Math.log(1 - slow)) + 1,
          because: `the least n with 1 − (1 − ${slow})^n > 1/2`,
        },
        {
          ask: `How long does a request of the scenario take on average, by the formula for the greatest of ${width} exponential times?`,
          unit: 'duration',
          of: '',
          tolerance: 0.01,
          answer: () => meanUs * 1000 * harmonic(width),
          because: `mean × (1 + 1/2 + … + 1/${width}): the first of n is done after mean / n, the next after mean / (n − 1) more, …`,
        },
        {
          ask: 'What is the median latency in the run?',
          unit: 'duration',
          of: '',
          tolerance: 0.01,
          answer: async ({ run }) => (await run()).vms[0]!.latencyNs.p50!,
          because: 'fluxhost run FILE',
        },
        {
          ask: 'Which quantile of a single answer must be fast enough for 99 % of the requests to be?',
          unit: 'percent',
          of: '',
          tolerance: 0.02,
          ofRest: true,
          answer: () => 100 * 0.99 ** (1 / width),
          because: `0.99^(1/${width}); set request.stages.0.tasks=1 and compare that quantile with the p99 of the scenario`,
        },
      ],
    };
  },
};
