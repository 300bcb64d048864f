// Conditions rewritten as branches answer what they answered, whatever is in them.
import binaryen from 'assemblyscript/binaryen';
import { describe, expect, it } from 'vitest';
import { branches } from '../../scripts/branches.mjs';

/** Each tells by the bits of its answer which parts were asked, in which order, and where it went. */
const CONDITIONS = {
  and: '(if (result i32) (call $ask (i32.const 0)) (then (call $ask (i32.const 1))) (else (i32.const 0)))',
  or: '(if (result i32) (call $ask (i32.const 0)) (then (i32.const 1)) (else (call $ask (i32.const 1))))',
  notFirst: '(if (result i32) (call $ask (i32.const 0)) (then (i32.const 0)) (else (call $ask (i32.const 1))))',
  orNot: '(if (result i32) (call $ask (i32.const 0)) (then (call $ask (i32.const 1))) (else (i32.const 1)))',
  either:
    '(if (result i32) (call $ask (i32.const 0)) (then (call $ask (i32.const 1))) (else (i32.eqz (call $ask (i32.const 2)))))',
  nested: `(i32.eqz (if (result i32)
    (if (result i32) (call $ask (i32.const 0)) (then (i32.const 2)) (else (call $ask (i32.const 1))))
    (then (i32.eqz (call $ask (i32.const 2)))) (else (i32.const 0))))`,
  inlined: `(block $answer (result i32)
    (if (call $ask (i32.const 0)) (then (br $answer (i32.const 0))))
    (drop (br_if $answer (i32.const 1) (call $ask (i32.const 1))))
    (if (call $ask (i32.const 2)) (then (br $answer (call $ask (i32.const 3)))))
    (i32.const 1))`,
};

/** The condition in every place where one stands. */
const text = (condition: string): string => `(module
  (global $seen (mut i32) (i32.const 1))
  (global $bits (mut i32) (i32.const 0))
  (func $ask (param $which i32) (result i32)
    (global.set $seen (i32.add (i32.mul (global.get $seen) (i32.const 5)) (local.get $which)))
    (i32.and (i32.shr_u (global.get $bits) (local.get $which)) (i32.const 1)))
  (func $start (param $bits i32) (global.set $bits (local.get $bits)) (global.set $seen (i32.const 1)))
  (func (export "alone") (param $bits i32) (result i32)
    (call $start (local.get $bits))
    (if ${condition} (then (global.set $seen (i32.add (global.get $seen) (i32.const 100000)))))
    (global.get $seen))
  (func (export "else") (param $bits i32) (result i32) (local $went i32)
    (call $start (local.get $bits))
    (if ${condition} (then (local.set $went (i32.const 1))) (else (local.set $went (i32.const 2))))
    (i32.add (global.get $seen) (i32.mul (local.get $went) (i32.const 100000))))
  (func (export "valued") (param $bits i32) (result i32)
    (call $start (local.get $bits))
    (i32.add (i32.mul (if (result i32) ${condition} (then (i32.const 7)) (else (i32.const 8))) (i32.const 100000)) (global.get $seen)))
  (func (export "leaves") (param $bits i32) (result i32)
    (call $start (local.get $bits))
    (block $out (br_if $out ${condition}) (global.set $seen (i32.add (global.get $seen) (i32.const 100000))))
    (global.get $seen)))`;

type Answers = Record<string, (bits: number) => number>;

function answersOf(condition: string, rewrite: boolean): { answers: Answers; count: number } {
  const module = binaryen.parseText(text(condition));
  const count = rewrite ? branches(binaryen, module) : 0;
  if (!module.validate()) throw new Error('no valid module');
  const bytes = Uint8Array.from(module.emitBinary());
  module.dispose();
  return { answers: new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Answers, count };
}

describe('conditions as branches', () => {
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    it(`asks the same in the same order: ${name}`, () => {
      const before = answersOf(condition, false).answers;
      const { answers, count } = answersOf(condition, true);
      expect(count).toBeGreaterThanOrEqual(4);
      for (const place of Object.keys(before)) {
        for (let bits = 0; bits < 16; bits++)
          expect([place, bits, answers[place]?.(bits)]).toEqual([place, bits, before[place]?.(bits)]);
      }
    });
  }
});
