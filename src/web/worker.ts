// The worker: the cores' files are fetched once each from beside the page, and every question goes to the runner. Nothing else is
// fetched, ever: the files that a scenario names are those that were dropped onto the page.

import { compileCore, compileMemoryCore } from '../core/load.js';
import type { Ask } from './protocol.js';
import { Runner } from './runner.js';

let module: Promise<WebAssembly.Module> | undefined;
let memory: Promise<WebAssembly.Module> | undefined;

async function beside(name: string): Promise<Response> {
  const response = await fetch(new URL(name, import.meta.url)).catch(() => undefined);
  if (response?.ok !== true)
    throw new Error(`The simulator stopped: the page’s file ${name} could not be loaded. Is the server still there?`);
  return response;
}

const runner = new Runner(
  () => (module ??= compileCore(beside('fluxhost.wasm'))),
  () => (memory ??= compileMemoryCore(beside('fluxhost-memory.wasm'))),
);

let serving: Promise<(data: unknown) => void> | undefined;

/** What makes the runs of a sweep is loaded with the first of them. */
function serve(data: unknown): void {
  serving ??= import('./sweeping.js').then(({ serveRuns }) => serveRuns((said) => postMessage(said)));
  void serving.then((take) => take(data));
}

let last: Promise<void> = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<{ id: number; ask: Ask } | { fluxhost: 'chunk' }>) => {
  if ('fluxhost' in data) return serve(data); // it is one of the workers of another's sweep
  // one after another: a question may take several turns of the event loop
  last = last.then(async () => {
    postMessage({ id: data.id, answer: await runner.answer(data.ask) });
  });
});
