// `fluxhost build --policy FILE`: compiles a private core in which FILE stands in the place of assembly/policy.ts. Needs the
// AssemblyScript compiler, which only this command does.

import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { buildCore } from '../policy-core.js';
import { InputError, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { keptCores } from './compiled-cores.js';
import { EXIT } from './exit.js';
import { prepareFolder, writeAtomically } from './files.js';
import type { Io } from './io.js';

const SPEC: CommandSpec = {
  name: 'build',
  summary: 'compile a core with a policy of your own',
  positionals: [],
  options: {
    policy: {
      value: 'FILE',
      help: 'AssemblyScript that exports dispatch, firstVictim and coresWanted, or keepFor and worth',
    },
    out: { value: 'FILE', help: 'where the core goes (default: the policy file with the ending .wasm)' },
    debug: { help: 'keep assertions and checks' },
  },
  details:
    'Start from assembly/policy.ts or assembly/lifecycle/keep-alive.ts of the package. `fluxhost run SCENARIO --core FILE` simulates with the result; the\nscenario asks for the policies by `dispatch: policy`, `stealing: { victim: policy }` and `signal: policy`,\nor by `lifecycle: { keepAlive: { policy: policy } }`.',
  examples: [
    'fluxhost build --policy my-policy.ts --out my-core.wasm',
    'fluxhost run scenario.yaml --core my-core.wasm',
  ],
};

export async function build(args: string[], io: Io): Promise<number> {
  const given = parseCommand(SPEC, args);
  if (given.help) {
    io.stdout(renderHelp(SPEC));
    return EXIT.done;
  }
  const file = given.text('policy');
  if (file === undefined) given.problems.push('--policy: expected a file');
  given.check();
  let policy: string;
  try {
    policy = await readFile(file!, 'utf8');
  } catch (error) {
    const given = `${show(file)}, ${readFailure(error)}`;
    throw new InputError({ path: '--policy', given, expected: 'a file of AssemblyScript' });
  }
  const out = resolve(given.text('out') ?? file!.replace(/\.ts$/, '') + '.wasm');
  const undo = await prepareFolder(dirname(out), [basename(out)]);
  const binary = await buildCore(policy, { file: file!, debug: given.flag('debug'), ...keptCores() }).catch(
    async (error: unknown) => {
      await undo(); // a refused policy leaves no folder
      throw error;
    },
  );
  await writeAtomically(out, binary);
  io.stdout(`${out}: ${binary.length} bytes\n`);
  return EXIT.done;
}
