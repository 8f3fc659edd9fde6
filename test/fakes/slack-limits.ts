/** What Slack refuses of a message or a modal for its size or shape, as its reference of Block Kit says. */
type Shape = Readonly<Record<string, unknown>>;

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const lengthOf = (value: unknown): number =>
  isShape(value) && typeof value['text'] === 'string' ? value['text'].length : 0;

const charsOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

const within = (value: unknown, charsMax: number): boolean => {
  const chars = lengthOf(value);
  return chars >= 1 && chars <= charsMax;
};

function isOption(option: unknown): boolean {
  return (
    isShape(option) &&
    within(option['text'], 75) &&
    typeof option['value'] === 'string' &&
    option['value'].length <= 150
  );
}

function isInput(element: unknown): boolean {
  if (!isShape(element)) return false;
  if (element['type'] === 'plain_text_input') return Number(element['max_length'] ?? 1) <= 3_000;
  const options = listOf(element['options']);
  return element['type'] === 'radio_buttons' && options.length >= 1 && options.length <= 10 && options.every(isOption);
}

function isBlock(block: unknown): boolean {
  if (!isShape(block)) return false;
  switch (block['type']) {
    case 'header':
      return within(block['text'], 150);
    case 'section': {
      const fields = listOf(block['fields']);
      if (block['fields'] === undefined) return within(block['text'], 3_000);
      return fields.length >= 1 && fields.length <= 10 && fields.every((field) => within(field, 2_000));
    }
    case 'actions':
      return listOf(block['elements']).every(
        (element) => isShape(element) && within(element['text'], 75) && charsOf(element['value']) <= 2_000,
      );
    case 'context':
      return listOf(block['elements']).length <= 10;
    case 'rich_text':
      return listOf(block['elements']).length >= 1;
    case 'input':
      return within(block['label'], 2_000) && isInput(block['element']);
    default:
      return false;
  }
}

export function messageFault(body: Shape): string | undefined {
  const blocks = listOf(body['blocks']);
  if (typeof body['text'] !== 'string' || body['text'] === '') return 'no_text';
  if (body['text'].length > 40_000) return 'msg_too_long';
  return blocks.length >= 1 && blocks.length <= 50 && blocks.every(isBlock) ? undefined : 'invalid_blocks';
}

export function viewFault(view: unknown): string | undefined {
  if (!isShape(view) || view['type'] !== 'modal') return 'invalid_arguments';
  if (JSON.stringify(view).length > 250_000) return 'view_too_large';
  const blocks = listOf(view['blocks']);
  const isWhole =
    within(view['title'], 24) &&
    within(view['submit'], 24) &&
    within(view['close'], 24) &&
    charsOf(view['private_metadata']) <= 3_000 &&
    charsOf(view['callback_id']) <= 255 &&
    blocks.length >= 1 &&
    blocks.length <= 100 &&
    blocks.every(isBlock);
  return isWhole ? undefined : 'invalid_arguments';
}
