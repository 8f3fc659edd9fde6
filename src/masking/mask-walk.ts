/**
 * One walk over a parsed message that decides what is replaced in the copy that is sent and in the copy that is
 * stored. The stored copy gets every replacement the sent one gets, and more: it is never looser (P3). It writes
 * nothing itself; it collects edits and findings. Which operator takes the place of what, the plan of the message says.
 */
import { mediaIn, type Media } from '#masking/carriers/media.ts';
import { isDigest } from '#masking/carriers/digest.ts';
import { isOpaquePlace } from '#masking/carriers/opaque.ts';
import { isFreePlace } from '#masking/drop-places.ts';
import { toPointer, type PathPart } from '#masking/finding-notes.ts';
import { isEnvelopePlace } from '#masking/envelope-places.ts';
import { FieldMask, FIELD_NAME_RULE } from '#masking/field-mask.ts';
import { unescapedText } from '#masking/json-text.ts';
import { KeyNames } from '#masking/key-names.ts';
import { LeafMask, type Copies, type Texts } from '#masking/leaf-mask.ts';
import type { KeyMeaning } from '#masking/engine/place.ts';
import { TRAIL_START, type Trail } from '#masking/place-trail.ts';
import { isSchema, isSchemaPlace, SCHEMA_MAPS, SCHEMA_PARTS, SCHEMA_WORDS } from '#masking/schema-places.ts';
import { holdsNoSecret } from '#masking/no-secret.ts';
import { removals, type Extent } from '#masking/removals.ts';
import { SECRET } from '#masking/plan-rule.ts';
import type { SecretSet } from '#masking/secret-set.ts';
import { LeafSpans } from '#masking/leaf-spans.ts';
import { TextMask, type CopyEdits, type TextPlace } from '#masking/text-mask.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { encodeJsonString, stringMember } from '#mcp/json.ts';
import type { JsonEdit, JsonMember, JsonNode, JsonObject } from '#mcp/json.ts';

/** Shorter numbers are nothing that any detector knows by itself. */
const BARE_NUMBER_CHARS_MIN = 7;
/** Keys that are replaced stay different from the others of their object, in each copy. */
type KeyPair = { readonly stored: KeyNames; readonly sent: KeyNames };

/** A number in the place of a number. */
const INTEGER = /^-?(?:0|[1-9]\d{0,37})$/;

/** In a list. */
const NAME_CHARS_MAX = 40;
const MAY_NAME_SECRET = /pass|pwd|secret|token|key|auth|cookie|credential/i;
const IS_NAME = /^[A-Za-z_-]*$/;

/** The walk inside a string: how deep, and where in the message that string stands. */
type Embedded = {
  readonly level: number;
  readonly pointer: () => string;
  readonly path: readonly PathPart[];
  readonly spans: LeafSpans | undefined;
};

type Drops = ReturnType<LeafMask['takeDrops']>;
/** What goes away of a container, by position, in each copy; made when the first does. */
type Dropped = { readonly stored: Set<number>; readonly sent: Set<number> };
/** How many edits there were before a value was visited. */
type Marks = { readonly stored: number; readonly sent: number };

/** What is empty; and a yes or a no, which is about the secret and not it. */
function hidesNothing(node: JsonNode): boolean {
  if (node.kind === 'string') return node.value === '';
  if (node.kind === 'array') return node.items.length === 0;
  if (node.kind === 'object') return node.members.length === 0;
  return node.kind === 'null' || node.kind === 'true' || node.kind === 'false';
}

/** JSON-RPC 2.0 section 4. */
const isMessage = ({ members }: JsonObject): boolean => members.some(({ key }) => key === 'jsonrpc');

