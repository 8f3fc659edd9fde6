/**
 * One walk over a parsed message that decides what is replaced in the copy that is sent and in the copy that is
 * stored. The stored copy gets every replacement the sent one gets, and more: it is never looser (P3). It writes
 * nothing itself; it collects edits and findings.
 */
import { toPointer, type PathPart } from '#masking/finding-notes.ts';
import { unescapedText } from '#masking/json-text.ts';
import { KeyNames } from '#masking/key-names.ts';
import { LeafMask, type Copies, type Texts } from '#masking/leaf-mask.ts';
import { isPlaceholder } from '#masking/operators.ts';
import { TRAIL_START, type Trail } from '#masking/place-trail.ts';
import { isSchemaPlace, SCHEMA_MAPS, SCHEMA_PARTS, SCHEMA_VALUES } from '#masking/schema-places.ts';
import type { SecretSet } from '#masking/secret-set.ts';
import { LeafSpans } from '#masking/leaf-spans.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { encodeJsonString, parseEmbedded, spliceText } from '#mcp/json.ts';
import type { JsonEdit, JsonMember, JsonNode, JsonObject } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

export const FIELD_NAME_RULE = 'field-name';
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

/** Shorter numbers are nothing that any detector knows by itself. */
const BARE_NUMBER_CHARS_MIN = 7;
/** Keys that are replaced stay different from the others of their object, in each copy. */
type KeyPair = { readonly stored: KeyNames; readonly sent: KeyNames };

