import { base } from './base.js';
import { caladan } from './caladan.js';
import { cgroup } from './cgroup.js';
import { ideal } from './ideal.js';
import { blind, ditto, hotplug, hyperflux, microvm, shenango } from './polled.js';
import type { Mechanism } from '../mechanism.js';
import type { Mechanism as Knobs } from '../scenario.js';

export function mechanismOf(knobs: Knobs): Mechanism {
  switch (knobs.kind) {
    case 'ideal':
      return ideal();
    case 'static':
      return base;
    case 'hotplug':
      return hotplug(knobs);
    case 'microvm':
      return microvm(knobs);
    case 'shenango':
      return shenango(knobs);
    case 'caladan':
      return caladan(knobs);
    case 'ditto':
      return ditto(knobs);
    case 'hyperflux':
      return hyperflux(knobs);
    case 'blind':
      return blind(knobs);
    case 'cgroup':
      return cgroup(knobs);
    case 'nsdi22':
      throw new Error('nsdi22 keeps the rules of its reference');
  }
}
