// AssemblyScript of somebody else, compiled in a process of its own: its compiler may take for ever, all memory, or crash, and a thread
// that runs out of memory may take its process along.

import { type ChildProcess, fork } from 'node:child_process';
import { InputError, type Problem } from '../input/errors.js';
import { buildSandboxed } from '../policy-core.js';
import { PolicyError } from '../policy.js';
import { keptCores } from './compiled-cores.js';

/** By which the program knows that it is such a process (main.ts). */
const COMPILES = 'FLUXHOST_COMPILES';
/** Of its JavaScript: a policy of a page takes some 200. */
const MOST_HEAP_MB = 1024;

interface Asked {
  readonly source: string;
  readonly file: string;
}

type Answer = { readonly bytes: Uint8Array } | { readonly problems: readonly Problem[] };

const uncompiled = (file: string, given: string): InputError =>
  new InputError({ file, path: '', given, expected: 'AssemblyScript that compiles' });

/** @throws InputError also where the compiler itself fails */
export async function compiledHere({ source, file }: Asked): Promise<Uint8Array> {
  try {
    return await buildSandboxed(source, { file, ...keptCores() });
  } catch (error) {
    if (error instanceof InputError) throw error;
    const line = error instanceof Error ? error.message.split('\n')[0]! : 'something that is no error';
    throw uncompiled(file, `what its compiler fails at (${line})`);
  }
}

/** The process's side. */
export function serveCompile(): void {
  process.once('message', (asked: Asked) => {
    const tell = (answer: Answer): void => void process.send!(answer, () => process.disconnect());
    compiledHere(asked).then(
      (bytes) => tell({ bytes }),
      (error: InputError) => tell({ problems: error.problems }),
    );
  });
}

/** `onStart` is given what ends it. @throws InputError, PolicyError where it did not come back */
export async function compiledApart(
  program: URL,
  asked: Asked,
  timeoutMs: number,
  onStart: (stop: () => void) => void,
): Promise<Uint8Array> {
  let [child, timer]: [ChildProcess | undefined, NodeJS.Timeout | undefined] = [undefined, undefined];
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      child = fork(program, [], {
        execArgv: [`--max-old-space-size=${MOST_HEAP_MB}`],
        env: { ...process.env, [COMPILES]: 'policy' },
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      const { file } = asked;
      onStart(() => reject(new Error('interrupted')));
      child.once('message', (answer: Answer) =>
        'bytes' in answer ? resolve(answer.bytes) : reject(new InputError([...answer.problems])),
      );
      child.once('exit', () => reject(uncompiled(file, 'what its compiler ends at, by a crash or for want of memory')));
      child.once('error', reject);
      const late = `policy: did not come back within ${timeoutMs / 1000} s`;
      timer = setTimeout(() => reject(new PolicyError(late, 'time')), timeoutMs);
      child.send(asked);
    });
  } finally {
    clearTimeout(timer);
    (child as ChildProcess | undefined)?.kill('SIGKILL');
  }
}
