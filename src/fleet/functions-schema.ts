// `functions` of a fleet: those of a scenario, on how many hosts each is, and what hosts keep for them.

import * as z from 'zod';
import { later, real, section, whole } from '../input/fields.js';
import { functionsOf, type lifecycleSchema, resolveLifecycle } from '../lifecycle/schema.js';
import { defaultNumber, described, documented } from './parameters.js';
import type { FleetFunctions } from './types.js';

const reserveExpected = (): string => 'a share above 0 and up to 1, or { cores, memory }';
const reserve = later(() =>
  z
    .union(
      [
        real(0, 1, true),
        section({
          cores: described('functions.reserve.cores', z.optional(real(0, 1))),
          memory: described('functions.reserve.memory', real(0, 1, true)),
        }),
      ],
      { error: reserveExpected },
    )
    .transform((value) =>
      typeof value === 'number' ? { cores: value, memory: value } : { cores: value.cores ?? 0, memory: value.memory },
    ),
);

const MOST_SPREAD = 1000;
export const functions = later(() =>
  section({
    ...functionsOf.fields(),
    spread: documented('functions.spread', whole(1, MOST_SPREAD)),
    reserve: described('functions.reserve', z.optional(reserve)),
  })
    .superRefine(functionsOf.check)
    .transform(({ spread, reserve: kept, ...given }) => ({
      given: functionsOf.resolve(given),
      spread: spread ?? defaultNumber('functions.spread'),
      reserve: kept,
    })),
);

type Refuse = (path: (string | number)[], message: string) => void;

interface Beside {
  readonly functions?: z.output<typeof functions> | undefined;
  readonly lifecycle?: z.output<typeof lifecycleSchema> | undefined;
  readonly vms?: object | undefined;
  readonly duration?: number | undefined;
  readonly fidelity?: { readonly kind: string } | undefined;
}

/** What functions of a fleet cannot have, and must. */
export function refuseFunctions(
  { functions: given, lifecycle, vms, duration: time, fidelity }: Beside,
  refuse: Refuse,
): void {
  if (given === undefined) {
    if (lifecycle !== undefined) refuse(['functions'], 'functions whose VMs come and go (lifecycle says how they do)');
    return;
  }
  if (vms === undefined && fidelity?.kind === 'packing')
    refuse(['fidelity'], 'full or sampled: packing places VMs alone, and there are none');
  if (vms === undefined && time === undefined) refuse(['duration'], 'how long requests come, such as 1h');
  if (vms !== undefined && given.reserve === undefined)
    refuse(['functions', 'reserve'], 'the share of every host that VMs do not get, such as 0.25');
  if (vms !== undefined && given.reserve !== undefined && Math.max(given.reserve.cores, given.reserve.memory) >= 1)
    refuse(['functions', 'reserve'], 'a share below 1, as there are VMs too');
  if (lifecycle?.memory !== undefined)
    refuse(['lifecycle', 'memory'], 'none: functions.reserve says what each host keeps for them');
  if (lifecycle?.workingSet !== undefined)
    refuse(['lifecycle', 'workingSet'], 'none: memory of the hosts of a fleet is not simulated');
  if (lifecycle?.keepAlive?.policy === 'policy')
    refuse(['lifecycle', 'keepAlive', 'policy'], 'fixed, lru, gd, hist or pool: a fleet takes no policy of your own');
}

export function functionsFor(
  { reserve: kept = { cores: 1, memory: 1 }, ...rest }: z.output<typeof functions>,
  lifecycle: Beside['lifecycle'],
): FleetFunctions {
  return { ...rest, reserve: kept, lifecycle: resolveLifecycle(lifecycle, rest.given.vertical) };
}
