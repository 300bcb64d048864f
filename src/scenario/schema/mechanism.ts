// `mechanism`: a kind, or a kind with knobs. A new mechanism adds one section here, beside its parameters and its line
// in mechanisms.ts.

import * as z from 'zod';
import { expectedOneOf } from '../errors.js';
import { MECHANISM_KINDS } from '../mechanism-kinds.js';
import { defaultChoice, defaultNumber } from '../parameters.js';
import type { Mechanism } from '../types.js';
import { choice, documented, duration, positiveDuration, section, variants, whole } from './fields.js';

const SIGNALS = ['average', 'oldest', 'queue-length'] as const;
const GRANTS = ['one', 'drain'] as const;
const MODES = ['reactive', 'proactive', 'both'] as const;
const QUEUE_LENGTH = whole(0, 2 ** 31);

const HF = 'mechanism.hyperflux';
const hyperflux = section({
  kind: z.literal('hyperflux'),
  interval: documented(`${HF}.interval`, positiveDuration),
  threshold: documented(`${HF}.threshold`, duration),
  signal: documented(`${HF}.signal`, choice(SIGNALS)),
  queueLength: documented(`${HF}.queueLength`, QUEUE_LENGTH),
  mode: documented(`${HF}.mode`, choice(MODES)),
  staleness: documented(`${HF}.staleness`, duration),
  grant: documented(`${HF}.grant`, choice(GRANTS)),
}).transform((knobs) => ({
  kind: knobs.kind,
  intervalNs: knobs.interval ?? defaultNumber(`${HF}.interval`),
  thresholdNs: knobs.threshold ?? defaultNumber(`${HF}.threshold`),
  signal: knobs.signal ?? defaultChoice(`${HF}.signal`, SIGNALS),
  queueLength: knobs.queueLength ?? defaultNumber(`${HF}.queueLength`),
  mode: knobs.mode ?? defaultChoice(`${HF}.mode`, MODES),
  stalenessNs: knobs.staleness ?? defaultNumber(`${HF}.staleness`),
  grant: knobs.grant ?? defaultChoice(`${HF}.grant`, GRANTS),
}));

const HP = 'mechanism.hotplug';
const hotplug = section({
  kind: z.literal('hotplug'),
  latency: documented(`${HP}.latency`, duration),
  unplugLatency: documented(`${HP}.unplugLatency`, duration),
  interval: documented(`${HP}.interval`, positiveDuration),
  threshold: documented(`${HP}.threshold`, duration),
  signal: documented(`${HP}.signal`, choice(SIGNALS)),
  queueLength: documented(`${HP}.queueLength`, QUEUE_LENGTH),
  idleBefore: documented(`${HP}.idleBefore`, duration),
  grant: documented(`${HP}.grant`, choice(GRANTS)),
}).transform((knobs) => ({
  kind: knobs.kind,
  latencyNs: knobs.latency ?? defaultNumber(`${HP}.latency`),
  unplugLatencyNs: knobs.unplugLatency ?? defaultNumber(`${HP}.unplugLatency`),
  intervalNs: knobs.interval ?? defaultNumber(`${HP}.interval`),
  thresholdNs: knobs.threshold ?? defaultNumber(`${HP}.threshold`),
  signal: knobs.signal ?? defaultChoice(`${HP}.signal`, SIGNALS),
  queueLength: knobs.queueLength ?? defaultNumber(`${HP}.queueLength`),
  idleBeforeNs: knobs.idleBefore ?? defaultNumber(`${HP}.idleBefore`),
  grant: knobs.grant ?? defaultChoice(`${HP}.grant`, GRANTS),
}));

const withKnobs = z.discriminatedUnion(
  'kind',
  [section({ kind: z.literal('ideal') }), section({ kind: z.literal('static') }), hotplug, hyperflux],
  variants('kind', MECHANISM_KINDS),
);

const kindExpected = (given: unknown): string =>
  typeof given === 'string'
    ? expectedOneOf('a known mechanism', given, MECHANISM_KINDS)
    : `a mechanism, or a mapping with its kind and knobs; kinds: ${MECHANISM_KINDS.join(', ')}`;

export const mechanism = z
  .union([z.enum(MECHANISM_KINDS), withKnobs], { error: (issue) => kindExpected(issue.input) })
  .transform((value) => (typeof value === 'string' ? defaultMechanism(value) : value)) satisfies z.ZodType<Mechanism>;

/** A mechanism with every knob at its default. */
export function defaultMechanism(kind: Mechanism['kind']): Mechanism {
  return withKnobs.parse({ kind });
}
