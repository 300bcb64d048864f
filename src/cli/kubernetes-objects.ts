// What a fleet needs on Kubernetes, typed against its API: a queue, workers and a coordinator, or an indexed Job of parts without a queue.

import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { Job, PodFailurePolicy } from 'kubernetes-types/batch/v1.js';
import type { Container, PersistentVolumeClaim, PodSpec, Service } from 'kubernetes-types/core/v1.js';
import { EXIT } from './exit.js';

export interface Asked {
  /** Of fluxhost with bullmq and ioredis. */
  readonly image: string;
  /** Pods that simulate. */
  readonly pods: number;
  /** Processors of each. */
  readonly cpus: number;
  /** Of the results' volume, as Kubernetes writes it. */
  readonly storage: string;
}

export type Manifest = Service | StatefulSet | Deployment | Job | PersistentVolumeClaim;

const NAME = { queue: 'fluxhost-queue', workers: 'fluxhost-workers', fleet: 'fluxhost-fleet', merge: 'fluxhost-merge' };
const PORT = 6379;
const RUN = '/run/fluxhost';
const INPUT = '/fleet';
const FLEET = `${INPUT}/fleet.yaml`;

const labels = (name: string): Record<string, string> => ({ 'app.kubernetes.io/name': name });

/** Where commands find the queue; the password is of the secret of the queue's name. */
const QUEUE_ENV = [
  { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: NAME.queue, key: 'password' } } },
  { name: 'QUEUE', value: `redis://:$(PASSWORD)@${NAME.queue}:${PORT}` },
];

const queueService = (): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: NAME.queue },
  spec: { selector: labels(NAME.queue), ports: [{ port: PORT }], clusterIP: 'None' },
});

const queueServer = (): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: NAME.queue },
  spec: {
    serviceName: NAME.queue,
    replicas: 1,
    selector: { matchLabels: labels(NAME.queue) },
    template: {
      metadata: { labels: labels(NAME.queue) },
      spec: {
        containers: [
          {
            name: 'server',
            image: 'valkey/valkey:8',
            args: [
              ...['--requirepass', '$(PASSWORD)', '--maxmemory-policy', 'noeviction'],
              ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--dir', '/data'],
            ],
            env: QUEUE_ENV.slice(0, 1),
            ports: [{ containerPort: PORT }],
            readinessProbe: { tcpSocket: { port: PORT } },
            resources: { requests: { cpu: '1', memory: '1Gi' } },
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '4Gi' } } },
      },
    ],
  },
});

/** What the fleet names (`kubectl create configmap`) and what is written. */
const VOLUMES: NonNullable<PodSpec['volumes']> = [
  { name: 'fleet', configMap: { name: NAME.fleet } },
  { name: 'run', persistentVolumeClaim: { claimName: NAME.fleet } },
];
const MOUNTS: NonNullable<Container['volumeMounts']> = [
  { name: 'fleet', mountPath: INPUT, readOnly: true },
  { name: 'run', mountPath: RUN },
];

const workers = ({ image, pods, cpus }: Asked): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: NAME.workers },
  spec: {
    replicas: pods,
    selector: { matchLabels: labels(NAME.workers) },
    template: {
      metadata: { labels: labels(NAME.workers) },
      spec: {
        containers: [
          {
            name: 'worker',
            image,
            args: ['worker', '--redis', '$(QUEUE)', '--workers', String(cpus), '--files-within', INPUT],
            env: QUEUE_ENV,
            resources: { requests: { cpu: String(cpus), memory: `${512 * cpus}Mi` } },
            volumeMounts: MOUNTS.slice(0, 1),
          },
        ],
        volumes: VOLUMES.slice(0, 1),
      },
    },
  },
});

/** A pod whose node is lost is tried again; an input that is refused, or a host that cannot be simulated, is the same each time. */
const POD_FAILURES: PodFailurePolicy = {
  rules: [
    {
      action: 'FailJob',
      onExitCodes: { operator: 'In', values: [EXIT.refused, EXIT.assertionFailed, EXIT.incomplete] },
    },
  ],
};

const coordinator = ({ image }: Asked): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: NAME.fleet },
  spec: {
    backoffLimit: 6,
    podFailurePolicy: POD_FAILURES,
    template: {
      metadata: { labels: labels(NAME.fleet) },
      spec: {
        restartPolicy: 'Never',
        hostname: NAME.fleet, // the next pod may take over what the last one has locked
        containers: [
          {
            name: 'fleet',
            image,
            args: [
              ...['fleet', FLEET, '--engine', 'bullmq', '--redis', '$(QUEUE)'],
              ...['--out', `${RUN}/whole`, '--resume'],
            ],
            env: QUEUE_ENV,
            resources: { requests: { cpu: '1', memory: '2Gi' } },
            volumeMounts: MOUNTS,
          },
        ],
        volumes: VOLUMES,
      },
    },
  },
});

const results = ({ storage }: Asked, accessMode: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: NAME.fleet },
  spec: { accessModes: [accessMode], resources: { requests: { storage } } },
});

const inShell = (script: string): Pick<Container, 'command'> => ({ command: ['/bin/sh', '-c', script] });

const parts = ({ image, pods, cpus }: Asked): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: NAME.fleet },
  spec: {
    completionMode: 'Indexed',
    completions: pods,
    parallelism: pods,
    backoffLimit: 6 * pods,
    podFailurePolicy: POD_FAILURES,
    template: {
      metadata: { labels: labels(NAME.fleet) },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'part',
            image,
            ...inShell(
              `part=$((JOB_COMPLETION_INDEX + 1)); exec fluxhost fleet ${FLEET} --workers ${cpus} ` +
                `--shard $part/${pods} --out ${RUN}/part-$part --resume`,
            ),
            resources: { requests: { cpu: String(cpus), memory: `${512 * cpus}Mi` } },
            volumeMounts: MOUNTS,
          },
        ],
        volumes: VOLUMES,
      },
    },
  },
});

const merge = ({ image }: Asked): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: NAME.merge },
  spec: {
    template: {
      spec: {
        restartPolicy: 'OnFailure',
        containers: [
          {
            name: 'merge',
            image,
            ...inShell(`exec fluxhost merge ${RUN}/part-* --out ${RUN}/whole`),
            resources: { requests: { cpu: '1', memory: '2Gi' } },
            volumeMounts: MOUNTS.slice(1),
          },
        ],
        volumes: VOLUMES.slice(1),
      },
    },
  },
});

/** Workers take from a queue what a coordinator puts there. */
export const queued = (asked: Asked): readonly Manifest[] => [
  queueService(),
  queueServer(),
  workers(asked),
  results(asked, 'ReadWriteOnce'),
  coordinator(asked),
];

/** Pods that know nothing of each other, on a volume that all of them mount. */
export const sharded = (asked: Asked): readonly Manifest[] => [results(asked, 'ReadWriteMany'), parts(asked)];

/** To be applied when all parts are done. */
export const merged = (asked: Asked): readonly Manifest[] => [merge(asked)];
