// A core with a policy of one's own: compiled by AssemblyScript from the sources that are part of the package. Needs Node.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { InputError } from './input/errors.js';

/** Of one compilation, told. */
const MOST_PROBLEMS = 8;
const POLICY_SOURCE = 'assembly/policy.ts';
const KEEP_ALIVE_SOURCE = 'assembly/lifecycle/keep-alive.ts';

/** In whose place a policy stands: one that says how long instances are kept, or one that dispatches tasks and wants cores. */
function placeOf(policy: string): string {
  return /^\s*export\s+function\s+keepFor\b/m.test(policy) ? KEEP_ALIVE_SOURCE : POLICY_SOURCE;
}

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

/** How a policy is compiled. */
export interface BuildOptions {
  /** What refusals call it; default policy.ts. */
  readonly file?: string;
  /** Whether assertions and checks stay; default false. */
  readonly debug?: boolean;
}

/**
 * Compiles the package's core with a policy of one's own in place of assembly/policy.ts (AssemblyScript that exports dispatch, firstVictim
 * and coresWanted) or of assembly/lifecycle/keep-alive.ts (keepFor and worth); the package assemblyscript must be installed.
 *
 * @example
 * const module = await compileCore(await buildCore(await readFile('my-policy.ts', 'utf8')));
 *
 * @throws InputError with what the compiler said, where the policy does not compile
 */
export async function buildCore(
  policy: string,
  { file = 'policy.ts', debug = false }: BuildOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = packageFolder();
  const place = placeOf(policy);
  const asc = await compiler();
  let binary: Uint8Array<ArrayBuffer> | null = null;
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
        if (name === place) return policy;
        try {
          return await readFile(resolve(base, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile(name, contents) {
        if (name === 'core.wasm' && typeof contents !== 'string') binary = Uint8Array.from(contents);
      },
      stderr: write,
      stdout: write,
    },
  );
  if (error !== null || binary === null) {
    const lines = stripVTControlCharacters(said)
      .replaceAll(place, file)
      .split('\n')
      .map((line) => line.trim());
    const reasons = lines.filter((line) => line.startsWith('ERROR')).map((line) => line.replace(/^ERROR\s*/, ''));
    const places = lines.flatMap((line) => {
      const place = / in (.*)\((\d+),\d+\)$/.exec(line);
      return place === null ? [] : [{ file: place[1]!, line: Number(place[2]) }];
    });
    const expected = `AssemblyScript that compiles in the place of ${place}`;
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
async function inlined(folder: string, binary: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const module = (await import(pathToFileURL(join(folder, 'scripts/inline.mjs')).href)) as {
    inlined(bytes: Uint8Array): Promise<Uint8Array>;
  };
  return Uint8Array.from(await module.inlined(binary));
}
