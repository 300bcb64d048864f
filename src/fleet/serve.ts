// A Web Worker of one's own as one that simulates. What does chunks is loaded with the first one: importing the package reads less.

import { InputError, show } from '../input/errors.js';
import { type ServeOptions, serveWith, type WorkerScope } from '../study/web-workers.js';
import type { Context, Simulator } from './simulator.js';

/** Does chunks of fleets and sweeps as they come; for a worker's script: `serveWebWorker(self)`. */
export function serveWebWorker(scope: WorkerScope, options: ServeOptions = {}): void {
  if (typeof (scope as WorkerScope | undefined)?.addEventListener !== 'function')
    throw new InputError({ path: 'scope', given: show(scope), expected: "a worker's self" });
  serveWith(
    scope,
    (context, used) => {
      let simulator: Simulator<Context> | undefined;
      return async (chunk) => {
        simulator ??= (await import('./simulator.js')).simulatorWith(context as Context, used);
        return simulator(chunk as never);
      };
    },
    options,
  );
}
