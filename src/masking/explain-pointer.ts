/**
 * What masking does with whatever stands at one place of a message: for each entity and copy the operator, which part of
 * `masking` says so, and whether the message would be refused. It asks the plan that a walk asks, and knows no value.
 */
import { isOpaquePlace } from '#masking/carriers/opaque.ts';
import type { CompiledMasking } from '#masking/compile-masking.ts';
import { ENTITIES } from '#masking/engine/entities.ts';
import { isEnvelopePlace, senderOf } from '#masking/envelope-places.ts';
import { toPointer, type PathPart } from '#masking/finding-notes.ts';
import type { OperatorName } from '#masking/operators/operator.ts';
import type { Source, Verdict } from '#masking/plan-message.ts';
import { pointerMatches } from '#masking/plan-pointer.ts';
import { elsewhere, SECRET, type Elsewhere, type Situation } from '#masking/plan-rule.ts';

/** `exempt`: a rule says that it stays as it came. `pass`: nothing says that it is masked. */
export type CopyExplained = { readonly operator: OperatorName | 'exempt' | 'pass'; readonly by: Source };

export type EntityExplained = {
  readonly entity: string;
  /** Where nothing asks for an entity, nobody finds it. */
  readonly isLookedFor: boolean;
  readonly store: CopyExplained;
  readonly inline: CopyExplained;
  /** One of these there refuses the whole message. */
  readonly blocks: boolean;
};

export type RuleAtPlace = {
  /** In `masking.rules`. */
  readonly index: number;
  /** What of the rule speaks of another message or place; undefined: it applies here. */
  readonly elsewhere: Elsewhere | 'pointers' | undefined;
};

export type PointerExplained = {
  readonly pointer: string;
  /**
   * `opaque`: goes its way unread, but for known secrets, and the book has a keyed digest. `envelope`: goes its way as it came, and
   * only the book is masked.
   */
  readonly place: 'value' | 'opaque' | 'envelope';
  /** The key whose name says that all that stands under it is a secret. */
  readonly secretField?: string;
  /** None where nobody looks. */
  readonly entities: readonly EntityExplained[];
  readonly rules: readonly RuleAtPlace[];
};

export function explainPointer(
  masking: CompiledMasking,
  situation: Situation,
  path: readonly PathPart[],
): PointerExplained {
  const above = path.map((_, at) => path.slice(0, at + 1));
  const from = senderOf(situation.direction);
  const isOfEnvelope = (one: readonly PathPart[]): boolean => isEnvelopePlace(one, situation.method, from);
  const place = above.some(isOpaquePlace) ? 'opaque' : above.some(isOfEnvelope) ? 'envelope' : 'value';
  const secret = above.find((upTo) => {
    const key = upTo.at(-1);
    return typeof key === 'string' && masking.isSecretField(key);
  });
  const plan = masking.plan.forMessage(situation);
  const entities = [...new Set<string>([...ENTITIES, ...masking.types])].map((entity): EntityExplained => {
    const isNamed = entity === SECRET && secret !== undefined;
    const verdict = plan.decide(entity, path);
    // under its name something is always put in the place of a secret that is kept
    const kept = isNamed && verdict.store === undefined ? { ...verdict, store: masking.forSecrets } : verdict;
    return { entity, isLookedFor: masking.types.has(entity) || isNamed, ...copiesOf(kept, place === 'envelope') };
  });
  return {
    pointer: toPointer(path),
    place,
    ...(secret === undefined || place === 'opaque' ? {} : { secretField: toPointer(secret) }),
    entities: place === 'opaque' ? [] : entities,
    rules: masking.rules.map((rule, index) => {
      const isHere = rule.pointers === undefined || rule.pointers.some((pattern) => pointerMatches(pattern, path));
      return { index, elsewhere: elsewhere(rule, situation) ?? (isHere ? undefined : 'pointers') };
    }),
  };
}

type Copies = Pick<EntityExplained, 'store' | 'inline' | 'blocks'>;

function copiesOf({ store, storeBy, inline, inlineBy, isBlocked }: Verdict, isEnvelope: boolean): Copies {
  return {
    store: explained(store?.name, storeBy),
    inline: isEnvelope ? { operator: 'pass', by: 'default' } : explained(inline?.name, inlineBy),
    blocks: isBlocked && !isEnvelope,
  };
}

const explained = (name: OperatorName | undefined, by: Source): CopyExplained => ({
  operator: name ?? (by === 'default' ? 'pass' : 'exempt'),
  by,
});
