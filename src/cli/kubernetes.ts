// `fluxhost kubernetes`: the manifests of a fleet on a cluster, as YAML for kubectl.

import { stringify } from 'yaml';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';
import { type Asked, type Manifest, merged, queued, sharded } from './kubernetes-objects.js';

const MOST_PODS = 100_000;
const MOST_CPUS = 256;
const DEFAULTS: Asked = { image: 'fluxhost', pods: 4, cpus: 4, storage: '20Gi' };

const WAYS: Readonly<Record<string, (asked: Asked) => readonly Manifest[]>> = {
  queue: queued,
  shards: sharded,
  merge: merged,
};

const kubernetesSpec: CommandSpec = {
  name: 'kubernetes',
  summary: 'Prints manifests by which a fleet is simulated on Kubernetes.',
  positionals: ['queue|shards|merge'],
  options: {
    image: { value: 'IMAGE', help: `of fluxhost, bullmq and ioredis (default ${DEFAULTS.image})` },
    pods: { value: 'N', help: `that simulate; with shards also the number of parts (default ${DEFAULTS.pods})` },
    cpus: { value: 'N', help: `processors and threads of each (default ${DEFAULTS.cpus})` },
    storage: { value: 'SIZE', help: `of the volume of results (default ${DEFAULTS.storage})` },
  },
  details:
    'queue: a Valkey server, a Deployment of workers, a Job that coordinates. shards: an indexed Job without a queue, and\n' +
    'merge: the Job that puts its parts together. docs/cluster.md tells what to create before.',
  examples: ['fluxhost kubernetes queue --pods 100 --cpus 8 | kubectl apply -f -'],
};

function askedOf(given: Arguments): Asked {
  const storage = given.text('storage') ?? DEFAULTS.storage;
  if (!/^\d+(Mi|Gi|Ti)$/.test(storage))
    given.problems.push(`--storage: given ${JSON.stringify(storage)}, expected a size such as ${DEFAULTS.storage}`);
  return {
    image: given.text('image') ?? DEFAULTS.image,
    pods: given.whole('pods', 1, MOST_PODS) ?? DEFAULTS.pods,
    cpus: given.whole('cpus', 1, MOST_CPUS) ?? DEFAULTS.cpus,
    storage,
  };
}

/** Kubernetes reads YAML 1.1, where a bare `yes` is true. */
const yamlOf = (manifests: readonly Manifest[]): string =>
  manifests
    .map((manifest) => stringify(manifest, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');

/** What docs/cluster.md prints, by the name of its place there. */
export const kubernetesBlocks = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(WAYS).map(([way, make]) => [
      `fluxhost kubernetes ${way}`,
      `\`\`\`yaml\n${yamlOf(make(DEFAULTS))}\`\`\``,
    ]),
  );

export function kubernetes(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(kubernetesSpec, args);
  if (given.help) {
    io.stdout(renderHelp(kubernetesSpec));
    return Promise.resolve(EXIT.done);
  }
  const asked = askedOf(given);
  const way = given.positional(0);
  const make = Object.hasOwn(WAYS, way) ? WAYS[way] : undefined;
  if (make === undefined)
    given.problems.push(`given ${JSON.stringify(way)}, expected one of ${Object.keys(WAYS).join(', ')}`);
  given.check();
  io.stdout(yamlOf(make!(asked)));
  return Promise.resolve(EXIT.done);
}
