import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { spelledCell, tablesIn } from '#masking/carriers/delimited.ts';

const always = (): boolean => true;
const cellsOf = (text: string) =>
  tablesIn(text, always).map(({ columns, cells }) => ({
    columns,
    cells: cells.map(({ start, end }) => text.slice(start, end)),
  }));

test('cells are found under their columns, quoted or not, after any delimiter', () => {
  assert.deepEqual(cellsOf('name,note\r\nAda,"one, ""two""\nthree"\r\n'), [
    { columns: ['name', 'note'], cells: ['Ada', 'one, ""two""\nthree'] },
  ]);
  for (const delimiter of ['\t', ';', '|'])
    assert.deepEqual(cellsOf(`a${delimiter}b\n1${delimiter}2\n`), [{ columns: ['a', 'b'], cells: ['1', '2'] }]);
});

test('a table ends where a row does not fit, and another may begin', () => {
  assert.deepEqual(cellsOf('see:\n\na,b\n1,2\nthat is all\nc,d\n3,4'), [
    { columns: ['a', 'b'], cells: ['1', '2'] },
    { columns: ['c', 'd'], cells: ['3', '4'] },
  ]);
});

test('a table of Markdown is one, with its bars and its line below the names', () => {
  const [table] = cellsOf('| id | note |\n|---|---|\n| 1 | a b |\n\ntext | more');
  assert.deepEqual(table?.columns, ['', 'id', 'note', '']);
  assert.deepEqual(table.cells, ['', '1', 'a b', '']);
});

test('lines without names above them, with repeated names, or with none that says anything are no table', () => {
  assert.deepEqual(cellsOf('1,2\n3,4'), []);
  assert.deepEqual(cellsOf('a,a\n3,4'), []);
  assert.deepEqual(cellsOf('a,b'), []);
  assert.deepEqual(cellsOf('a,b\n"1,2'), []);
  assert.deepEqual(
    tablesIn('a,b\n1,2', () => false),
    [],
  );
});

test('cells of any text lie in it, in order, and never overlap', () => {
  const piece = fc.constantFrom('a', 'b', ',', '\n', '"', '\r', '\t', ';', '1');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      let at = 0;
      for (const table of tablesIn(text, always)) {
        assert.ok(table.start >= at);
        for (const { start, end } of table.cells) {
          assert.ok(start >= at && end >= start && end <= text.length);
          at = end;
        }
      }
    }),
  );
});

test('a cell stays one cell whatever is put in it', () => {
  const cell = { start: 0, end: 1, column: 0, isQuoted: false };
  assert.equal(spelledCell('[X]', cell, ','), '[X]');
  assert.equal(spelledCell('a,"b', cell, ','), '"a,""b"');
  assert.equal(spelledCell('a,b', cell, ';'), 'a,b');
  assert.equal(spelledCell('a,b', { ...cell, isQuoted: true }, ','), 'a,b');
});

test('rows of a table whose head says nothing are no heads', () => {
  const isTelling = (column: string): boolean => column === 'token';
  for (const text of [
    '| Field | Type |\n|---|---|\n| token | string |\n| email | string |\n',
    'name,type,required\ntoken,string,true\nemail,string,false\n',
  ])
    assert.deepEqual(tablesIn(text, isTelling), [], text);
  assert.equal(tablesIn('Hello, all\ntoken,mail\n1,2\n', isTelling).length, 1, 'a sentence is no head');
});

test('tables in boxes, as psql and mysql draw them, have their columns', () => {
  const box = '+------+----------+\n| user | password |\n+------+----------+\n| bob  | Tr0ub4 |\n+------+----------+\n';
  const lines = ' user | password \n------+----------\n bob  | Tr0ub4\n(1 row)';
  for (const text of [box, lines]) {
    const [table] = tablesIn(text, (column) => column === 'password');
    const cells = table?.cells.filter(({ column }) => table.columns[column] === 'password') ?? [];
    assert.deepEqual(
      cells.map(({ start, end }) => text.slice(start, end)),
      ['Tr0ub4'],
      text,
    );
  }
});
