// The package as a stranger gets it: packed, installed by npm into an empty folder, nothing of this repository beside it. And
// the runs that must come out the same wherever that folder's code is used: every mechanism, with requests that fork and join.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MECHANISM_KINDS, Simulation, type ScenarioInput } from '../../src/index.js';
import { essence } from '../support/bits.js';
import { contended } from '../support/contended.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Installed {
  /** The stranger's project. */
  readonly folder: string;
  /** The package in it. */
  readonly path: string;
  remove(): void;
}

/** Packs and installs. Dependencies come from npm's cache where it has them, else from the registry. */
export function installPackage(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-installed-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const npm = (args: string[], cwd: string): void => {
    execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  };
  try {
    npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], root);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'no-tarball.tgz';
    writeFileSync(join(folder, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n');
    npm(['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`], folder);
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, path: join(folder, 'node_modules', 'fluxhost'), remove };
}

export const INPUTS: readonly ScenarioInput[] = MECHANISM_KINDS.map((kind) => ({
  ...contended(kind, 'fork-join'),
  duration: '4ms',
}));

/** Everything of each run that must not differ, as the sources here give it. */
export async function expectedEssences(): Promise<string[]> {
  const essences: string[] = [];
  for (const input of INPUTS) {
    const simulation = await Simulation.create(input);
    await simulation.run();
    essences.push(essence(simulation.metrics()));
    simulation.close();
  }
  return essences;
}

/**
 * A module of the stranger's own: runs the inputs and answers the results as JSON. It names no entry of the package, so that
 * each place can bring the one it uses.
 */
export const PROGRAM = `
export const inputs = ${JSON.stringify(INPUTS)};
export async function runAll({ Simulation, toStableJson }, options) {
  const results = [];
  for (const input of inputs) {
    const simulation = await Simulation.create(input, options);
    await simulation.run();
    results.push(toStableJson(simulation.metrics()));
    simulation.close();
  }
  return results;
}
`;

/** The results of one place, each cut to what must not differ. */
export function essencesOf(results: readonly string[]): string[] {
  return results.map((text) => essence(JSON.parse(text) as Parameters<typeof essence>[0]));
}
