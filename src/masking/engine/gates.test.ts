import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Detector } from '#masking/engine/detector.ts';
import { Gates } from '#masking/engine/gates.ts';
import { TextProfile } from '#masking/engine/text-profile.ts';

const detector = (name: number, gate: Partial<Detector>): Detector => ({
  types: [String(name)],
  needs: 0,
  find: () => undefined,
  ...gate,
});

function opened(detectors: readonly Detector[], profile: TextProfile, enough = Number.POSITIVE_INFINITY): string[] {
  const names: string[] = [];
  new Gates(detectors).each(profile, ({ types }) => names.push(types[0] ?? '') >= enough);
  return names;
}

const count = fc.oneof(fc.nat(12), fc.nat(63));
const gate = fc.record({
  needs: fc.nat((1 << 15) - 1).map((bits) => bits & (bits >> 3)),
  digitsMin: count,
  numberMin: count,
  runMin: count,
});
const seen = fc.record({ mask: fc.nat((1 << 15) - 1), digits: fc.nat(90), numberMax: fc.nat(90), runMax: fc.nat(90) });

test('a detector is asked when the text has all that it needs, in the order of the list', () => {
  fc.assert(
    fc.property(fc.array(gate, { maxLength: 70 }), seen, (gates, has) => {
      const profile = Object.assign(new TextProfile(), has);
      const expected = gates.flatMap(({ needs, digitsMin, numberMin, runMin }, at) => {
        const isOpen = (has.mask & needs) === needs && has.digits >= digitsMin;
        return isOpen && has.numberMax >= numberMin && has.runMax >= runMin ? [String(at)] : [];
      });
      assert.deepEqual(
        opened(
          gates.map((one, at) => detector(at, one)),
          profile,
        ),
        expected,
      );
    }),
    { numRuns: 1_000 },
  );
});

test('nobody is asked after enough, and a gate that could never open is refused', () => {
  const all = Array.from({ length: 40 }, (_, at) => detector(at, {}));
  assert.equal(opened(all, new TextProfile(), 35).length, 35);
  assert.throws(() => new Gates([detector(0, { runMin: 64 })]), /no more than 63/);
});
