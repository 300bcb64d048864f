// A core with a policy of one's own: compiled by AssemblyScript from the sources that are part of the package. Needs Node.

import { argument } from './input/argument.js';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { InputError } from './input/errors.js';

/** Of one compilation, told. */
const MOST_PROBLEMS = 8;
const SANDBOX = 'assembly/sandbox';
const POLICY_SOURCE = 'assembly/policy.ts';
const VICTIM_SOURCE = 'assembly/victim.ts';
/** The package's own rule there, and what stands for it where the policy has one. */
const VICTIM_RULE = /export function victim\(.*?\n\}\n/s;
const OWN_VICTIM = 'export { victim } from "./policy";\n';
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
    // no literal, and none that minifying makes one: bundlers would try to pack a compiler of 12 MB
    const name = ['assemblyscript', 'asc'].join('/');
    return (await import(name)) as Compiler;
  } catch {
    throw new InputError({
      path: 'build',
      given: 'no compiler',
      expected: 'the package assemblyscript beside fluxhost: npm install assemblyscript@0.28.20',
    });
  }
}

/** What was compiled before, by a key that says everything it is made of. What is not kept is compiled. */
export interface CompiledCores {
  /** What was kept under the key. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Keeps it; one that cannot be kept is no fault. */
  put(key: string, binary: Uint8Array): Promise<void>;
}

/** How a policy is compiled. */
export interface BuildOptions {
  /** What refusals call it; default policy.ts. */
  readonly file?: string;
  /** Whether assertions and checks stay; default false. */
  readonly debug?: boolean;
  /** Where compiled cores are kept; default nowhere. */
  readonly kept?: CompiledCores;
}

/** Files of the package that a compiled core is made from, beside everything under assembly/. */
const MADE_FROM = ['asconfig.json', 'scripts/as-bind-transform.mjs', 'scripts/branches.mjs', 'scripts/inline.mjs'];

/** Everything that a core compiled from `policy` depends on: the package's sources, the compiler, how it is called. */
async function keyOf(policy: string, how: readonly string[]): Promise<string> {
  const folder = packageFolder();
  const found = await readdir(join(folder, 'assembly'), { recursive: true, withFileTypes: true });
  const sources = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const paths = [...sources.sort(), ...MADE_FROM.map((name) => join(folder, name))];
  const hash = createHash('sha256');
  const add = (part: string | Uint8Array): void => void hash.update(`${part.length}\n`).update(part);
  for (const part of [policy, compilerVersion(), ...how]) add(part);
  const texts = await Promise.all(paths.map((path) => readFile(path)));
  paths.forEach((path, i) => {
    add(path.slice(folder.length));
    add(texts[i]!);
  });
  return hash.digest('hex');
}

function compilerVersion(): string {
  try {
    const name = ['assemblyscript', 'package.json'].join('/');
    return (createRequire(import.meta.url)(name) as { version: string }).version;
  } catch {
    return 'none'; // which is refused where something is compiled
  }
}

async function keptOr(
  kept: CompiledCores | undefined,
  key: () => Promise<string>,
  compile: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (kept === undefined) return compile();
  const name = await key();
  const before = await kept.get(name);
  if (before !== undefined) return before;
  const binary = await compile();
  await kept.put(name, binary);
  return binary;
}

/**
 * Compiles the package's core with a policy of one's own in place of assembly/policy.ts (AssemblyScript that exports dispatch, firstVictim
 * and coresWanted, and victim if it likes) or of assembly/lifecycle/keep-alive.ts (keepFor and worth); the package assemblyscript must be installed.
 *
 * @example
 * const module = await compileCore(await buildCore(await readFile('my-policy.ts', 'utf8')));
 *
 * @throws InputError with what the compiler said, where the policy does not compile
 */
export async function buildCore(
  policy: string,
  { file = 'policy.ts', debug = false, kept }: BuildOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  argument('policy', policy, 'a text', 'the source of a policy in AssemblyScript');
  const how = ['core', debug ? 'debug' : 'release'];
  return keptOr(
    kept,
    () => keyOf(policy, how),
    () => builtCore(policy, file, debug),
  );
}

