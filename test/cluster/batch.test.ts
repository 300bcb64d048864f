// Clusters without a queue: manifests of Kubernetes and the script for Slurm, as docs/cluster.md prints them. What they call is run here, part by
// part, by a shell in their place.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseCommand } from '../../src/cli/args.js';
import { fleetSpec } from '../../src/cli/fleet.js';
import { kubernetesBlocks } from '../../src/cli/kubernetes.js';
import { type Asked, merged, queued, sharded } from '../../src/cli/kubernetes-objects.js';
import { main } from '../../src/cli/program.js';
import { workerSpec } from '../../src/cli/worker.js';
import { captureIo } from '../cli/fake.js';
import { bitsOf, smallFleet } from '../support/fleet.js';
import { program } from './support.js';

const page = readFileSync(new URL('../../docs/cluster.md', import.meta.url), 'utf8');
const ASKED: Asked = { image: 'registry/fluxhost:1', pods: 3, cpus: 1, storage: '1Gi' };

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

/** With `fluxhost` and `npx` of this build. */
const shell = (script: string, env: Record<string, string>): string =>
  execFileSync('/bin/sh', ['-euc', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${at('bin')}${delimiter}${process.env['PATH']}`, ...env },
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-batch-'));
  writeFileSync(at('fleet.yaml'), smallFleet('10ms'));
  mkdirSync(at('bin'));
  const call = `exec '${process.execPath}' '${program}' "$@"\n`;
  writeFileSync(at('bin', 'fluxhost'), `#!/bin/sh\n${call}`);
  writeFileSync(at('bin', 'npx'), `#!/bin/sh\nshift\n${call}`);
  for (const name of ['fluxhost', 'npx']) chmodSync(at('bin', name), 0o755);
  shell('fluxhost fleet fleet.yaml --workers 1 --out local', {});
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A pod's container, whatever makes the pod. */
interface Pod {
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly command?: readonly string[];
    readonly env?: readonly { readonly name: string }[];
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes?: readonly { readonly name: string }[];
}
interface Parsed {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completions?: number;
    readonly selector?: { readonly matchLabels?: object };
    readonly template?: { readonly metadata?: { readonly labels?: object }; readonly spec: Pod };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

/** As Kubernetes reads them: by YAML 1.1. */
async function printed(...args: string[]): Promise<Parsed[]> {
  const io = captureIo();
  expect(await main(['kubernetes', ...args], io), io.err).toBe(0);
  return parseAllDocuments(io.out, { version: '1.1' }).map((document) => document.toJS() as Parsed);
}

describe('fluxhost kubernetes', () => {
  it('prints what docs/cluster.md shows', () => {
    const fenced = (text: string): unknown[] =>
      parseAllDocuments(/```yaml\n(.*?)```/s.exec(text)![1]!, { version: '1.1' }).map((one) => one.toJS() as unknown);
    for (const [name, block] of Object.entries(kubernetesBlocks())) {
      const shown = page.split(`<!-- ${name} -->`)[1]!.split(`<!-- end of ${name} -->`)[0]!;
      expect(fenced(shown)).toEqual(fenced(block));
    }
  });

  it('prints the objects, word for word as a cluster reads them', async () => {
    const options = ['--image', ASKED.image, '--pods', '3', '--cpus', '1', '--storage', '1Gi'];
    for (const [way, make] of Object.entries({ queue: queued, shards: sharded, merge: merged }))
      expect(await printed(way, ...options)).toEqual(JSON.parse(JSON.stringify(make(ASKED))));
  });

  it('names labels, volumes and variables that are there', async () => {
    for (const { kind, spec } of (await Promise.all(['queue', 'shards', 'merge'].map((way) => printed(way)))).flat()) {
      if (spec.template === undefined) continue;
      if (kind !== 'Job') expect(spec.template.metadata!.labels).toEqual(spec.selector!.matchLabels);
      const volumes = [
        ...(spec.template.spec.volumes ?? []).map(({ name }) => name),
        ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
      ];
      for (const { args = [], env = [], volumeMounts = [] } of spec.template.spec.containers) {
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
        const known = env.map(({ name }) => name);
        for (const [, name] of args.join(' ').matchAll(/\$\((\w+)\)/g)) expect(known).toContain(name);
      }
    }
  });

  it('calls commands with options that they have', async () => {
    const argsOf = async (kind: string): Promise<readonly string[]> =>
      (await printed('queue')).find((one) => one.kind === kind)!.spec.template!.spec.containers[0]!.args!;
    const [workerName, ...worker] = await argsOf('Deployment');
    expect(workerName).toBe('worker');
    parseCommand(workerSpec, worker).check();
    const [fleetName, ...fleet] = await argsOf('Job');
    expect(fleetName).toBe('fleet');
    parseCommand(fleetSpec, fleet).check();
  });

  it('simulates all parts of an indexed Job, and merges them to the bits of one run', async () => {
    const scriptOf = async (way: string): Promise<readonly [string, number | undefined]> => {
      const { spec } = (await printed(way, '--pods', '3', '--cpus', '1')).find(({ kind }) => kind === 'Job')!;
      const [{ command, volumeMounts }] = spec.template!.spec.containers as [Pod['containers'][number]];
      let script = command![2]!;
      for (const { name, mountPath } of volumeMounts!)
        script = script.replaceAll(`${mountPath}/`, `${name === 'run' ? at('pods') : folder}/`);
      return [script, spec.completions];
    };
    const [part, parts] = await scriptOf('shards');
    for (let index = 0; index < parts!; index++) shell(part, { JOB_COMPLETION_INDEX: String(index) });
    shell((await scriptOf('merge'))[0], {});
    expect(bitsOf(at('pods', 'whole'))).toEqual(bitsOf(at('local')));
  });

  it('refuses what it does not know', async () => {
    const io = captureIo();
    expect(await main(['kubernetes', 'swarm', '--storage', 'much', '--pods', '0'], io)).toBe(2);
    expect(io.err).toMatch(/"swarm".*queue, shards, merge/);
    expect(io.err).toContain('--storage: given "much"');
    expect(io.err).toContain('--pods');
  });
});

describe('the script for Slurm', () => {
  it('simulates all parts of the array, and merges them to the bits of one run', () => {
    const script = /```sh\n(#!\/bin\/sh\n#SBATCH[^`]*)```/.exec(page)![1]!;
    const merge = /^ {4}(npx fluxhost merge .*)$/m.exec(page)![1]!;
    const [, from, to] = /--array=(\d+)-(\d+)/.exec(script)!.map(Number);
    for (let task = from!; task <= to!; task++)
      shell(script, { SLURM_ARRAY_TASK_ID: String(task), SLURM_CPUS_PER_TASK: '1' });
    shell(merge, {});
    expect(bitsOf(at('whole'))).toEqual(bitsOf(at('local')));
  });
});
