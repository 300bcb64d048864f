// The real loader and simulator behind the commands. Both are imported when first used: `--help` and refused
// command lines answer without compiling the core.

import type { PolicyModule } from '../abi/policy.js';
import type { LifecycleSpec } from '../lifecycle/spec.js';
import type { Policy } from '../policy.js';
import type { Scenario } from '../scenario/types.js';
import type { Arguments } from './args.js';
import type { Tools } from './replicate.js';

export const simulationTools: Tools = {
  async load(path, options) {
    const { loadScenario } = await import('../scenario/load.js');
    return loadScenario(path, options);
  },
  create: (scenario, directory) => createOn({}, scenario, directory),
};

/** What options of a command line change about every simulation of it. */
export interface Setup {
  /** A policy in JavaScript: its file. */
  readonly script?: string;
  /** A policy in Wasm; each simulation has an instance of its own. */
  readonly policy?: Pick<PolicyModule, 'module' | 'decisions'>;
  readonly module?: WebAssembly.Module;
  /** Of the module, where its bytes were seen elsewhere. */
  readonly coreSha256?: string;
  readonly within?: string | undefined;
  /** The suite's own file is there too, beside those of the folder. */
  readonly suite?: true;
  /** Results bring their buckets. */
  readonly histograms?: true;
  /** Whoever asks does not look at warnings about warm-up and autocorrelation. */
  readonly steady?: false;
}

async function policyOf(wasm: Setup['policy'], script: string | undefined): Promise<{ policy?: Policy }> {
  if (script !== undefined) return { policy: await (await import('./script-policy.js')).scriptPolicy(script) };
  return wasm === undefined ? {} : { policy: (await import('../abi/policy.js')).instantiatePolicy(wasm) };
}

export async function createOn(setup: Setup, scenario: Scenario, directory: string, lifecycle?: LifecycleSpec) {
  const { within, suite, histograms: _, policy: wasm, script, ...core } = setup;
  const [{ Simulation }, { nodeHost }, { withSuiteFiles }] = await Promise.all([
    import('../simulation.js'),
    import('../workload/node-file.js'),
    import('../study/suite/azure-like.js'),
  ]);
  const policy = await policyOf(wasm, script);
  // The files that a scenario names are relative to it.
  const files = nodeHost(directory, { within });
  const calls = lifecycle === undefined ? {} : { lifecycle };
  return Simulation.create(scenario, {
    files: suite === true ? withSuiteFiles(files) : files,
    ...core,
    ...policy,
    ...calls,
  });
}

/** Options of every command that simulates a scenario's files on a core. */
export const FILES_WITHIN = {
  'files-within': { value: 'DIR', help: 'refuses traces and other files of the scenario that lie elsewhere' },
} as const;

/**
 * The same on a core of the user's own (`--core`, made by `fluxhost build`) and with files of one folder only
 * (`--files-within`), as far as the command line names them.
 *
 * @throws InputError for a file that cannot be read or is no core of this build
 */
export async function toolsFor(given: Arguments, tools: Tools): Promise<Tools> {
  const has = (name: string): boolean => given.text(name) !== undefined;
  const own = has('core') || has('policy');
  const load: Tools['load'] = (path, options) => tools.load(path, options);
  if (!own && !has('files-within')) return { load, create: (scenario, directory) => tools.create(scenario, directory) };
  const setup = await setupOf(given);
  return {
    load,
    create: (scenario, directory) => createOn(setup, scenario, directory),
    ...(setup.policy === undefined ? {} : { decisions: setup.policy.decisions }),
  };
}

/**
 * @param counts whether a policy's fuel is counted, where there is the package that does
 * @throws InputError for a file that cannot be read or is no core of this build
 */
export async function setupOf(given: Arguments, { counts = false } = {}): Promise<Setup> {
  const [file, within] = [given.text('core'), given.text('files-within')];
  return {
    within,
    ...(file === undefined ? {} : { module: await readCore(file) }),
    ...(given.text('policy') === undefined ? {} : { policy: await readWasmPolicy(given.text('policy')!, counts) }),
  };
}

/**
 * @param counts whether fuel is counted, where there is the package that does
 * @throws InputError for a file that cannot be read or does not fit the interface
 */
export async function readWasmPolicy(file: string, counts = false): Promise<NonNullable<Setup['policy']>> {
  const [{ readFile }, { readPolicy }, { InputError, show }, { readFailure }] = await Promise.all([
    import('node:fs/promises'),
    import('../abi/policy.js'),
    import('../input/errors.js'),
    import('../input/read-failure.js'),
  ]);
  const bytes = await readFile(file).catch((error: unknown) => {
    const given = `${show(file)}, ${readFailure(error)}`;
    throw new InputError({ path: '--policy', given, expected: 'a Wasm module of the policy interface' });
  });
  const fuelled = counts ? (await import('../abi/fuel.js')).fuelledIfAble : readPolicy;
  const { module, decisions } = await fuelled(bytes, file);
  return { module, decisions };
}

/** @throws InputError for a file that cannot be read or is no core of this build */
export async function readCore(file: string): Promise<WebAssembly.Module> {
  const [{ readFile }, { compileCore, instantiateCore }, { InputError }, { readFailure }, { LAYOUT_VERSION }] =
    await Promise.all([
      import('node:fs/promises'),
      import('../core/load.js'),
      import('../input/errors.js'),
      import('../input/read-failure.js'),
      import('../../assembly/layout.js'),
    ]);
  const refuse = (given: string): Error =>
    new InputError({ file, path: '--core', given, expected: 'a core that fluxhost build has made' });
  const bytes = await readFile(file).catch((error: unknown) => {
    throw refuse(readFailure(error));
  });
  let module: WebAssembly.Module;
  let layout: unknown;
  try {
    module = await compileCore(bytes);
    layout = instantiateCore(module).exports['layoutVersion'];
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.split('\n')[0]! : String(error));
  }
  if (typeof layout !== 'function') throw refuse('a module that simulates no host');
  const version = (layout as () => number)();
  if (version !== LAYOUT_VERSION) {
    throw refuse(`a core of another fluxhost (layout ${version}, this one reads ${LAYOUT_VERSION})`);
  }
  return module;
}
