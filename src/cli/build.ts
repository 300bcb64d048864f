// `fluxhost build --policy FILE`: compiles a private core in which FILE stands in the place of assembly/policy.ts. Needs the
// AssemblyScript compiler, which only this command does; the sources of the core are part of the package.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve, basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { InputError, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder, writeAtomically } from './files.js';
import type { Io } from './io.js';

const SPEC: CommandSpec = {
  name: 'build',
  summary: 'compile a core with a policy of your own',
  positionals: [],
  options: {
    policy: { value: 'FILE', help: 'AssemblyScript that exports dispatch, firstVictim and coresWanted' },
    out: { value: 'FILE', help: 'where the core goes (default: the policy file with the ending .wasm)' },
    debug: { help: 'keep assertions and checks' },
  },
  details:
    'Start from assembly/policy.ts of the package. `fluxhost run SCENARIO --core FILE` simulates with the result; the\nscenario asks for the policies by `dispatch: policy`, `stealing: { victim: policy }` and `signal: policy`.',
  examples: [
    'fluxhost build --policy my-policy.ts --out my-core.wasm',
    'fluxhost run scenario.yaml --core my-core.wasm',
  ],
};

/** Of one compilation, told. */
const MOST_PROBLEMS = 8;
const POLICY_SOURCE = 'assembly/policy.ts';

/** The folder of the installed package: the nearest above this file that has the core's sources. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, POLICY_SOURCE))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`the package has no ${POLICY_SOURCE}: it is incomplete`);
    folder = above;
  }
  return folder;
}

interface Compiler {
  main(
    args: string[],
    hooks: {
      readFile(name: string, base: string): Promise<string | null>;
      writeFile(name: string, contents: string | Uint8Array, base: string): void;
      stderr: { write(text: string): void };
      stdout: { write(text: string): void };
    },
  ): Promise<{ error: Error | null }>;
}

async function compiler(): Promise<Compiler> {
  try {
    const name = 'assemblyscript/asc'; // not a literal: bundlers would try to pack a compiler of 12 MB
    return (await import(name)) as Compiler;
  } catch {
    throw new InputError({
      path: 'build',
      given: 'no compiler',
      expected: 'the package assemblyscript beside fluxhost: npm install assemblyscript@0.28.20',
    });
  }
}

/**
 * Compiles the core of the package in `folder` with `policy` in place of its own.
 *
 * @throws InputError with what the compiler said, where the policy does not compile
 */
export async function compileWithPolicy(policy: string, file: string, debug = false): Promise<Uint8Array> {
  const folder = packageFolder();
  const asc = await compiler();
  let binary: Uint8Array | null = null;
  let said = '';
  const write = { write: (text: string) => void (said += text) };
  const { error } = await asc.main(
    [
      'assembly/index.ts',
      '--config',
      'asconfig.json',
      '--target',
      debug ? 'debug' : 'release',
      '--baseDir',
      folder,
      '--outFile',
      'core.wasm',
    ],
    {
      async readFile(name, base) {
        if (name === POLICY_SOURCE) return policy;
        try {
          return await readFile(resolve(base, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile(name, contents) {
        if (name === 'core.wasm' && typeof contents !== 'string') binary = contents;
      },
      stderr: write,
      stdout: write,
    },
  );
  if (error !== null || binary === null) {
    const lines = stripVTControlCharacters(said)
      .replaceAll(POLICY_SOURCE, file)
      .split('\n')
      .map((line) => line.trim());
    const reasons = lines.filter((line) => line.startsWith('ERROR')).map((line) => line.replace(/^ERROR\s*/, ''));
    const places = lines.flatMap((line) => {
      const place = / in (.*)\((\d+),\d+\)$/.exec(line);
      return place === null ? [] : [{ file: place[1]!, line: Number(place[2]) }];
    });
    const expected = 'AssemblyScript that compiles in the place of assembly/policy.ts';
    const problems = (reasons.length > 0 ? reasons : [error?.message ?? 'nothing was compiled']).map((given, i) => ({
      ...(places[i] ?? { file }), // a policy may break what it imports: then that file is named
      path: '',
      given,
      expected,
    }));
    // one missing bracket breaks every line behind it: the first few are what there is to mend
    const rest = problems.length - MOST_PROBLEMS;
    if (rest > 1) problems.splice(MOST_PROBLEMS, rest, { file, path: '', given: `${rest} more like these`, expected });
    throw new InputError(problems);
  }
  return debug ? binary : inlined(folder, binary);
}

/** As the package's own core is made. */
async function inlined(folder: string, binary: Uint8Array): Promise<Uint8Array> {
  const module = (await import(pathToFileURL(join(folder, 'scripts/inline.mjs')).href)) as {
    inlined(bytes: Uint8Array): Promise<Uint8Array>;
  };
  return module.inlined(binary);
}

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
  const binary = await compileWithPolicy(policy, file!, given.flag('debug')).catch(async (error: unknown) => {
    await undo(); // a refused policy leaves no folder
    throw error;
  });
  await writeAtomically(out, binary);
  io.stdout(`${out}: ${binary.length} bytes\n`);
  return EXIT.done;
}