const HOST_DECLARATION = /\/\/ @ts-ignore: decorator\n@external\([^\n]*\nexport declare function (\w+)[^\n]*\n/g;

/** A keep-alive with what the program answers declared after it, where it does not say so itself. */
async function withHost(policy: string): Promise<string> {
  const own = await readFile(join(packageFolder(), KEEP_ALIVE_SOURCE), 'utf8');
  const missing = [...own.matchAll(HOST_DECLARATION)].filter(([, name]) => !policy.includes(name!));
  return [policy, ...missing.map(([text]) => text)].join('\n');
}

async function builtCore(policy: string, file: string, debug: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const place = placeOf(policy);
  const whole = place === KEEP_ALIVE_SOURCE ? await withHost(policy) : policy;
  const ownVictim = place === POLICY_SOURCE && /^\s*export\s+function\s+victim\b/m.test(policy);
  const victim = ownVictim ? (text: string): string => text.replace(VICTIM_RULE, OWN_VICTIM) : undefined;
  const binary = await compiled(
    ['assembly/index.ts', '--config', 'asconfig.json', '--target', debug ? 'debug' : 'release'],
    {
      replaced: (name) => (name === place ? whole : undefined),
      ...(victim === undefined ? {} : { changed: (name, text) => (name === VICTIM_SOURCE ? victim(text) : text) }),
      place,
      file,
      expected: `AssemblyScript that compiles in the place of ${place}`,
    },
  );
  return debug ? binary : inlined(packageFolder(), binary);
}

interface Sources {
  /** What stands for a file of the package. */
  readonly replaced: (name: string) => string | undefined;
  /** What becomes of one that is read. */
  readonly changed?: (name: string, text: string) => string;
  /** Where the policy stands, and what refusals call it. */
  readonly place: string;
  readonly file: string;
  readonly expected: string;
}

/** @throws InputError with what the compiler said */
async function compiled(args: string[], sources: Sources): Promise<Uint8Array<ArrayBuffer>> {
  const folder = packageFolder();
  const asc = await compiler();
  let binary: Uint8Array<ArrayBuffer> | null = null;
  let said = '';
  const write = { write: (text: string) => void (said += text) };
  const { error } = await asc.main([...args, '--baseDir', folder, '--outFile', 'core.wasm'], {
    async readFile(name, base) {
      const given = sources.replaced(name);
      if (given !== undefined) return given;
      try {
        const text = await readFile(resolve(base, name), 'utf8');
        return sources.changed?.(name, text) ?? text;
      } catch {
        return null;
      }
    },
    writeFile(name, contents) {
      if (name === 'core.wasm' && typeof contents !== 'string') binary = Uint8Array.from(contents);
    },
    stderr: write,
    stdout: write,
  });
  if (error === null && binary !== null) return binary;
  throw refusalOf(said, error, sources);
}

function refusalOf(said: string, error: Error | null, { place, file, expected }: Sources): InputError {
  const lines = stripVTControlCharacters(said)
    .replaceAll(place, file)
    .split('\n')
    .map((line) => line.trim());
  const reasons = lines.filter((line) => line.startsWith('ERROR')).map((line) => line.replace(/^ERROR\s*/, ''));
  const places = lines.flatMap((line) => {
    const place = / in (.*)\((\d+),\d+\)$/.exec(line);
    return place === null ? [] : [{ file: place[1]!, line: Number(place[2]) }];
  });
  const problems = (reasons.length > 0 ? reasons : [error?.message ?? 'nothing was compiled']).map((given, i) => ({
    ...(places[i] ?? { file }), // a policy may break what it imports: then that file is named
    path: '',
    given,
    expected,
  }));
  // one missing bracket breaks every line behind it: the first few are what there is to mend
  const rest = problems.length - MOST_PROBLEMS;
  if (rest > 1) problems.splice(MOST_PROBLEMS, rest, { file, path: '', given: `${rest} more like these`, expected });
  return new InputError(problems);
}

/** A decision in AssemblyScript as the interface exports it (docs/policy-abi.md). */
const SANDBOXED = {
  dispatch: 'export function dispatch(vm: u32, active: u32): u32 { return policy.dispatch(vmAt(vm), active); }',
  firstVictim:
    'export function first_victim(vm: u32, vcpu: u32): u32 { return policy.firstVictim(vmAt(vm), vcpuOf(vmAt(vm), vcpu)); }',
  coresWanted: 'export function cores_wanted(vm: u32): u32 { return policy.coresWanted(vmAt(vm)); }',
  victim: 'export function victim(vm: u32): u32 { return policy.victim(vmAt(vm)); }',
} as const;

/**
 * Compiles the same source for the sandbox: a module of its own that sees what assembly/sandbox/view.ts shows, and can touch nothing.
 *
 * @throws InputError with what the compiler said, also where the policy reads what is not shown there
 */
export async function buildSandboxed(
  policy: string,
  { file = 'policy.ts', kept }: Pick<BuildOptions, 'file' | 'kept'> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return keptOr(
    kept,
    () => keyOf(policy, ['sandbox']),
    () => builtSandboxed(policy, file),
  );
}

async function builtSandboxed(policy: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const named = Object.entries(SANDBOXED).filter(([name]) =>
    new RegExp(`^\\s*export\\s+function\\s+${name}\\b`, 'm').test(policy),
  );
  if (named.length === 0) {
    const expected = `AssemblyScript that exports ${Object.keys(SANDBOXED).join(', ')}, or some of them`;
    throw new InputError({ file, path: '', given: 'none of the decisions', expected });
  }
  const entry = [
    'import * as policy from "./policy";',
    'import { vmAt, vcpuOf } from "./view";',
    'export function fluxhost_policy_version(): u32 { return 1; }',
    ...named.map(([, code]) => code),
  ].join('\n');
  const files: Readonly<Record<string, string>> = { [`${SANDBOX}/entry.ts`]: entry, [`${SANDBOX}/policy.ts`]: policy };
  const args = ['--optimizeLevel', '3', '--shrinkLevel', '0', '--runtime', 'stub', '--use', 'abort='];
  return compiled([`${SANDBOX}/entry.ts`, ...args], {
    replaced: (name) => files[name],
    place: `${SANDBOX}/policy.ts`,
    file,
    expected: 'AssemblyScript that compiles against assembly/sandbox/view.ts',
  });
}

/** As the package's own core is made. */
async function inlined(folder: string, binary: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const module = (await import(pathToFileURL(join(folder, 'scripts/inline.mjs')).href)) as {
    inlined(bytes: Uint8Array): Promise<Uint8Array>;
  };
  return Uint8Array.from(await module.inlined(binary));
}
