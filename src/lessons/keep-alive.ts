// Keep-alive: how long to keep a VM that has nothing to do, and what its memory costs meanwhile.

import type { LessonPlan } from './lesson.js';

export const keepAlive: LessonPlan = {
  name: 'keep-alive',
  title: 'How long should an idle function be kept warm?',
  make(draw) {
    const everyS = draw.of(30, 40, 50, 80);
    const keepS = draw.of(20, 30, 45, 60);
    const memoryMiB = draw.of(128, 256, 512);
    const serviceMs = draw.of(20, 50, 100);
    const most = draw.of(0.05, 0.1);
    const rate = 1 / everyS;
    const longer = ['lifecycle.keepAlive.time=5m'];
    return {
      about:
        `One function is called every ${everyS} s on average, at random (Poisson). Its VM is kept for ${keepS} s after a call; a call that finds ` +
        'none starts one from nothing, which takes as long as boot and initialization. Kept memory is paid for whether or not anybody calls.',
      scenario: `# Lesson "keep-alive": one function, called every ${everyS} s on average, kept for ${keepS} s.
version: 1
seed: ${draw.seed()}
duration: 400h
host: { cores: 4 }
mechanism: hyperflux
lifecycle:
  keepAlive: { policy: fixed, time: ${keepS}s }
functions:
  generated: { count: 1, rate: ${rate}, memory: ${memoryMiB}MiB, init: 200ms, service: ${serviceMs}ms }
`,
      questions: [
        {
          ask: 'Which share of the calls starts cold, by the formula?',
          unit: 'percent',
          of: '',
          tolerance: 0.02,
          answer: () => 100 * Math.exp(-rate * keepS),
          because: `a call is cold if nothing came for ${keepS} s before it: e^(−${keepS} / ${everyS}); the time that a call itself takes is small`,
        },
        {
          ask: 'Which share starts cold in the run?',
          unit: 'percent',
          of: '',
          tolerance: 0.01,
          answer: async ({ run }) => 100 * (await run()).lifecycle!.coldStartRate!,
          because: 'fluxhost run FILE: the line of cold starts',
        },
        {
          ask:
            'How long must a VM be kept (by the formula) for no more than ' +
            `${most * 100} % of the calls to start cold?`,
          unit: 'duration',
          of: '',
          tolerance: 0.02,
          answer: () => everyS * Math.log(1 / most) * 1e9,
          because: `${everyS} s × ln(1 / ${most})`,
        },
        {
          ask: 'How many times the warm memory for 1,000 calls does keeping for 5 minutes take in the run, against the scenario as it is?',
          unit: 'factor',
          of: 'times',
          tolerance: 0.01,
          answer: async ({ run }) =>
            (await run(longer)).lifecycle!.warmGibSecondsPer1000! / (await run()).lifecycle!.warmGibSecondsPer1000!,
          because: `fluxhost run FILE --set ${longer[0]}: GiB s for 1,000 requests, over that of the scenario`,
        },
      ],
    };
  },
};
