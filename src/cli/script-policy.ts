// A policy in JavaScript: a module whose default export, or whose exports, are the functions of `Policy`. It runs as it is, without fuel.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../input/errors.js';
import { type Policy, POLICY_NAMES, PolicyError } from '../policy.js';

type Decide = (...given: unknown[]) => number;

/** What a decision throws is a fault of the policy. */
const guarded =
  (name: string, decide: Decide): Decide =>
  (...given) => {
    try {
      return decide(...given);
    } catch (error) {
      if (error instanceof PolicyError) throw error;
      throw new PolicyError(`policy.${name}: threw ${error instanceof Error ? error.message : String(error)}`, 'trap');
    }
  };

/** @throws InputError for a file that is no such module */
export async function scriptPolicy(file: string): Promise<Policy> {
  const expected = `a JavaScript module that exports ${POLICY_NAMES.join(', ')}, or some of them`;
  let found: Record<string, unknown>;
  try {
    found = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    const given = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new InputError({ file, path: 'POLICY', given, expected });
  }
  const from = (typeof found['default'] === 'object' && found['default'] !== null ? found['default'] : found) as Record<
    string,
    unknown
  >;
  const entries = POLICY_NAMES.flatMap((name) =>
    typeof from[name] === 'function' ? [[name, guarded(name, from[name] as Decide)] as const] : [],
  );
  if (entries.length === 0)
    throw new InputError({ file, path: 'POLICY', given: Object.keys(from).join(', ') || 'nothing', expected });
  return Object.fromEntries(entries);
}
