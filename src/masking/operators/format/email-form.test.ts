import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import { emailForm } from '#masking/operators/format/email-form.ts';

test('an address becomes one where no mail arrives, recognised beside anything but in a longer word', () => {
  const made = emailForm.make('ada@acme.com', new KeyedDraw(Buffer.alloc(32), 'x'), 'EMAIL_ADDRESS');
  assert.match(made ?? '', /^x[a-z2-7]{12}@example\.invalid$/);
  assert.deepEqual(emailForm.spans(`<${made}>`), [{ start: 1, end: 1 + (made?.length ?? 0) }]);
  for (const beside of [`-${made}`, `+${made}-`, `.${made}-x`, `/${made}.`, `_${made}_`])
    assert.deepEqual(emailForm.spans(beside), [{ start: 1, end: 1 + (made?.length ?? 0) }], beside);
  assert.deepEqual(emailForm.spans(`a${made} ${made}x x@example.invalid`), []);
});
