/**
 * A grant for one call that people give: a rule that holds and says `lift: <level>` also holds what no level in effect allows
 * and that level would. What any level denies stays denied, the lifted one's own denials among them.
 */
import { matchUnits, patternAllows, patternDenies } from '#policy/access.ts';
import type { Level, LevelPattern } from '#policy/levels.ts';
import type { MethodUse } from '#policy/method-use.ts';

export type Lift = {
  readonly level: string;
  /** The pattern by which the level would permit it; `literal` is the message itself where that follows another use. */
  offers(use: MethodUse, literal: MethodUse | undefined): LevelPattern | undefined;
  /** The most that one question may take, in the units of decision-work.ts. */
  units(use: MethodUse): number;
};

export const createLift = ({ name, allow, deny }: Level): Lift => ({
  level: name,
  units: (use) => matchUnits([...allow, ...deny], use),
  offers(use, literal) {
    const isDenied = deny.some(
      ({ pattern }) => patternDenies(pattern, use) || (literal !== undefined && patternDenies(pattern, literal)),
    );
    return isDenied ? undefined : allow.find(({ pattern }) => patternAllows(pattern, use));
  },
});
