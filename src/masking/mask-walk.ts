/**
 * One walk over a parsed message that decides what is replaced in the copy that is sent and in the copy that is
 * stored. The stored copy gets every replacement the sent one gets, and more: it is never looser (P3). It writes
 * nothing itself; it collects edits and findings.
 */
import { toPointer, type FindingNotes, type PathPart } from '#masking/finding-notes.ts';
import type { IsSecretField } from '#masking/field-names.ts';
import { unescapedText } from '#masking/json-text.ts';
import { KeyNames } from '#masking/key-names.ts';
import { isPlaceholder, type Operator } from '#masking/operators.ts';
import { isSchemaPlace, SCHEMA_MAPS, SCHEMA_PARTS, SCHEMA_VALUES } from '#masking/schema-places.ts';
import type { SecretSet } from '#masking/secret-set.ts';
import { encodeJsonString, parseEmbedded, spliceText } from '#mcp/json.ts';
import type { JsonEdit, JsonMember, JsonNode, JsonObject } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

/** Spots values in the text of a string. Spans are UTF-16 offsets, ascending, not overlapping. */
export type Detector = {
  /** Its name in findings. */
  readonly rule: string;
  /** Presidio entity name. */
  readonly type: string;
  find(text: string): readonly { readonly start: number; readonly end: number }[];
};

export type WalkRules = {
  readonly isSecretField: IsSecretField;
  readonly detectors: readonly Detector[];
  readonly secrets: SecretSet;
  /** For everything in the stored copy, and for exact secrets in both: one value, one token. */
  readonly store: Operator;
  /** What is masked in the sent copy besides exact secrets. */
  readonly inline: { readonly operator: Operator; readonly types: ReadonlySet<string> };
};

export type WalkNotes = {
  readonly stored: FindingNotes;
  readonly inline: FindingNotes;
  /** Something could not be looked into, or not be given a token, within its bounds. */
  isOverBudget: boolean;
  /** Tokens cost a keyed hash each; after so many a message gets plain placeholders. */
  tokensLeft: number;
  /** Tokens of exact secrets already made for this message. */
  readonly tokens: Map<string, string>;
};

/** Which copies a value is still in: a value inside a replaced one is in the sent copy only. */
type Copies = { readonly stored: boolean; readonly inlineRules: boolean };
type Texts = { readonly stored: string; readonly sent: string };

export const FIELD_NAME_RULE = 'field-name';
export const EXACT_SECRET_RULE = 'exact-secret';
export const UNREADABLE_RULE = 'unreadable';
const SECRET = 'SECRET';

/** Handed back and forth unread (spec: "must treat as an opaque blob"): never rewritten by what is a guess. */
const OPAQUE_KEYS = new Set(['requestState', 'nextCursor', 'cursor', 'progressToken']);
const OPAQUE_PARENTS = new Set<PathPart>(['params', 'result', '_meta']);