const BOTH: Copies = { stored: true, inlineRules: true };

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
  readonly #leaf: LeafMask;
  readonly #field: FieldMask;
  readonly #texts: TextMask;
  /** Undefined unless somebody asked where things stand. */
  readonly #spans: LeafSpans | undefined;
  /** From the root of the message; inside a string, of that string. */
  readonly #place: readonly PathPart[];
  #at: Trail = TRAIL_START;
  /** The value just visited goes away with its member or its place in a list. */
  #dropsStored = false;
  #dropsSent = false;
  /** What the key just visited became, where it was masked. */
  #maskedKey: string | undefined;
  /** Of the message; '' of an answer. */
  #method = '';
  /** Its row has a cell for every column. */
  #isCell = false;

  constructor(text: string, rules: WalkRules, notes: WalkNotes, present: SecretSet, embedded?: Embedded) {
    this.#text = text;
    this.#rules = rules;
    this.#notes = notes;
    this.#present = present;
    this.#level = embedded?.level ?? 0;
    this.#pointer = embedded?.pointer ?? (() => toPointer(this.#path));
    this.#place = embedded?.path ?? this.#path;
    this.#leaf = new LeafMask(rules, notes, present, { pointer: this.#pointer, path: this.#place });
    this.#field = new FieldMask(rules, notes, this.#leaf, this.#pointer);
    const nested = {
      json: (value: string, roots: readonly JsonNode[], place: TextPlace) => this.#walkInside(value, roots, place),
      text: (value: string, place: TextPlace) => this.#maskInside(value, place),
    };
    this.#texts = new TextMask(rules, notes, this.#leaf, { field: this.#field, nested, level: this.#level });
    this.#spans = embedded === undefined && notes.spans !== undefined ? LeafSpans.of(notes.spans) : embedded?.spans;
  }

  walk(root: JsonNode, copies: Copies = BOTH): void {
    if (this.#level === 0 && root.kind === 'object') this.#method = stringMember(root, 'method') ?? '';
    if (root.kind === 'object' && isSchema(root)) this.#visitSchema(root, false, copies);
    else this.#visit(root, copies);
  }

  /** A text that is no message, for both copies. */
  maskText(value: string): Texts {
    const texts = this.#texts.mask(value, { at: this.#at, copies: BOTH, where: undefined });
    const drops = this.#leaf.takeDrops();
    return { stored: drops.stored ? '' : texts.stored, sent: drops.sent ? '' : texts.sent };
  }

  maskExact(value: string): Texts {
    return this.#leaf.maskExact({ stored: value, sent: value }, BOTH);
  }

  #visit(node: JsonNode, copies: Copies): void {
    switch (node.kind) {
      case 'object':
        this.#visitObject(node, copies);
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

  #visitObject(node: JsonObject, copies: Copies): void {
    const sentBefore = this.sentEdits.length;
    const removed: Media[] = [];
    this.#visitMembers(node, copies, (member, meaning) => {
      const { key, value } = member;
      const isSecret = this.#isSecret(key, this.#labelOf(node, meaning));
      const media = value.kind === 'string' ? mediaIn(node, key, value.value) : undefined;
      if (media === undefined || isSecret) this.#visitMember(member, copies, isSecret);
      else if (this.#visitMedia(node, member, media, copies)) removed.push(media);
    });
    const [media] = removed;
    if (media === undefined) return;
    this.sentEdits.length = sentBefore;
    const text = encodeJsonString(this.#mediaText(node, media));
    this.sentEdits.push({ start: node.start, end: node.end, text: `{"type":"text","text":${text}}` });
  }

  #isSecret(key: string, label: string | undefined): boolean {
    return this.#rules.isSecretField(key) || (label !== undefined && this.#rules.isSecretField(label));
  }

  /** What stands for media in what is sent. */
  #mediaText(node: JsonObject, { kind, bytes }: Media): string {
    const value = stringMember(node, 'data') ?? stringMember(node, 'blob') ?? '';
    return this.#rules.media.send[kind] === 'hash'
      ? this.#rules.digests.media(kind, value, bytes)
      : `[${kind} removed]`;
  }

  /** Whether the whole object is to go. */
  #visitMedia(node: JsonObject, { key, keyStart, value }: JsonMember, media: Media, copies: Copies): boolean {
    if (value.kind !== 'string') return false;
    const texts = this.#field.media(media, value.value, copies);
    if (copies.stored && texts.stored !== value.value) this.storedEdits.push(this.#edit(value, texts.stored));
    if (!copies.inlineRules || this.#rules.media.send[media.kind] === 'allow' || media.place === 'value') {
      if (texts.sent !== value.value) this.sentEdits.push(this.#edit(value, texts.sent));
    } else if (media.place === 'content') {
      return true;
    } else {
      // text instead of bytes, so that it is still the contents of a resource (MCP, Resources)
      const hasText = node.members.some((member) => member.key === 'text');
      const text = hasText ? `${encodeJsonString(key)}:""` : `"text":${encodeJsonString(this.#mediaText(node, media))}`;
      this.sentEdits.push({ start: keyStart, end: value.end, text });
    }
    return false;
  }

  /** Rows below column heads stand under them. */
  #visitArray(items: readonly JsonNode[], copies: Copies): void {
    const { columns } = this.#at;
    const trail = this.#rules.detection?.trail;
    if (columns === undefined || trail === undefined)
      return this.#visitItems(items, (item, index) =>
        this.#isNamedBefore(items, index) ? this.#replaceField(item, copies) : this.#visit(item, copies),
      );
    const outer = this.#at;
    this.#visitItems(items, (row) => {
      if (row.kind !== 'array') return this.#visit(row, copies);
      this.#visitItems(row.items, (cell, index) => {
        this.#at = trail.column(index, columns, outer);
        this.#isCell = true;
        if (this.#rules.isSecretField(columns[index] ?? '')) this.#replaceField(cell, copies);
        else this.#visit(cell, copies);
      });
      this.#isCell = false;
      this.#at = outer;
    });
  }

  /** `["authorization", "Bearer …"]`, `["--password", "…"]`: not where only names stand. */
  #isNamedBefore(items: readonly JsonNode[], index: number): boolean {
    const [name, item] = [items[index - 1], items[index]];
    if (name?.kind !== 'string' || item?.kind !== 'string' || name.value.length > NAME_CHARS_MAX) return false;
    return MAY_NAME_SECRET.test(name.value) && !IS_NAME.test(item.value) && this.#rules.isSecretField(name.value);
  }

  #visitItems(items: readonly JsonNode[], visit: (item: JsonNode, index: number) => void): void {
    const last = this.#path.push(0) - 1;
    let dropped: Dropped | undefined;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (item === undefined) continue;
      this.#path[last] = index;
      const marks = this.#marks();
      visit(item, index);
      dropped = this.#takeDrops(dropped, index, marks);
    }
    this.#path.pop();
    if (dropped !== undefined) this.#cutOut(items, dropped);
  }

  #marks(): Marks {
    return { stored: this.storedEdits.length, sent: this.sentEdits.length };
  }

  /** What was to be changed inside of what goes away goes with it. */
  #takeDrops(dropped: Dropped | undefined, index: number, marks: Marks): Dropped | undefined {
    if (!this.#dropsStored && !this.#dropsSent) return dropped;
    const all = dropped ?? { stored: new Set(), sent: new Set() };
    if (this.#dropsStored) {
      all.stored.add(index);
      this.storedEdits.length = marks.stored;
    }
    if (this.#dropsSent) {
      all.sent.add(index);
      this.sentEdits.length = marks.sent;
    }
    this.#dropsStored = false;
    this.#dropsSent = false;
    return all;
  }

  #cutOut(parts: readonly Extent[], { stored, sent }: Dropped): void {
    this.storedEdits.push(...removals(parts, stored));
    this.sentEdits.push(...removals(parts, sent));
  }

  #visitMembers(
    object: JsonObject,
    copies: Copies,
    visit: (member: JsonMember, meaning: KeyMeaning | undefined) => void,
  ): void {
    const last = this.#path.push('') - 1;
    const outer = this.#at;
    const { trail, hasPatterns = false } = this.#rules.detection ?? {};
    let names: KeyPair | undefined;
    let dropped: Dropped | undefined;
    const { members } = object;
    for (let index = 0; index < members.length; index++) {
      const member = members[index];
      if (member === undefined) continue;
      this.#path[last] = member.key;
      const marks = this.#marks();
      this.#maskedKey = undefined;
      // the id of a message is its client's to choose: what is under it is not what an `id` is
      const isOfMessage = last === 0 && member.key === 'id' && this.#level === 0 && isMessage(object);
      const meaning = trail?.meaning(member.key);
      const isSuspect = !this.#present.isEmpty || hasPatterns || meaning?.isPlain === false;
      if (isSuspect) names = this.#maskKey(member, object, names, copies);
      // a key that is masked means what its placeholder does, so that masking again finds the same
      const isRenamed = this.#maskedKey !== undefined;
      const named = this.#maskedKey === undefined ? member : { ...member, key: this.#maskedKey };
      if (trail !== undefined)
        this.#at = isOfMessage ? TRAIL_START : trail.into(named, object, outer, isRenamed ? undefined : meaning);
      // of the key itself: nested ones are taken on the way
      const dropsStored = this.#dropsStored;
      const dropsSent = this.#dropsSent;
      this.#dropsStored = false;
      this.#dropsSent = false;
      visit(member, meaning);
      this.#dropsStored ||= dropsStored;
      this.#dropsSent ||= dropsSent;
      dropped = this.#takeDrops(dropped, index, marks);
    }
    this.#at = outer;
    this.#path.pop();
    if (dropped === undefined) return;
    const extents = object.members.map(({ keyStart: start, value: { end } }) => ({ start, end }));
    this.#cutOut(extents, dropped);
  }

  #isSchema(value: JsonObject): boolean {
    return (this.#level === 0 && isSchemaPlace(this.#path)) || isSchema(value);
  }

  #isEnvelope(): boolean {
    const { from } = this.#rules;
    return from !== undefined && this.#level === 0 && isEnvelopePlace(this.#path, this.#method, from);
  }

  #labelOf(object: JsonObject, meaning: KeyMeaning | undefined): string | undefined {
    return meaning?.isValueName === true ? this.#rules.detection?.trail.secretLabelOf(object) : undefined;
  }

  #visitMember({ value }: JsonMember, copies: Copies, isSecret: boolean): void {
    if (this.#level === 0 && isOpaquePlace(this.#path)) {
      this.#visitOpaque(value, copies);
    } else if (value.kind === 'object' && this.#isSchema(value)) {
      this.#visitSchema(value, false, copies);
    } else if (isSecret) {
      this.#replaceField(value, copies);
    } else {
      this.#visit(value, this.#isEnvelope() ? { ...copies, inlineRules: false } : copies);
    }
  }

  /** Nobody but its maker reads it: sent as it is, unless it holds a known secret. */
  #visitOpaque(node: JsonNode, copies: Copies): void {
    const value = node.kind === 'string' ? node.value : this.#text.slice(node.start, node.end);
    const isCount = node.kind === 'number' && value.length < BARE_NUMBER_CHARS_MIN;
    if (copies.stored && !hidesNothing(node) && !isCount && !isDigest(value))
      this.storedEdits.push(this.#edit(node, this.#rules.digests.opaque(value)));
    this.#visit(node, { stored: false, inlineRules: false });
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
      } else if (isSecret && !SCHEMA_WORDS.has(key)) {
        this.#replaceField(value, copies);
      } else {
        this.#visitMember(member, copies, this.#rules.isSecretField(key));
      }
    });
  }

  /** Replaces whatever stands under the name of a secret. Null and empty values hide nothing and keep their shape. */
  #replaceField(node: JsonNode, copies: Copies): void {
    if (hidesNothing(node)) return;
    if (holdsNoSecret(node)) return this.#visit(node, copies);
    if (node.kind === 'string' && this.#rules.placeholders.isWhole(node.value)) return this.#visit(node, copies);
    const value = node.kind === 'string' ? node.value : this.#text.slice(node.start, node.end);
    const verdict = this.#leaf.secretVerdict();
    const isReplacedInline = copies.inlineRules && verdict.inline !== undefined;
    this.#leaf.note(FIELD_NAME_RULE, SECRET, verdict, copies);
    if (copies.stored) this.#spans?.addField(this.#path, this.#text, node, FIELD_NAME_RULE, SECRET);
    const output = this.#leaf.output(verdict, SECRET, value, copies);
    const drops = this.#leaf.takeDrops();
    if (!isReplacedInline) this.#visit(node, { stored: false, inlineRules: copies.inlineRules });
    this.#put(node, value, { stored: output.stored ?? value, sent: output.sent ?? value }, drops);
  }

  #visitNumber(node: JsonNode, text: string, copies: Copies): void {
    if (!this.#present.isEmpty && this.#present.find(text).length > 0) {
      const edit = this.#edit(node, this.#leaf.spliceSecrets(text).text);
      this.sentEdits.push(edit);
      if (copies.stored) this.storedEdits.push(edit);
      this.#leaf.noteExact(copies.stored, true, 1);
      return;
    }
    const { detection } = this.#rules;
    if (detection === undefined) return;
    const isCount = text.length < BARE_NUMBER_CHARS_MIN && this.#at.place.types.length === 0;
    if (isCount && !detection.hasPatterns) return;
    const texts = this.#leaf.maskDetected(
      { stored: text, sent: text },
      this.#at.place,
      copies,
      detection.engine,
      copies.stored ? this.#spans?.at(this.#path, this.#text, node).report() : undefined,
    );
    this.#put(node, text, texts, this.#leaf.takeDrops());
  }

  /** Puts what became of a value in its place; what goes away is cut out by the container, or leaves an empty value. */
  #put(node: JsonNode, value: string, { stored, sent }: Texts, drops: Drops): void {
    const mayGo = (drops.stored || drops.sent) && this.#mayGo();
    if (mayGo) {
      this.#dropsStored ||= drops.stored;
      this.#dropsSent ||= drops.sent;
    }
    if (drops.stored && !mayGo) this.storedEdits.push(this.#emptied(node));
    else if (!drops.stored && stored !== value) this.storedEdits.push(this.#edit(node, stored));
    if (drops.sent && !mayGo) this.sentEdits.push(this.#emptied(node));
    else if (!drops.sent && sent !== value) this.sentEdits.push(this.#edit(node, sent));
  }

  #mayGo(): boolean {
    if (this.#isCell || this.#path.length === 0) return false;
    return this.#level > 0 || this.#rules.dropsAnywhere === true || isFreePlace(this.#path);
  }

  #emptied({ kind, start, end }: JsonNode): JsonEdit {
    const isNull = this.#isCell || (kind !== 'string' && kind !== 'number');
    return { start, end, text: isNull ? 'null' : kind === 'string' ? '""' : '0' };
  }

  /** Also in the path: a finding's pointer must not show what was found. */
  #maskKey(member: JsonMember, object: JsonObject, known: KeyPair | undefined, copies: Copies): KeyPair | undefined {
    const { key, keyStart: start, keyEnd: end } = member;
    const report = copies.stored ? this.#spans?.reportKey(this.#path) : undefined;
    const { stored, sent, note } = this.#leaf.maskKey(key, copies, this.#rules.detection?.engine, report);
    const drops = this.#leaf.takeDrops();
    // a key that MCP knows is no value; one that goes away takes its value with it
    this.#dropsStored = drops.stored && this.#mayGo();
    this.#dropsSent = drops.sent && this.#mayGo();
    if (stored === key && sent === key) return known;
    const names = known ?? { stored: new KeyNames(object), sent: new KeyNames(object) };
    const storedKey = stored === key ? key : names.stored.unique(stored);
    const sentKey = sent === key ? key : stored === sent ? storedKey : names.sent.unique(sent);
    this.#maskedKey = storedKey === key ? sentKey : storedKey;
    // whoever wants to see where things stand has the document
    if (this.#spans === undefined) this.#path[this.#path.length - 1] = this.#maskedKey;
    note();
    if (copies.stored && storedKey !== key) this.storedEdits.push({ start, end, text: encodeJsonString(storedKey) });
    if (sentKey !== key) this.sentEdits.push({ start, end, text: encodeJsonString(sentKey) });
    return names;
  }

  #visitString(node: JsonNode, value: string, copies: Copies): void {
    const where = this.#spans?.at(this.#path, this.#text, node);
    const texts = this.#texts.mask(value, { at: this.#at, copies, where });
    const stored = copies.stored ? texts.stored : value;
    this.#put(node, value, { stored, sent: texts.sent }, this.#leaf.takeDrops());
  }

  /** JSON in a string is masked like the message around it. */
  #walkInside(value: string, roots: readonly JsonNode[], { copies, where }: TextPlace): CopyEdits {
    const unescaped = unescapedText(value, roots);
    const present = unescaped === value ? this.#present : this.#rules.secrets.presentIn(unescaped);
    const inner = this.#inner(value, present, where);
    for (const root of roots) inner.walk(root, copies);
    return { stored: inner.storedEdits, sent: inner.sentEdits };
  }

  #maskInside(value: string, place: TextPlace): Texts {
    const inner = this.#inner(value, this.#rules.secrets.presentIn(value), place.where);
    const texts = inner.#texts.mask(value, place);
    this.#leaf.addDrops(inner.#leaf.takeDrops());
    return texts;
  }

  #inner(value: string, present: SecretSet, where: TextPlace['where']): MaskWalk {
    const embedded = { level: this.#level + 1, pointer: this.#pointer, path: this.#place, spans: where?.inside() };
    return new MaskWalk(value, this.#rules, this.#notes, present, embedded);
  }

  #edit(node: JsonNode, value: string): JsonEdit {
    const isNumber = node.kind === 'number' && INTEGER.test(value);
    return { start: node.start, end: node.end, text: isNumber ? value : encodeJsonString(value) };
  }
}
