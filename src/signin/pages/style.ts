/** How the pages look: on a telephone first, light and dark, without a font or picture of anybody. */
import { hash } from 'node:crypto';

export const STYLE_PATH = '/signin/style.css';

export const STYLE = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1a1d21, #e8eaed);
  --quiet: light-dark(#545b64, #a9b1ba);
  --paper: light-dark(#f6f7f8, #14171a);
  --sheet: light-dark(#ffffff, #1d2125);
  --line: light-dark(#c9ced4, #3c434a);
  --act: light-dark(#0b57b0, #8ab8f2);
  --on-act: light-dark(#ffffff, #10141a);
  --danger: light-dark(#a3201a, #ff9d94);
  --note: light-dark(#fff6dc, #332b12);
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
main { max-width: 42rem; margin: 0 auto; padding: 1.25rem; background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; }
header, footer { max-width: 42rem; margin: 0 auto; padding: .5rem 1.25rem; color: var(--quiet); }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
p { margin: .5rem 0; }
a { color: var(--act); }
.quiet { color: var(--quiet); }
.note { padding: .75rem 1rem; background: var(--note); border: 1px solid var(--line); border-radius: .25rem; }
code, .exact { font-family: ui-monospace, monospace; font-size: .95em; }
dl { margin: .5rem 0; }
dt { color: var(--quiet); }
dd { margin: 0 0 .5rem; }
ul.cards { margin: .5rem 0; padding: 0; list-style: none; }
ul.cards > li { margin: .75rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .25rem; }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
ol.rows > li, ul.changes > li { margin: .5rem 0; }
.value { margin: .125rem 0; padding-left: .75rem; border-left: 3px solid var(--line); }
.value code, details code { white-space: pre-wrap; }
summary { min-height: 1.75rem; cursor: pointer; color: var(--act); }
mark { padding: 0 .125rem; border-radius: .125rem; color: inherit; background: var(--note); outline: 1px solid var(--quiet); }
mark.unseen, mark.twin { color: var(--danger); font-family: ui-monospace, monospace; }
ins { text-decoration: underline; text-underline-offset: .2em; }
del { text-decoration: line-through; }
fieldset { margin: .5rem 0; padding: .25rem .75rem; border: 1px solid var(--line); border-radius: .25rem; }
label.choice { display: flex; gap: .75rem; align-items: flex-start; min-height: 2.75rem; }
label.choice input { flex: none; }
label { display: block; margin: .75rem 0 .25rem; }
input:not([type='hidden'], [type='radio']), select, textarea {
  width: 100%; min-height: 2.75rem; padding: .5rem; font: inherit; color: inherit; background: var(--sheet);
  border: 1px solid var(--quiet); border-radius: .25rem;
}
input[type='radio'] { width: 1.5rem; height: 1.5rem; margin: .125rem 0; }
button, .button {
  display: inline-block; min-height: 2.75rem; margin: .5rem .5rem 0 0; padding: .5rem 1rem; font: inherit; font-weight: 600;
  text-decoration: none; cursor: pointer; color: var(--on-act); background: var(--act); border: 2px solid var(--act); border-radius: .25rem;
}
button.plain { color: var(--act); background: transparent; }
button.danger { color: var(--danger); background: transparent; border-color: var(--danger); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
@media (min-width: 40rem) {
  body { padding: 2rem 1rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
}
`;

/** Another text is another address, so that it can be kept for good. */
export const STYLE_VERSION = hash('sha256', STYLE, 'base64url').slice(0, 12);
export const STYLE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/css; charset=utf-8',
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
