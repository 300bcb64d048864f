// A core of the user's own may hold a policy that never returns, and nothing inside a thread can stop it. So commands with
// `--core` run in a worker: this thread keeps the terminal, hears Ctrl-C, and watches that simulated time goes on.
// Without `--core` there is nothing to guard against, and no worker is started.

import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { parseDuration, QuantityError } from '../input/quantities.js';
import { show, printable } from '../input/errors.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

const DEFAULT_TIMEOUT = '30s';
/** After an interrupt: how long a simulation may take to come to the end of its slice. */
const GRACE_MS = 2000;

/** The option of every command that takes `--core`. */
export const POLICY_TIMEOUT = {
  'policy-timeout': {
    value: 'TIME',
    help: `with --core: ends the run when the core has not come back for so long (default ${DEFAULT_TIMEOUT})`,
  },
} as const;

type Command = (args: readonly string[], io: Io) => Promise<number>;

interface Shared {
  readonly args: readonly string[];
  readonly isTty: boolean;
  readonly columns?: number;
  readonly stderrIsTty: boolean;
}

type Message =
  | { readonly kind: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'alive'; readonly simulating: boolean }
  | { readonly kind: 'listening'; readonly on: boolean }
  | { readonly kind: 'end'; readonly status: number };

const valueOf = (args: readonly string[], option: string): string | undefined => {
  const at = args.findLastIndex((arg) => arg === option || arg.startsWith(`${option}=`));
  return at < 0 ? undefined : args[at] === option ? args[at + 1] : args[at]!.slice(option.length + 1);
};

function timeoutMs(text: string): number | undefined {
  try {
    return parseDuration(text) / 1e6;
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** Commands whose `--policy` simulates with code of the user's own. */
const GUARDS_POLICY: ReadonlySet<string> = new Set(['run', 'suite', 'why']);

/** Runs the command here, or in a worker where it simulates on a core that is not the package's. */
export async function guarded(command: Command, args: readonly string[], io: Io, file: URL): Promise<number> {
  const core = valueOf(args, '--core') ?? (GUARDS_POLICY.has(args[0]!) ? valueOf(args, '--policy') : undefined);
  if (core === undefined || args.includes('--help')) return command(args, io);
  const text = valueOf(args, '--policy-timeout') ?? DEFAULT_TIMEOUT;
  const limit = timeoutMs(text);
  if (limit === undefined || limit <= 0) {
    io.stderr(`fluxhost: --policy-timeout: given ${show(text)}, expected a time such as ${DEFAULT_TIMEOUT}\n`);
    return EXIT.refused;
  }
  const shared: Shared = {
    args,
    isTty: io.isTty,
    ...(io.columns === undefined ? {} : { columns: io.columns }),
    stderrIsTty: io.stderrIsTty === true,
  };
  return watch(new Worker(file, { workerData: shared }), io, printable(core), { limit, text });
}

function watch(
  worker: Worker,
  io: Io,
  core: string,
  { limit, text }: { limit: number; text: string },
): Promise<number> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let stopListening: (() => void) | undefined;
    let interrupted = false;
    let ended = false;
    const end = (status: number, message?: string): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      stopListening?.();
      if (message !== undefined) io.stderr(`fluxhost: ${message}\n`);
      void worker.terminate().then(() => resolve(status));
    };
    const arm = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const where = `${core}: a policy that did not come back`;
        if (interrupted) end(EXIT.interrupted, `interrupted; ${where}, so there is no result`);
        else end(EXIT.failed, `${where} within ${text} (--policy-timeout changes it); nothing was printed or written`);
      }, ms);
    };
    worker.on('message', (message: Message) => {
      switch (message.kind) {
        case 'stdout':
        case 'stderr':
          io[message.kind](message.text);
          break;
        case 'alive':
          if (message.simulating) arm(interrupted ? GRACE_MS : limit);
          else clearTimeout(timer);
          break;
        case 'listening':
          stopListening?.();
          stopListening = !message.on
            ? undefined
            : io.onInterrupt?.(() => {
                interrupted = true;
                arm(GRACE_MS);
                worker.postMessage('interrupt');
              });
          break;
        case 'end':
          end(message.status);
      }
    });
    worker.on('error', (error) => end(EXIT.failed, error.message));
    worker.on('exit', () => end(EXIT.failed, 'the worker ended without a word'));
  });
}

/** The other side: the same program with streams that lead to the main thread. Does nothing outside a worker of `guarded`. */
export async function serveGuarded(command: Command, program: URL): Promise<boolean> {
  if (isMainThread || parentPort === null) return false;
  const port = parentPort;
  const { args, stderrIsTty, ...terminal } = workerData as Shared;
  const post = (message: Message): void => port.postMessage(message);
  const io: Io = {
    stdout: (text) => post({ kind: 'stdout', text }),
    stderr: (text) => post({ kind: 'stderr', text }),
    ...terminal,
    stderrIsTty,
    program,
    onInterrupt(callback) {
      port.once('message', callback);
      post({ kind: 'listening', on: true });
      return () => {
        port.removeListener('message', callback);
        post({ kind: 'listening', on: false });
      };
    },
    alive: (simulating) => post({ kind: 'alive', simulating }),
  };
  const status = await command(args, io);
  post({ kind: 'end', status });
  port.unref();
  return true;
}
