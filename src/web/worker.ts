// The worker: the core's file is fetched once from beside the page, and every question goes to the runner. Nothing else is
// fetched, ever: the files that a scenario names are those that were dropped onto the page.

import { compileCore } from '../core/load.js';
import type { Ask } from './protocol.js';
import { Runner } from './runner.js';

let module: Promise<WebAssembly.Module> | undefined;
const runner = new Runner(() => (module ??= compileCore(fetch(new URL('fluxhost.wasm', import.meta.url)))));

let last: Promise<void> = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<{ id: number; ask: Ask }>) => {
  // one after another: a question may take several turns of the event loop
  last = last.then(async () => {
    postMessage({ id: data.id, answer: await runner.answer(data.ask) });
  });
});
