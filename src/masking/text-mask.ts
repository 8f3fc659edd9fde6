/**
 * Masks one text with whatever it carries: JSON, tables, Base64, queries, and between them plain text. Each part is masked
 * as what it is, and written back in its own spelling; everything else stays byte for byte.
 */
import { base64Runs, encodeRun, mayHoldBase64, type Base64Run } from '#masking/carriers/base64.ts';
import { spelledCell, tablesIn, type Table } from '#masking/carriers/delimited.ts';
import { jsonRuns, mayHoldJson, type JsonRun } from '#masking/carriers/json-lines.ts';
import { kindOfType, mediaByForm } from '#masking/carriers/media.ts';
import { encodeQueryValue, queryPairs } from '#masking/carriers/query.ts';
import { toldOffset } from '#masking/carriers/told-offset.ts';
import type { FieldMask } from '#masking/field-mask.ts';
import type { Copies, LeafMask, Texts } from '#masking/leaf-mask.ts';
import type { LeafPlace } from '#masking/leaf-spans.ts';
import { isNoSecret } from '#masking/no-secret.ts';
import type { Placeholders } from '#masking/operators/placeholders.ts';
import { TRAIL_START, type Trail } from '#masking/place-trail.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { spliceText, type JsonEdit, type JsonNode } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

/** What a text is: where its key puts it, in which copies, and where its spans are told. */
export type TextPlace = { readonly at: Trail; readonly copies: Copies; readonly where: LeafPlace | undefined };

/** Walks over JSON in the text, and over texts in it. */
export type Nested = {
  json(value: string, roots: readonly JsonNode[], place: TextPlace): CopyEdits;
  text(value: string, place: TextPlace): Texts;
};

export type CopyEdits = { readonly stored: readonly JsonEdit[]; readonly sent: readonly JsonEdit[] };

const JSON_LIMITS = { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes };
const QUOTED_PLACEHOLDER_CHARS_MAX = 512;
/** A placeholder begins like an array; in quotes at the last level it is not JSON that nobody looked into. */
const isQuotedPlaceholder = (value: string, placeholders: Placeholders): boolean =>
  value.length <= QUOTED_PLACEHOLDER_CHARS_MAX && placeholders.isWhole(value.replaceAll(/^[\s"\\]+|[\s"\\]+$/g, ''));

class Edits {
  readonly stored: JsonEdit[] = [];
  readonly sent: JsonEdit[] = [];

  add({ start, end }: { readonly start: number; readonly end: number }, was: string, texts: Texts): void {
    if (texts.stored !== was) this.stored.push({ start, end, text: texts.stored });
    if (texts.sent !== was) this.sent.push({ start, end, text: texts.sent });
  }
}

const NO_EDITS: CopyEdits = { stored: [], sent: [] };

export class TextMask {
  readonly #rules: WalkRules;
  readonly #notes: WalkNotes;
  readonly #leaf: LeafMask;
  readonly #field: FieldMask;
  readonly #nested: Nested;
  readonly #isLastLevel: boolean;

  constructor(
    rules: WalkRules,
    notes: WalkNotes,
    leaf: LeafMask,
    parts: { readonly field: FieldMask; readonly nested: Nested; readonly level: number },
  ) {
    this.#rules = rules;
    this.#notes = notes;
    this.#leaf = leaf;
    this.#field = parts.field;
    this.#nested = parts.nested;
    this.#isLastLevel = parts.level >= LIMITS.embeddedJsonLevels;
  }

  mask(value: string, place: TextPlace): Texts {
    if (!mayHoldJson(value)) return this.#plain(value, place);
    const parsed = jsonRuns(value, JSON_LIMITS);
    if (!parsed.ok) return this.#unreadable(value, place.copies);
    const runs = parsed.value;
    if (runs.length > 0 && this.#isLastLevel) {
      const isDone = isQuotedPlaceholder(value, this.#rules.placeholders);
      return isDone ? { stored: value, sent: value } : this.#unreadable(value, place.copies);
    }
    const tables = this.#rules.detection === undefined ? [] : tablesIn(value, this.#isTelling).filter(notIn(runs));
    if (runs.length === 0 && tables.length === 0) return this.#plain(value, place);
    return this.#parts(value, runs, tables, place);
  }

  readonly #isTelling = (column: string): boolean => {
    const meaning = this.#rules.detection?.trail.meaning(column);
    if (meaning === undefined) return false;
    const { types, against } = meaning.place;
    return types.length > 0 || against !== 'nothing' || this.#rules.isSecretField(column);
  };

