// A policy in Wasm: a module that imports the host's view and nothing else, and exports decisions. Looked at before it is compiled, so
// that what does not fit is named; each decision's failure becomes a PolicyError.

import { InputError, type Problem } from '../input/errors.js';
import { type HostView, type Policy, PolicyError, type PolicyName, POLICY_NAMES } from '../policy.js';
import { ABI_EXPORTS, ABI_IMPORTS, ABI_MODULE, ABI_VERSION, ABI_VERSION_EXPORT } from './interface.js';
import { type Declared, held, ModuleFormatError, type ModuleShape, shapeOf, START_EXPORT } from './module.js';

/** Of memory at the begin: 16 MiB. */
const MOST_PAGES = 256;
/** By which it may grow before that is noticed, behind the decision that did it. */
const GROWTH_PAGES = 256;
/** Of the whole module. */
const MOST_BYTES = 4 * 2 ** 20;
/** What a module that counts fuel exports beside its decisions: what is left of this decision, of the run, of the stack (fuel.ts). */
export const FUEL_EXPORT = 'fluxhost_fuel';
export const RUN_FUEL_EXPORT = 'fluxhost_run_fuel';
export const DEPTH_EXPORT = 'fluxhost_depth';

/** A module that has been found to fit. */
export interface PolicyModule {
  readonly module: WebAssembly.Module;
  readonly decisions: readonly PolicyName[];
  /** The bytes, with a memory that cannot grow without bounds, and a start function that is an export. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly shape: ModuleShape;
}

const told = ({ kind, type }: Declared): string => (type === undefined ? `a ${kind}` : `a function ${type}`);

function importProblems({ imports }: ModuleShape): Problem[] {
  return imports.flatMap((one): Problem[] => {
    const path = `import ${one.module}.${one.name}`;
    const known = one.module === ABI_MODULE ? ABI_IMPORTS[one.name] : undefined;
    if (known === undefined)
      return [
        {
          path,
          given: told(one),
          expected: `functions of ${ABI_MODULE} alone: ${Object.keys(ABI_IMPORTS).join(', ')}`,
        },
      ];
    return one.kind === 'function' && one.type === known[0]
      ? []
      : [{ path, given: told(one), expected: `a function ${known[0]}` }];
  });
}

function exportProblems({ exports, memories }: ModuleShape): Problem[] {
  const problems: Problem[] = [];
  const expectFunction = (name: string, type: string, required: boolean): void => {
    const found = exports.find((one) => one.name === name);
    if (found === undefined ? required : found.kind !== 'function' || found.type !== type)
      problems.push({
        path: `export ${name}`,
        given: found === undefined ? 'nothing' : told(found),
        expected: `a function ${type}`,
      });
  };
  expectFunction(ABI_VERSION_EXPORT, '->i32', true);
  for (const [name, type] of Object.values(ABI_EXPORTS)) expectFunction(name, type, false);
  const names = Object.values(ABI_EXPORTS).map(([name]) => name);
  if (!exports.some(({ name }) => names.includes(name)))
    problems.push({
      path: 'exports',
      given: exports.map(({ name }) => name).join(', ') || 'nothing',
      expected: `a decision: ${names.join(', ')}`,
    });
  if (memories.length > 1)
    problems.push({ path: 'memory', given: `${memories.length} memories`, expected: 'one at most' });
  for (const { pages } of memories.slice(0, 1)) {
    if (pages > MOST_PAGES)
      problems.push({ path: 'memory', given: `${pages} pages of 64 KiB`, expected: `at most ${MOST_PAGES}` });
    if (!exports.some(({ kind }) => kind === 'memory'))
      problems.push({
        path: 'memory',
        given: 'one that is not exported',
        expected: 'export "memory", so that its growth is seen',
      });
  }
  return problems;
}

/**
 * Looks at a module and compiles it.
 *
 * @throws InputError naming every import and export that does not fit the interface
 */
export async function readPolicy(source: Uint8Array, file?: string): Promise<PolicyModule> {
  const refuse = (problems: readonly Problem[]): InputError =>
    new InputError(problems.map((problem) => ({ ...(file === undefined ? {} : { file }), ...problem })));
  const expected = `a Wasm module of the policy interface ${ABI_MODULE}`;
  if (source.length > MOST_BYTES)
    throw refuse([{ path: 'policy', given: `${source.length} bytes`, expected: `at most ${MOST_BYTES}` }]);
  let shape: ModuleShape;
  try {
    shape = shapeOf(source);
  } catch (error) {
    if (!(error instanceof ModuleFormatError)) throw error;
    throw refuse([{ path: 'policy', given: error.message, expected }]);
  }
  const problems = [...importProblems(shape), ...exportProblems(shape)];
  if (problems.length > 0) throw refuse(problems);
  const bytes = held(source, shape, GROWTH_PAGES);
  const module = await WebAssembly.compile(bytes).catch((error: unknown) => {
    throw refuse([{ path: 'policy', given: error instanceof Error ? error.message : String(error), expected }]);
  });
  const decisions = POLICY_NAMES.filter((name) => shape.exports.some((one) => one.name === ABI_EXPORTS[name][0]));
  return { module, decisions, bytes, shape };
}

type Decide = (...given: number[]) => number;

/** Whether a memory has grown; a look takes a nanosecond, as what has grown leaves its old buffer empty. */
function growthOf(exports: WebAssembly.Exports): () => boolean {
  const memory = Object.values(exports).find((one) => one instanceof WebAssembly.Memory);
  if (memory === undefined) return () => false;
  const bytes = new Uint8Array(memory.buffer);
  if (bytes.length === 0) return () => memory.buffer.byteLength > 0;
  return () => bytes.length === 0;
}

/** What ran out, by the gauge that fell below 0. */
const RAN_OUT = {
  [FUEL_EXPORT]: 'ran out of fuel',
  [RUN_FUEL_EXPORT]: "ran out of the whole run's fuel",
  [DEPTH_EXPORT]: 'called too deep',
} as const;

/** What a failure inside the module is, or what was thrown where it is none of the module's. */
function faultOf(name: string, error: unknown, exports: WebAssembly.Exports): unknown {
  if (error instanceof PolicyError) return error;
  const out = Object.entries(RAN_OUT).find(([gauge]) => {
    const left = exports[gauge];
    return left instanceof WebAssembly.Global && Number(left.value) < 0;
  });
  if (out !== undefined) return new PolicyError(`policy.${name}: ${out[1]}`, 'fuel');
  const why = error instanceof Error ? error.message : String(error);
  return new PolicyError(`policy.${name}: trapped (${why})`, 'trap');
}

/**
 * A fresh instance, as a policy for one simulation; `look` sees its exports.
 *
 * @throws PolicyError for one that traps when it starts, or speaks another version
 */
export function instantiatePolicy(
  { module, decisions }: Pick<PolicyModule, 'module' | 'decisions'>,
  look: (exports: WebAssembly.Exports) => void = () => undefined,
): Policy {
  let view: HostView | undefined;
  const asked = (): HostView => {
    if (view === undefined) throw new PolicyError('policy: looked at the host before it was asked', 'view');
    return view;
  };
  const imports = Object.fromEntries(
    Object.entries(ABI_IMPORTS).map(([name, [, look]]) => [
      name,
      (a: number, b: number) => look(asked(), a >>> 0, b >>> 0),
    ]),
  );
  let exports: WebAssembly.Exports;
  try {
    ({ exports } = new WebAssembly.Instance(module, { [ABI_MODULE]: imports }));
  } catch (error) {
    throw faultOf('start', error, {});
  }
  look(exports);
  const hasGrown = growthOf(exports);
  const guarded = (name: string, decide: () => number): number => {
    let answer: number;
    try {
      answer = decide();
    } catch (error) {
      throw faultOf(name, error, exports);
    }
    if (hasGrown()) throw new PolicyError(`policy.${name}: grew its memory`, 'memory');
    return answer;
  };
  const exported = (name: string): Decide => exports[name] as Decide;
  if (exports[START_EXPORT] !== undefined) guarded('start', () => exported(START_EXPORT)());
  const version = guarded('version', () => exported(ABI_VERSION_EXPORT)());
  if (version !== ABI_VERSION)
    throw new PolicyError(`policy: speaks version ${version} of the interface, expected ${ABI_VERSION}`, 'answer');
  const whole = (name: PolicyName) => {
    const decide = exported(ABI_EXPORTS[name][0]);
    return (host: HostView, a: number, b: number): number => {
      view = host;
      return guarded(name, () => decide(a, b)) >>> 0;
    };
  };
  const real = (name: 'keepFor' | 'worth'): NonNullable<Policy['keepFor']> => {
    const decide = exported(ABI_EXPORTS[name][0]);
    return (host, { fn, uses, instances, lastStartNs }) => {
      view = host;
      return guarded(name, () => decide(fn, uses, instances, lastStartNs));
    };
  };
  const make = (name: PolicyName): unknown => (name === 'keepFor' || name === 'worth' ? real(name) : whole(name));
  return Object.fromEntries(decisions.map((name) => [name, make(name)]));
}
