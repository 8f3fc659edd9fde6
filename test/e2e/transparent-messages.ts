/** Messages that a gateway which reads and writes JSON again would not give back as they were. */
import { legacy, META, modern } from './transparent-site.ts';
import type { Spoken } from './transparent-site.ts';

/** Numbers that a double does not hold, and spellings of those it does. */
const NUMBERS =
  '[12345678901234567890123, -0, -0.0, 1.0, 1.50, 1e2, 1E+2, 1e-7, 0.1e1, 9007199254740993, 1e400, 3.141592653589793238462643]';
const STRINGS = String.raw`["\u00e9", "é", "e\u0301", "\/", "/", "\u002f", "\ud83d\ude00", "😀", "\u0000\u001f\u007f", "\u2028\u2029", "\ufeff", "\u202e\u200b", "", "<!-- \u003c -->"]`;
const KEYS = String.raw`{"": 1, " ": 2, "\u0061b": 3, "__proto__": {"polluted": true}, "constructor": null, "toString": [], "0": 0, "10": 1, "2": 2}`;
const SPACED = '{ \t"a"\t:\n[ ] , "b" : { } ,\n\n"c":[1 ,2\t, 3 ] }';

export const REQUESTS: readonly (readonly [what: string, spoken: Spoken])[] = [
  [
    'numbers',
    legacy(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"n":${NUMBERS}}}}`),
  ],
  [
    'strings',
    legacy(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"s":${STRINGS}}}}`),
  ],
  ['keys', legacy(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":${KEYS}}}`)],
  [
    'white space',
    legacy(` {"jsonrpc" : "2.0",\n"id":1, "method":"tools/call","params":{"name":"t","arguments":${SPACED}}}\n`),
  ],
  [
    'members in another order',
    legacy('{"params":{"arguments":{},"name":"t"},"method":"tools/call","id":1,"jsonrpc":"2.0"}'),
  ],
  [
    'an escaped name',
    legacy(String.raw`{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"name":"\u0074ool","arguments":{}}}`),
  ],
  ['an id that is a large number', legacy('{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}')],
  ['an id that is a text', legacy(String.raw`{"jsonrpc":"2.0","id":"\u0061/é","method":"ping"}`)],
  [
    'unknown members of the envelope and of params',
    legacy(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","future":{"deep":[null]},"task":{"ttl":60000}},"x-vendor":true}',
    ),
  ],
  [
    '_meta with a progress token and a vendor key',
    legacy(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":"p\\u0031","com.example/trace":{"a":1.0}}}}',
    ),
  ],
  [
    'initialize with an extension',
    legacy(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"experimental":{"com.example/x":{}},"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}}},"clientInfo":{"name":"c","version":"1","icons":[{"src":"data:,"}]}}}',
    ),
  ],
  [
    'completion',
    legacy(
      '{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"city","value":"Z\\u00fc"},"context":{"arguments":{"a":"b"}}}}',
    ),
  ],
  [
    'a resource with a query',
    legacy('{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"note://a/b?c=d%20e&f=%E2%9C%93#g"}}'),
  ],
  [
    'an unknown method',
    legacy('{"jsonrpc":"2.0","id":1,"method":"com.example/rebuild","params":{"n":1.0,"deep":[{"er":null}]}}'),
  ],
  [
    'modern: numbers',
    modern(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{${META}},"name":"t","arguments":{"n":${NUMBERS}}}}`,
      'tools/call',
      't',
    ),
  ],
  [
    'modern: strings',
    modern(
      `{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"_meta":{${META}},"name":"t","arguments":{"s":${STRINGS}}}}`,
      'tools/call',
      't',
    ),
  ],
  [
    'modern: _meta with a log level and vendor keys',
    modern(
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{${META},"io.modelcontextprotocol/logLevel":"debug","com.example/x":[1e0]},"cursor":"a\\/b"}}`,
      'tools/list',
    ),
  ],
  [
    'modern: answers to what the server asked for, with its state',
    modern(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{${META}},"name":"t","arguments":{},"inputResponses":{"who":{"action":"accept","content":{"age":1.0}}},"requestState":"opaque\\u003d"}}`,
      'tools/call',
      't',
    ),
  ],
  [
    'modern: an unknown method',
    modern(
      `{"jsonrpc":"2.0","id":1,"method":"com.example/rebuild","params":{"_meta":{${META}},"deep":{"1":1.0}}}`,
      'com.example/rebuild',
    ),
  ],
];

export const NOTIFICATIONS: readonly (readonly [what: string, spoken: Spoken])[] = [
  ['initialized', legacy('{"jsonrpc":"2.0","method":"notifications/initialized"}')],
  [
    'roots changed',
    legacy('{"jsonrpc":"2.0","method":"notifications/roots/list_changed","params":{"_meta":{"x":1.0}}}'),
  ],
  [
    'progress',
    legacy('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"s","progress":1e0}}'),
  ],
  [
    'an unknown notification',
    legacy(`{"jsonrpc":"2.0","method":"notifications/com.example/seen","params":{"n":${NUMBERS}}}`),
  ],
];

/** What a server asks, and what the client says to it. */
export const ASKED_AND_ANSWERED: readonly (readonly [asked: string, answered: Spoken])[] = [
  [
    '{"jsonrpc":"2.0","id":"s\\u002d1","method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{}}}}',
    legacy(String.raw`{"jsonrpc":"2.0","id":"s-1","result":{"action":"accept","content":{"name":"\u0041da","n":1.0}}}`),
  ],
  [
    '{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1e2}}',
    legacy(
      '{"jsonrpc":"2.0","id":7,"result":{"role":"assistant","model":"m","stopReason":"endTurn","content":{"type":"audio","data":"AAAA","mimeType":"audio/wav"}}}',
    ),
  ],
  [
    '{"jsonrpc":"2.0","id":12345678901234567890,"method":"roots/list"}',
    legacy(
      '{"jsonrpc":"2.0","id":12345678901234567890,"error":{"code":-1,"message":"User rejected","data":{"why":[1.0]}}}',
    ),
  ],
  [
    '{"jsonrpc":"2.0","id":"","method":"com.example/ask","params":{"n":1.0}}',
    legacy('{"result":{"n":[1.0,-0]}, "jsonrpc":"2.0","id":"","x-vendor":null}'),
  ],
];

export const RESULTS: readonly (readonly [what: string, result: string])[] = [
  ['numbers', `{"content":[],"structuredContent":{"n":${NUMBERS}}}`],
  ['strings', `{"content":[{"type":"text","text":"\\u00e9"}],"structuredContent":{"s":${STRINGS}}}`],
  ['keys', `{"content":[],"structuredContent":${KEYS}}`],
  ['white space', SPACED],
  ['structured content that is an array', '{"content":[],"structuredContent":[1.0,"\\u0061",null]}'],
  [
    'images, audio, links and embedded resources',
    '{"content":[{"type":"image","data":"iVBORw0KGgo=","mimeType":"image/png"},{"type":"audio","data":"UklGRg==","mimeType":"audio/wav","annotations":{"audience":["user"],"priority":0.50}},{"type":"resource_link","uri":"file:///a%20b","name":"a"},{"type":"resource","resource":{"uri":"note://1","blob":"AA==","_meta":{"x":1e0}}},{"type":"com.example/hologram","of":[1.0]}],"isError":false}',
  ],
  [
    'a tool that failed',
    '{"content":[{"type":"text","text":"no such parcel"}],"isError":true,"_meta":{"com.example/x":1.0}}',
  ],
  [
    'a result that asks for input',
    '{"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{"age":{"type":"number","maximum":1.5e2}}}}}},"requestState":"AAEC"}',
  ],
  [
    'a task',
    '{"resultType":"task","task":{"taskId":"t-1","status":"working","ttl":60000,"createdAt":"2026-07-28T00:00:00Z"},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t-1"}}}',
  ],
  ['an unknown result type', '{"resultType":"com.example/later","poll":1.0}'],
  ['unknown members', '{"content":[],"x-vendor":{"deep":[{"er":[1.0]}]},"_meta":{"com.example/a":null}}'],
  ['an empty object', '{}'],
];

/** With members, escapes and codes that only their server knows. */
export const ERRORS: readonly string[] = [
  '{"code":-32601,"message":"Method not found"}',
  '{"code":-32602,"message":"Bad \\u0022name\\u0022","data":{"errors":[{"path":["a",0],"n":1.0}],"n":12345678901234567890}}',
  '{"code":-32042,"message":"URL elicitation required","data":{"elicitations":[{"mode":"url","url":"https://example.com/a?b=c","elicitationId":"e-1","message":"m"}]}}',
  '{"code":-32021,"message":"Missing capability","data":{"requiredCapabilities":{"sampling":{}}},"x-vendor":true}',
  '{"code":12345,"message":"","data":null}',
];

/** What a server says of its own accord while it works on an answer. */
export const BEFORE_THE_ANSWER: readonly string[] = [
  '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p1","progress":1.0,"total":3e0,"message":"\\u00e9"}}',
  '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"l","data":{"n":12345678901234567890}}}',
  '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}',
  '{"jsonrpc":"2.0","method":"notifications/com.example/unknown","params":{"a":[1.0]}}',
  '{"jsonrpc":"2.0","id":"s-1","method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{"n":{"type":"number","default":1.0}}}}}',
  '{"jsonrpc":"2.0","id":2,"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":"\\u0068i"}}],"maxTokens":1e2,"temperature":0.70}}',
  '{"jsonrpc":"2.0","id":3,"method":"roots/list"}',
  '{"jsonrpc":"2.0","id":4,"method":"ping"}',
];
