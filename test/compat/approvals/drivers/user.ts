/** The person in front of a program: opens a link at once, fills in a form, and reads what a tool says. */
import type { Screen } from '../frame.ts';

type Property = { readonly type?: unknown; readonly enum?: readonly unknown[] };
type Asked = {
  readonly mode?: string | undefined;
  readonly requestedSchema?: { readonly properties?: Readonly<Record<string, unknown>> } | undefined;
};
type Content = Record<string, string | number | boolean>;
type UserAnswer = { readonly action: 'accept'; readonly content?: Content };

function filledIn({ type, enum: values }: Property): string | number | boolean {
  const [first] = values ?? [];
  if (typeof first === 'string') return first;
  if (type === 'boolean') return true;
  return type === 'number' || type === 'integer' ? 1 : 'yes';
}

export function answerTo({ mode, requestedSchema }: Asked, screen: Screen): UserAnswer {
  if (mode === 'url') {
    screen.link();
    return { action: 'accept' };
  }
  screen.form();
  const fields = Object.entries(requestedSchema?.properties ?? {});
  return {
    action: 'accept',
    content: Object.fromEntries(fields.map(([name, property]) => [name, filledIn(property as Property)])),
  };
}

/** The text of a tool's result; structured content and media are not asked for here. */
export function wordsOf(result: unknown): string {
  const { content } = result as { readonly content?: readonly { readonly text?: string }[] };
  if (!Array.isArray(content)) return JSON.stringify(result) ?? '';
  return content.map(({ text }) => text ?? '').join(' ');
}