/** Cheap: most strings are no JSON. `opensJson` decides. */
const JSON_START = /^\s*[[{"]/;
const QUOTED_PLACEHOLDER_CHARS_MAX = 512;
/** A placeholder begins like an array; in quotes at the last level it is not JSON that nobody looked into. */
const isQuotedPlaceholder = (value: string): boolean =>
  value.length <= QUOTED_PLACEHOLDER_CHARS_MAX && isPlaceholder(value.replaceAll(/^[\s"\\]+|[\s"\\]+$/g, ''));

const EMBEDDED_LIMITS = { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes };

function isEmpty(node: JsonNode): boolean {
  if (node.kind === 'string') return node.value === '';
  if (node.kind === 'array') return node.items.length === 0;
  return node.kind === 'object' ? node.members.length === 0 : node.kind === 'null';
}

export class MaskWalk {
  readonly storedEdits: JsonEdit[] = [];
  readonly sentEdits: JsonEdit[] = [];
  readonly #text: string;
  readonly #rules: WalkRules;
  readonly #notes: WalkNotes;
  /** The secrets that occur at all in this text; usually none. */
  readonly #present: SecretSet;
  readonly #level: number;
  readonly #path: PathPart[] = [];
  /** Where the walk is; inside a string, where that string is. */
  readonly #pointer: () => string;
  readonly #areFieldsInline: boolean;

  constructor(
    text: string,
    rules: WalkRules,
    notes: WalkNotes,
    present: SecretSet,
    embedded?: { readonly level: number; readonly pointer: () => string },
  ) {
    this.#text = text;
    this.#rules = rules;
    this.#notes = notes;
    this.#present = present;
    this.#level = embedded?.level ?? 0;
    this.#pointer = embedded?.pointer ?? (() => toPointer(this.#path));
    this.#areFieldsInline = rules.inline.types.has(SECRET);
  }

  walk(root: JsonNode, copies: Copies = { stored: true, inlineRules: true }): void {
    this.#visit(root, copies);
  }

  #visit(node: JsonNode, copies: Copies): void {
    switch (node.kind) {
      case 'object':
        this.#visitMembers(node, copies, (member) => this.#visitMember(member, copies));
        break;
      case 'array':
        this.#visitItems(node.items, (item) => this.#visit(item, copies));
        break;
      case 'string':
        this.#visitString(node, node.value, copies);
        break;
      case 'number':
        if (!this.#present.isEmpty && this.#present.find(node.text).length > 0) {
          this.#replaceExact(node, node.text, copies);
        }
        break;
      default:
        break;
    }
  }

  #visitItems(items: readonly JsonNode[], visit: (item: JsonNode) => void): void {
    const last = this.#path.push(0) - 1;
    for (const [index, item] of items.entries()) {
      this.#path[last] = index;
      visit(item);
    }
    this.#path.pop();
  }

  #visitMembers(object: JsonObject, copies: Copies, visit: (member: JsonMember) => void): void {
    const last = this.#path.push('') - 1;
    let names: KeyNames | undefined;
    for (const member of object.members) {
      this.#path[last] = member.key;
      if (!this.#present.isEmpty && this.#present.find(member.key).length > 0) {
        names ??= new KeyNames(object);
        this.#replaceKey(member, names, copies);
      }
      visit(member);
    }
    this.#path.pop();
  }

  #visitMember({ key, value }: JsonMember, copies: Copies): void {
    if (value.kind === 'object' && this.#level === 0 && isSchemaPlace(this.#path)) {
      this.#visitSchema(value, false, copies);
    } else if (this.#rules.isSecretField(key)) {
      this.#replaceField(value, copies);
    } else {
      const isOpaque = OPAQUE_KEYS.has(key) && OPAQUE_PARENTS.has(this.#path.at(-2) ?? '');
      this.#visit(value, isOpaque ? { ...copies, inlineRules: false } : copies);
    }
  }

  /** `isSecret`: what the schema describes is a secret by its name, so the values it mentions are. */
  #visitSchema(schema: JsonObject, isSecret: boolean, copies: Copies): void {
    this.#visitMembers(schema, copies, (member) => {
      const { key, value } = member;
      if (SCHEMA_MAPS.has(key) && value.kind === 'object') {
        this.#visitMembers(value, copies, ({ key: name, value: sub }) => {
          const isNamedSecret = isSecret || this.#rules.isSecretField(name);
          if (sub.kind === 'object') this.#visitSchema(sub, isNamedSecret, copies);
          else if (isNamedSecret && sub.kind !== 'true' && sub.kind !== 'false') this.#replaceField(sub, copies);
          else this.#visit(sub, copies);
        });
      } else if (SCHEMA_PARTS.has(key)) {
        const visitPart = (part: JsonNode): void =>
          part.kind === 'object' ? this.#visitSchema(part, isSecret, copies) : this.#visit(part, copies);
        if (value.kind === 'array') this.#visitItems(value.items, visitPart);
        else visitPart(value);
      } else if (isSecret && SCHEMA_VALUES.has(key)) {
        this.#replaceField(value, copies);
      } else {
        this.#visitMember(member, copies);
      }
    });
  }

  /** Replaces whatever stands under the name of a secret. Null and empty values hide nothing and keep their shape. */
  #replaceField(node: JsonNode, copies: Copies): void {
    if (isEmpty(node)) return;
    if (node.kind === 'string' && isPlaceholder(node.value)) return this.#visit(node, copies);
    const value = node.kind === 'string' ? node.value : this.#text.slice(node.start, node.end);
    if (copies.stored) {
      this.storedEdits.push(this.#edit(node, this.#put(this.#rules.store, SECRET, value)));
      this.#notes.stored.add(FIELD_NAME_RULE, SECRET, this.#pointer);
    }
    if (copies.inlineRules && this.#areFieldsInline) {
      this.sentEdits.push(this.#edit(node, this.#put(this.#rules.inline.operator, SECRET, value)));
      this.#notes.inline.add(FIELD_NAME_RULE, SECRET, this.#pointer);
    } else {
      this.#visit(node, { stored: false, inlineRules: copies.inlineRules });
    }
  }

  #replaceExact(node: JsonNode, value: string, copies: Copies): void {
    const edit = this.#edit(node, this.#put(this.#rules.store, SECRET, value));
    this.sentEdits.push(edit);
    if (copies.stored) this.storedEdits.push(edit);
    this.#noteExact(copies, 1, 1);
  }

  /** Also in the path: a finding's pointer must not show what was found. */
  #replaceKey(member: JsonMember, names: KeyNames, copies: Copies): void {
    const { text, count } = this.#spliceSecrets(member.key);
    const key = names.unique(text);
    this.#path[this.#path.length - 1] = key;
    const edit = { start: member.keyStart, end: member.keyEnd, text: encodeJsonString(key) };
    this.sentEdits.push(edit);
    if (copies.stored) this.storedEdits.push(edit);
    this.#noteExact(copies, count, count);
  }

  #visitString(node: JsonNode, value: string, copies: Copies): void {
    const { detectors } = this.#rules;
    const mayHoldJson = JSON_START.test(value);
    if (!mayHoldJson && this.#present.isEmpty && detectors.length === 0) return;
    let texts: Texts = { stored: value, sent: value };
    if (mayHoldJson) texts = this.#maskEmbedded(value, copies);
    if (!this.#present.isEmpty) texts = this.#maskExact(texts, copies);
    for (const detector of detectors) texts = this.#maskDetected(detector, texts, copies);
    if (copies.stored && texts.stored !== value) this.storedEdits.push(this.#edit(node, texts.stored));
    if (texts.sent !== value) this.sentEdits.push(this.#edit(node, texts.sent));
  }

  /** JSON values at the start of a string, one or a sequence of them, are masked like the message around them. */
  #maskEmbedded(value: string, copies: Copies): Texts {
    const parsed = parseEmbedded(value, EMBEDDED_LIMITS);
    if (!parsed.ok) return this.#replaceUnreadable(value, copies);
    const roots = parsed.value;
    if (roots.length === 0) return { stored: value, sent: value };
    if (this.#level >= LIMITS.embeddedJsonLevels) {
      return isQuotedPlaceholder(value) ? { stored: value, sent: value } : this.#replaceUnreadable(value, copies);
    }
    const unescaped = unescapedText(value, roots);
    const present = unescaped === value ? this.#present : this.#rules.secrets.presentIn(unescaped);
    const embedded = { level: this.#level + 1, pointer: this.#pointer };
    const inner = new MaskWalk(value, this.#rules, this.#notes, present, embedded);
    for (const root of roots) inner.walk(root, copies);
    return { stored: spliceText(value, inner.storedEdits), sent: spliceText(value, inner.sentEdits) };
  }

  #replaceUnreadable(value: string, copies: Copies): Texts {
    this.#notes.isOverBudget = true;
    const isInline = copies.inlineRules && this.#areFieldsInline;
    if (copies.stored) this.#notes.stored.add(UNREADABLE_RULE, SECRET, this.#pointer);
    if (isInline) this.#notes.inline.add(UNREADABLE_RULE, SECRET, this.#pointer);
    return {
      stored: this.#put(this.#rules.store, SECRET, value),
      sent: isInline ? this.#put(this.#rules.inline.operator, SECRET, value) : value,
    };
  }

  #maskExact({ stored, sent }: Texts, copies: Copies): Texts {
    if (stored === sent) {
      const both = this.#replaceSecrets(stored, copies);
      return { stored: both, sent: both };
    }
    // the copies already differ by a field's name or a detector, so each is searched by itself
    const storedHits = copies.stored ? this.#spliceSecrets(stored) : { text: stored, count: 0 };
    const sentHits = this.#spliceSecrets(sent);
    this.#noteExact(copies, storedHits.count, sentHits.count);
    return { stored: storedHits.text, sent: sentHits.text };
  }

  #replaceSecrets(text: string, copies: Copies): string {
    const { text: replaced, count } = this.#spliceSecrets(text);
    this.#noteExact(copies, count, count);
    return replaced;
  }

  #spliceSecrets(text: string): { readonly text: string; readonly count: number } {
    const edits = this.#present.find(text).map(({ start, end, secret }) => {
      return { start, end, text: this.#secretToken(secret) };
    });
    return edits.length === 0 ? { text, count: 0 } : { text: spliceText(text, edits), count: edits.length };
  }

  #noteExact(copies: Copies, storedCount: number, sentCount: number): void {
    const { stored, inline } = this.#notes;
    if (copies.stored && storedCount > 0) stored.add(EXACT_SECRET_RULE, SECRET, this.#pointer, storedCount);
    if (sentCount > 0) inline.add(EXACT_SECRET_RULE, SECRET, this.#pointer, sentCount);
  }

  #maskDetected(detector: Detector, { stored, sent }: Texts, copies: Copies): Texts {
    const { rule, type } = detector;
    const replace = (text: string, operator: Operator, notes: FindingNotes): string => {
      const spans = detector.find(text);
      if (spans.length > 0) notes.add(rule, type, this.#pointer, spans.length);
      return spliceText(
        text,
        spans.map(({ start, end }) => ({ start, end, text: this.#put(operator, type, text.slice(start, end)) })),
      );
    };
    const isInline = copies.inlineRules && this.#rules.inline.types.has(type);
    return {
      stored: copies.stored ? replace(stored, this.#rules.store, this.#notes.stored) : stored,
      sent: isInline ? replace(sent, this.#rules.inline.operator, this.#notes.inline) : sent,
    };
  }

  #put(operator: Operator, type: string, value: string): string {
    if (this.#notes.tokensLeft-- > 0) return operator(type, value);
    this.#notes.isOverBudget = true;
    return `[${type}]`;
  }

  /** The token of an exact secret: there are few, which may stand in many places. */
  #secretToken(secret: string): string {
    const known = this.#notes.tokens.get(secret);
    if (known !== undefined) return known;
    const token = this.#put(this.#rules.store, SECRET, secret);
    this.#notes.tokens.set(secret, token);
    return token;
  }

  #edit(node: JsonNode, value: string): JsonEdit {
    return { start: node.start, end: node.end, text: encodeJsonString(value) };
  }
}
