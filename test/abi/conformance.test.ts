// The conformance checker: what keeps to the interface passes, and each rule has a policy that breaks it and no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../src/judge/conformance.js';
import { binaryen } from '../support/compiler.js';

function wat(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}
const VERSION = '(func (export "fluxhost_policy_version") (result i32) (i32.const 1))';

async function broken(text: string): Promise<string[]> {
  const { conforms, rules } = await checkPolicy(wat(`(module ${text})`), 1000);
  expect(conforms).toBe(false);
  const at = rules.findIndex(({ kept }) => kept === false);
  expect(rules.map(({ kept }) => kept)).toEqual(rules.map((_, i) => (i < at ? true : i === at ? false : null)));
  return [rules[at]!.rule, rules[at]!.detail];
}

describe('the checker', () => {
  it.each(['c', 'rust'])('passes the template in %s', async (name) => {
    const bytes = readFileSync(new URL(`fixtures/${name}.wasm`, import.meta.url));
    const { conforms, decisions, fuel, rules } = await checkPolicy(bytes);
    expect(rules.filter(({ kept }) => kept !== true)).toEqual([]);
    expect(conforms).toBe(true);
    expect(decisions).toEqual(['dispatch', 'firstVictim', 'coresWanted', 'victim']);
    // at most a loop over ten vCPUs, the call and a return; optimisers may turn a loop's first round out of it
    expect(fuel!.most).toBeGreaterThan(8);
    expect(fuel!.most).toBeLessThanOrEqual(12);
  });

  it('passes one that says how long instances are kept, asked by a host of functions', async () => {
    const keeping = `(module ${VERSION}
      (func (export "keep_for") (param i32 i32 i32 f64) (result f64) (f64.const 5e9))
      (func (export "worth") (param i32 i32 i32 f64) (result f64) (f64.convert_i32_u (local.get 1))))`;
    expect(await checkPolicy(wat(keeping))).toMatchObject({ conforms: true, decisions: ['keepFor', 'worth'] });
    const negative = keeping.replace('(f64.const 5e9)', '(f64.const -1)').replace(/^\(module|\)$/g, '');
    expect(await broken(negative)).toEqual(['answers', 'policy.keepFor: given -1, expected a number from 0']);
  });

  it('names the rule that is broken', async () => {
    expect((await broken(VERSION))[0]).toBe('interface');
    const old = VERSION.replace('const 1', 'const 7');
    expect(await broken(`${old} (func (export "victim") (param i32) (result i32) (i32.const -1))`)).toEqual([
      'start',
      'policy: speaks version 7 of the interface, expected 1',
    ]);
    expect(await broken(`${VERSION} (func (export "victim") (param i32) (result i32) (i32.const 3))`)).toEqual([
      'answers',
      expect.stringContaining('victim'),
    ]);
    // every third call gives the last vCPU: the same from run to run, and another after a snapshot
    const counting = `(global $n (mut i32) (i32.const 0))
      (func (export "dispatch") (param i32 i32) (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (select (i32.sub (local.get 1) (i32.const 1)) (i32.const 0) (i32.eqz (i32.rem_u (global.get $n) (i32.const 3)))))`;
    expect((await broken(`${VERSION} ${counting}`))[0]).toBe('stateless');
  });
});