/** What is empty; and a yes or a no, which is about the secret and not it. */
function hidesNothing(node: JsonNode): boolean {
  if (node.kind === 'string') return node.value === '';
  if (node.kind === 'array') return node.items.length === 0;
  if (node.kind === 'object') return node.members.length === 0;
  return node.kind === 'null' || node.kind === 'true' || node.kind === 'false';
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
  readonly #leaf: LeafMask;
  /** Undefined unless somebody asked where things stand. */
  readonly #spans: LeafSpans | undefined;
  #at: Trail = TRAIL_START;

  constructor(
    text: string,
    rules: WalkRules,
    notes: WalkNotes,
    present: SecretSet,
    embedded?: { readonly level: number; readonly pointer: () => string; readonly spans: LeafSpans | undefined },
  ) {
    this.#text = text;
    this.#rules = rules;
    this.#notes = notes;
    this.#present = present;
    this.#level = embedded?.level ?? 0;
    this.#pointer = embedded?.pointer ?? (() => toPointer(this.#path));
    this.#areFieldsInline = rules.inline.types.has(SECRET);
    this.#leaf = new LeafMask(rules, notes, present, this.#pointer);
    this.#spans = embedded === undefined && notes.spans !== undefined ? LeafSpans.of(notes.spans) : embedded?.spans;
  }

  walk(root: JsonNode, copies: Copies = { stored: true, inlineRules: true }): void {
    this.#visit(root, copies);
  }

  #visit(node: JsonNode, copies: Copies): void {
    switch (node.kind) {
      case 'object':
        this.#visitMembers(node, copies, (member) => this.#visitMember(member, copies, this.#labelOf(node, member)));
        break;
      case 'array':
        this.#visitArray(node.items, copies);
        break;
      case 'string':
        this.#visitString(node, node.value, copies);
        break;
      case 'number':
        this.#visitNumber(node, node.text, copies);
        break;
      default:
        break;
    }
  }

  /** Rows below column heads stand under them. */
  #visitArray(items: readonly JsonNode[], copies: Copies): void {
    const { columns } = this.#at;
    const trail = this.#rules.detection?.trail;
    if (columns === undefined || trail === undefined)
      return this.#visitItems(items, (item) => this.#visit(item, copies));
    const outer = this.#at;
    this.#visitItems(items, (row) => {
      if (row.kind !== 'array') return this.#visit(row, copies);
      this.#visitItems(row.items, (cell, index) => {
        this.#at = trail.column(index, columns, outer);
        if (this.#rules.isSecretField(columns[index] ?? '')) this.#replaceField(cell, copies);
        else this.#visit(cell, copies);
      });
      this.#at = outer;
    });
  }

  #visitItems(items: readonly JsonNode[], visit: (item: JsonNode, index: number) => void): void {
    const last = this.#path.push(0) - 1;
    for (const [index, item] of items.entries()) {
      this.#path[last] = index;
      visit(item, index);
    }
    this.#path.pop();
  }

  #visitMembers(object: JsonObject, copies: Copies, visit: (member: JsonMember) => void): void {
    const last = this.#path.push('') - 1;
    const outer = this.#at;
    const trail = this.#rules.detection?.trail;
    let names: KeyPair | undefined;
    for (const member of object.members) {
      this.#path[last] = member.key;
      if (trail !== undefined) this.#at = trail.into(member, object, outer);
      const isSuspect = !this.#present.isEmpty || trail?.meaning(member.key).isPlain === false;
      if (isSuspect) names = this.#maskKey(member, object, names, copies);
      visit(member);
    }
    this.#at = outer;
    this.#path.pop();
  }

  #labelOf(object: JsonObject, member: JsonMember): string | undefined {
    return this.#rules.detection?.trail.secretLabelOf(object, member);
  }

  #visitMember({ key, value }: JsonMember, copies: Copies, label?: string): void {
    if (value.kind === 'object' && this.#level === 0 && isSchemaPlace(this.#path)) {
      this.#visitSchema(value, false, copies);
    } else if (this.#rules.isSecretField(key) || (label !== undefined && this.#rules.isSecretField(label))) {
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
    if (hidesNothing(node)) return;
    if (node.kind === 'string' && isPlaceholder(node.value)) return this.#visit(node, copies);
    const value = node.kind === 'string' ? node.value : this.#text.slice(node.start, node.end);
    if (copies.stored) {
      this.storedEdits.push(this.#edit(node, this.#leaf.put(this.#rules.store, SECRET, value)));
      this.#notes.stored.add(FIELD_NAME_RULE, SECRET, this.#pointer);
      this.#spans?.addField(this.#path, this.#text, node, FIELD_NAME_RULE, SECRET);
    }
    if (copies.inlineRules && this.#areFieldsInline) {
      this.sentEdits.push(this.#edit(node, this.#leaf.put(this.#rules.inline.operator, SECRET, value)));
      this.#notes.inline.add(FIELD_NAME_RULE, SECRET, this.#pointer);
    } else {
      this.#visit(node, { stored: false, inlineRules: copies.inlineRules });
    }
  }

  #visitNumber(node: JsonNode, text: string, copies: Copies): void {
    if (!this.#present.isEmpty && this.#present.find(text).length > 0) {
      const edit = this.#edit(node, this.#leaf.put(this.#rules.store, SECRET, text));
      this.sentEdits.push(edit);
      if (copies.stored) this.storedEdits.push(edit);
      this.#leaf.noteExact(copies, 1, 1);
      return;
    }
    const { detection } = this.#rules;
    if (detection === undefined || (text.length < BARE_NUMBER_CHARS_MIN && this.#at.place.types.length === 0)) return;
    const texts = this.#leaf.maskDetected(
      { stored: text, sent: text },
      this.#at.place,
      copies,
      detection.engine,
      this.#report(node, copies),
    );
    if (texts.stored !== text) this.storedEdits.push(this.#edit(node, texts.stored));
    if (texts.sent !== text) this.sentEdits.push(this.#edit(node, texts.sent));
  }

  /** Also in the path: a finding's pointer must not show what was found. */
  #maskKey(member: JsonMember, object: JsonObject, known: KeyPair | undefined, copies: Copies): KeyPair | undefined {
    const { key, keyStart: start, keyEnd: end } = member;
    const report = copies.stored ? this.#spans?.reportKey(this.#path) : undefined;
    const { stored, sent, note } = this.#leaf.maskKey(key, copies, this.#rules.detection?.engine, report);
    if (stored === key && sent === key) return known;
    const names = known ?? { stored: new KeyNames(object), sent: new KeyNames(object) };
    const storedKey = stored === key ? key : names.stored.unique(stored);
    const sentKey = sent === key ? key : stored === sent ? storedKey : names.sent.unique(sent);
    // whoever wants to see where things stand has the document
    if (this.#spans === undefined) this.#path[this.#path.length - 1] = storedKey === key ? sentKey : storedKey;
    note();
    if (copies.stored && storedKey !== key) this.storedEdits.push({ start, end, text: encodeJsonString(storedKey) });
    if (sentKey !== key) this.sentEdits.push({ start, end, text: encodeJsonString(sentKey) });
    return names;
  }

  #visitString(node: JsonNode, value: string, copies: Copies): void {
    const { detection } = this.#rules;
    const mayHoldJson = JSON_START.test(value);
    if (!mayHoldJson && this.#present.isEmpty && detection === undefined) return;
    let texts: Texts = { stored: value, sent: value };
    let jsonEnd = 0;
    if (mayHoldJson) ({ jsonEnd, ...texts } = this.#maskEmbedded(node, value, copies));
    texts = this.#leaf.maskExact(texts, copies);
    if (detection !== undefined && jsonEnd < value.length) {
      // of what holds JSON only the rest is text; offsets in it are not those of the leaf
      const isWhole = jsonEnd === 0;
      const report = isWhole ? this.#report(node, copies) : this.#report(node, copies, value.length);
      texts = this.#leaf.maskDetected(texts, this.#at.place, copies, detection.engine, report);
    }
    if (copies.stored && texts.stored !== value) this.storedEdits.push(this.#edit(node, texts.stored));
    if (texts.sent !== value) this.sentEdits.push(this.#edit(node, texts.sent));
  }

  #report(node: JsonNode, copies: Copies, lengthBefore?: number) {
    return copies.stored ? this.#spans?.report(this.#path, this.#text, node, lengthBefore) : undefined;
  }

  /** JSON values at the start of a string, one or a sequence of them, are masked like the message around them. */
  #maskEmbedded(node: JsonNode, value: string, copies: Copies): Texts & { readonly jsonEnd: number } {
    const asIs = { stored: value, sent: value, jsonEnd: 0 };
    const parsed = parseEmbedded(value, EMBEDDED_LIMITS);
    if (!parsed.ok) return { ...this.#replaceUnreadable(value, copies), jsonEnd: value.length };
    const roots = parsed.value;
    const last = roots.at(-1);
    if (last === undefined) return asIs;
    if (this.#level >= LIMITS.embeddedJsonLevels) {
      if (isQuotedPlaceholder(value)) return asIs;
      return { ...this.#replaceUnreadable(value, copies), jsonEnd: value.length };
    }
    const unescaped = unescapedText(value, roots);
    const present = unescaped === value ? this.#present : this.#rules.secrets.presentIn(unescaped);
    const spans = this.#spans?.inside(this.#path, this.#text, node);
    const embedded = { level: this.#level + 1, pointer: this.#pointer, spans };
    const inner = new MaskWalk(value, this.#rules, this.#notes, present, embedded);
    for (const root of roots) inner.walk(root, copies);
    const isAll = value.slice(last.end).trim() === '';
    return {
      stored: spliceText(value, inner.storedEdits),
      sent: spliceText(value, inner.sentEdits),
      jsonEnd: isAll ? value.length : last.end,
    };
  }

  #replaceUnreadable(value: string, copies: Copies): Texts {
    this.#notes.isOverBudget = true;
    const isInline = copies.inlineRules && this.#areFieldsInline;
    if (copies.stored) this.#notes.stored.add(UNREADABLE_RULE, SECRET, this.#pointer);
    if (isInline) this.#notes.inline.add(UNREADABLE_RULE, SECRET, this.#pointer);
    return {
      stored: this.#leaf.put(this.#rules.store, SECRET, value),
      sent: isInline ? this.#leaf.put(this.#rules.inline.operator, SECRET, value) : value,
    };
  }

  #edit(node: JsonNode, value: string): JsonEdit {
    return { start: node.start, end: node.end, text: encodeJsonString(value) };
  }
}
