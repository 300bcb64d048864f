// Studies as commands run them: progress on the terminal, Ctrl-C as an early end, notes on standard error.
// Everything outside (loading, simulating) comes in as `Tools`, so that tests put a fake in its place.

import type { LoadedScenario } from '../scenario/load.js';
import type { PolicyName } from '../policy.js';
import type { Scenario } from '../scenario/types.js';
import { Study, type Runnable } from '../study/study.js';
import type { Io } from './io.js';
import { Progress } from './progress.js';

export interface Tools {
  load(path: string, options: { set: readonly string[] }): Promise<LoadedScenario>;
  /** `directory`: where the files that the scenario names are looked for. */
  create(scenario: Scenario, directory: string): Promise<Runnable>;
  /** Of a policy that was given in Wasm. */
  readonly decisions?: readonly PolicyName[];
}

/** Runs `work` while Ctrl-C asks for an early but orderly end. */
export async function openStudy<T>(
  tools: Tools,
  directory: string,
  io: Io,
  work: (study: Study) => Promise<T>,
  { histograms = false, strips = false }: { readonly histograms?: boolean; readonly strips?: boolean } = {},
): Promise<T> {
  const progress = new Progress(io);
  const controller = new AbortController();
  const study = new Study({
    create: (scenario) => tools.create(scenario, directory),
    signal: controller.signal,
    histograms,
    strips,
    onProgress(label, report) {
      io.alive?.(true);
      progress.update(label, report);
    },
    onBusy(busy) {
      io.alive?.(busy);
      if (busy) progress.start();
      else progress.clear();
    },
    onNote(note) {
      progress.clear();
      io.stderr(`note: ${note}\n`);
    },
  });
  const stopListening = io.onInterrupt?.(() => controller.abort());
  try {
    return await work(study);
  } finally {
    stopListening?.();
    progress.clear();
  }
}
