// A GPU as it was resolved: it answers prompts, each token of an answer is a request of a VM, and between them it may work offline.

export const GPU_PROFILES = ['a100', 'h100'] as const;
export type GpuProfile = (typeof GPU_PROFILES)[number];

export interface Gpu {
  /** The VM whose arrivals are prompts; its requests are the tokens of their answers. */
  readonly vm: string;
  /** Whose times of a step are taken. */
  readonly profile: GpuProfile;
  /** Idle time after which offline work goes on. */
  readonly cooldownNs: number;
  /** Until offline work has stopped. */
  readonly preemptNs: number;
  /** Between two steps of the engine. */
  readonly gapNs: number;
  /** Answers that are generated at once, at most. */
  readonly batch: number;
  /** For keys and values. */
  readonly memoryBytes: number;
  /** For the keys and values of a token. */
  readonly tokenMemoryBytes: number;
  /** Tokens of a page. */
  readonly pageTokens: number;
  /** Pages kept free for prompts at first. */
  readonly headroom: number;
  /** Factor of the headroom after a demand beyond it. */
  readonly up: number;
  /** Pages that it shrinks by otherwise. */
  readonly down: number;
  /** Pages taken from offline work in a step, at most. */
  readonly reclaim: number;
  /** A step in which nothing but memory is waited for. */
  readonly memoryStepNs: number;
  /** Mean tokens of a prompt. */
  readonly prompt: number;
  /** Standard deviation of prompts over their mean. */
  readonly promptCv: number;
  /** Mean tokens of an answer. */
  readonly output: number;
  /** Standard deviation of answers over their mean. */
  readonly outputCv: number;
  /** Tokens of an offline request; absent: nothing runs offline. */
  readonly offline?:
    | {
        /** Of its prompt, which it computes again when its pages are lost. */
        readonly prompt: number;
        /** That it generates. */
        readonly output: number;
      }
    | undefined;
}

/** Pages of its memory. */
export const gpuPages = ({ memoryBytes, tokenMemoryBytes, pageTokens }: Gpu): number =>
  Math.floor(memoryBytes / tokenMemoryBytes / pageTokens);