  #parts(value: string, runs: readonly JsonRun[], tables: readonly Table[], place: TextPlace): Texts {
    const edits = new Edits();
    let from = 0;
    const gap = (to: number): void => {
      if (to <= from) return;
      const start = from;
      const text = value.slice(start, to);
      const where = place.where?.within((at) => at + start);
      edits.add({ start, end: to }, text, this.#plain(text, { ...place, where }));
    };
    for (const part of [...runs, ...tables].sort((a, b) => a.start - b.start)) {
      gap(part.start);
      if ('roots' in part) {
        const inside = this.#nested.json(value, part.roots, place);
        edits.stored.push(...inside.stored);
        edits.sent.push(...inside.sent);
      } else this.#table(value, part, place, edits);
      from = part.end;
    }
    gap(value.length);
    const texts = { stored: spliceText(value, edits.stored), sent: spliceText(value, edits.sent) };
    // a secret may begin in one part and end in the next
    return this.#leaf.maskExact(texts, place.copies);
  }

  #table(value: string, { start, columns, cells, delimiter }: Table, place: TextPlace, edits: Edits): void {
    const { detection } = this.#rules;
    const [first] = cells;
    if (detection === undefined || first === undefined) return;
    // names of columns are text too
    const headEnd = value.lastIndexOf('\n', first.start);
    const head = value.slice(start, headEnd);
    edits.add(
      { start, end: headEnd },
      head,
      this.#plain(head, { ...place, where: place.where?.within((at) => at + start) }),
    );
    for (const cell of cells) {
      if (cell.end === cell.start) continue;
      const spelled = value.slice(cell.start, cell.end);
      const text = cell.isQuoted ? spelled.replaceAll('""', '"') : spelled;
      const name = columns[cell.column] ?? '';
      const where = place.where?.within((at) => Math.min(cell.start + at, cell.end));
      const inCell = { ...place, at: detection.trail.column(cell.column, columns, place.at), where };
      const texts = this.#rules.isSecretField(name) ? this.#secretField(text, inCell) : this.#plain(text, inCell);
      const respelled = (masked: string): string =>
        masked === text ? spelled : spelledCell(cell.isQuoted ? masked.replaceAll('"', '""') : masked, cell, delimiter);
      edits.add(cell, spelled, { stored: respelled(texts.stored), sent: respelled(texts.sent) });
    }
  }

  #unreadable(value: string, copies: Copies): Texts {
    return this.#leaf.maskExact(this.#field.unreadable(value, copies), copies);
  }

  /** Where its name does not count for the sent copy, the value is masked there like any other. */
  #secretField(value: string, place: TextPlace): Texts {
    const { copies, where } = place;
    if (isNoSecret(value)) return { stored: value, sent: value };
    const texts = this.#field.field(value, copies, where);
    if (texts.sent !== value || this.#rules.placeholders.isWhole(value)) return texts;
    const { sent } = this.#plain(value, { ...place, copies: { ...copies, stored: false }, where: undefined });
    return { ...texts, sent };
  }

  /** Known secrets first, then what is found, then what is encoded in the rest: a token is more than the parts it is made of. */
  #plain(value: string, place: TextPlace): Texts {
    const { copies, where } = place;
    let texts = this.#leaf.maskExact({ stored: value, sent: value }, copies);
    const { detection } = this.#rules;
    if (detection !== undefined) {
      let edits: CopyEdits = NO_EDITS;
      if (texts.stored === texts.sent && texts.stored.includes('=')) {
        const inQuery = new Edits();
        this.#query(texts.stored, place, inQuery);
        edits = inQuery;
        if (edits.stored.length + edits.sent.length > 0)
          texts = { stored: spliceText(texts.stored, edits.stored), sent: spliceText(texts.sent, edits.sent) };
      }
      const told = copies.stored && where !== undefined ? where.within(toldOffset(edits.stored)) : undefined;
      texts = this.#leaf.maskDetected(texts, place.at.place, copies, detection.engine, told?.report());
    }
    if (!mayHoldBase64(value)) return texts;
    if (texts.stored === texts.sent)
      return this.#encoded(texts.stored, value, place) ?? this.#unreadable(value, copies);
    const stored = this.#encoded(texts.stored, value, { ...place, copies: { ...copies, inlineRules: false } });
    const sent = this.#encoded(texts.sent, value, { ...place, copies: { ...copies, stored: false }, where: undefined });
    if (stored === undefined || sent === undefined) return this.#unreadable(value, copies);
    return { stored: stored.stored, sent: sent.sent };
  }

  /** `original`: before anything in it was replaced. Undefined when there is more than anybody looks into. */
  #encoded(value: string, original: string, place: TextPlace): Texts | undefined {
    const { runs, isTruncated } = base64Runs(value);
    if (isTruncated || !this.#notes.budget.spend(value.length)) return undefined;
    if (runs.length === 0) return { stored: value, sent: value };
    const edits = new Edits();
    let told = 0;
    for (const run of runs) {
      const spelled = value.slice(run.start, run.end);
      if (place.where !== undefined) told = Math.max(told, original.indexOf(spelled, told));
      const texts =
        run.text === undefined
          ? this.#media(value, run, place.copies)
          : this.#text(run, run.text, told, spelled, place);
      if (texts !== undefined) edits.add(run, spelled, texts);
    }
    return { stored: spliceText(value, edits.stored), sent: spliceText(value, edits.sent) };
  }

  #text(run: Base64Run, text: string, told: number, spelled: string, place: TextPlace): Texts {
    if (this.#isLastLevel) return this.#unreadable(spelled, place.copies);
    const charsPerUnit = run.isHex === true ? 2 : spelled.length / text.length;
    const where = place.where?.within((at) => told + Math.min(spelled.length, Math.round(at * charsPerUnit)));
    // what is encoded is a text of its own, unless its key says what it is
    const at = place.at.place.types.length > 0 ? place.at : TRAIL_START;
    const inside = this.#nested.text(text, { ...place, at, where });
    const encoded = (masked: string): string => (masked === text ? spelled : encodeRun(run, spelled, masked));
    return { stored: encoded(inside.stored), sent: encoded(inside.sent) };
  }

  /** `data:` URLs (RFC 2397), and bytes that show what they are. */
  #media(value: string, { start, end, bytes }: Base64Run, copies: Copies): Texts | undefined {
    const spelled = value.slice(start, end);
    const label = DATA_URL_HEAD.exec(value.slice(Math.max(0, start - DATA_URL_HEAD_CHARS), start));
    const kind = label === null ? mediaByForm(spelled)?.kind : kindOfType(label[1] ?? '');
    return kind === undefined ? undefined : this.#field.media({ kind, bytes }, spelled, copies);
  }

  #query(value: string, place: TextPlace, edits: Edits): void {
    const { detection, isSecretField } = this.#rules;
    if (detection === undefined) return;
    for (const pair of queryPairs(value)) {
      const isSecret = isSecretField(pair.name);
      if (!isSecret && !this.#isTelling(pair.name)) continue;
      const spelled = value.slice(pair.start, pair.end);
      const where = place.where?.within((at) => (at === 0 ? pair.start : pair.end));
      const at = { ...place.at, place: detection.trail.meaning(pair.name).place };
      const report = place.copies.stored ? where?.report() : undefined;
      const asIs = { stored: pair.value, sent: pair.value };
      const texts = isSecret
        ? this.#secretField(pair.value, { ...place, where })
        : this.#leaf.maskDetected(asIs, at.place, place.copies, detection.engine, report);
      const respelled = (masked: string): string => (masked === pair.value ? spelled : encodeQueryValue(masked));
      edits.add(pair, spelled, { stored: respelled(texts.stored), sent: respelled(texts.sent) });
    }
  }
}

const DATA_URL_HEAD = /data:([^,;\s"'()<>]{0,128})(?:;[^,\s"'()<>]{0,64}){0,4};base64,$/i;
const DATA_URL_HEAD_CHARS = 256;

const notIn =
  (runs: readonly JsonRun[]) =>
  (table: Table): boolean =>
    !runs.some(({ start, end }) => start < table.end && table.start < end);
