// What a result says under `gpu`.

import type * as z from 'zod';
import { count, distributions, number, once, record, text, told } from '../metrics/figures.js';

const makeSchemas = () => {
  const { distribution } = distributions();
  const gpuResult = record('GpuResult', 'What became of prompts, and of the time of the GPU that answers them.', {
    vm: text('The VM whose requests their tokens are.'),
    arrived: count('Prompts that came, those without a whole answer when the measured time began among them.'),
    completed: count('Answered to the last token.'),
    inFlight: count('Without a whole answer at the end.'),
    tokens: count('Generated: requests of the VM.'),
    firstTokenNs: told(
      'From a prompt to when it was computed and tokens can be generated, in ns; of those answered.',
      distribution,
    ),
    tokenNs: told('Time per token of an answer, in ns; of those answered.', distribution),
    preemptions: count('Times that online work found offline work running.'),
    offlineLost: count('Offline requests that lost their pages, and computed their prompt again.'),
    busySeconds: number('Of steps for prompts and answers.'),
    offlineSeconds: number('Of offline work.'),
    otherSeconds: number('Gaps between steps, preemptions, cooldowns; without offline work, idle time as well.'),
  });
  return { gpuResult };
};

export const gpuSchemas = once(makeSchemas);
export type GpuResult = z.output<ReturnType<typeof makeSchemas>['gpuResult']>;
