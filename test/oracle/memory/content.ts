// Which backend a page's content goes to: a hash of seed, name of the VM and page number.

import { hashOf, mix } from '../chance.js';
import { BACKENDS, type BackendName, type HostSpec } from './things.js';

export function backendOf(content: HostSpec['content'], seed: number, vm: string, page: number): BackendName {
  const word = mix(mix(BigInt(seed) ^ hashOf(vm)) + BigInt(page));
  const unit = Number(word >> 11n) / 2 ** 53;
  let share = 0;
  for (const name of BACKENDS) {
    share += content[name];
    if (share > unit) return name;
  }
  return BACKENDS.findLast((name) => content[name] > 0)!;
}
