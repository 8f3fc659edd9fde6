/**
 * What does not arrive as it was sent, although everything is allowed and nothing is masked inline: the whole list of
 * exceptions to P8. Each `says` is the name of the test that sees it.
 */
export const EXCEPTIONS_SEEN_IN = 'test/e2e/transparent-exceptions.test.ts';

export type Exception = { readonly says: string; readonly why: string };

export const EXCEPTIONS: readonly Exception[] = [
  {
    says: 'what two readers could take differently is refused: a batch, a key twice or in another case, a lone surrogate, a byte order mark, bytes that are not UTF-8',
    why: 'what is decided on must be what the other side reads; MCP has no batches since 2025-06-18',
  },
  {
    says: 'what is JSON-RPC but not of MCP is refused: parameters by position, an id that is null or a fraction, a request without an id, an answer in the modern era',
    why: 'no revision has them',
  },
  {
    says: 'a message beyond a limit is refused: its bytes, its depth',
    why: 'every bound has a name; `limits` changes it',
  },
  {
    says: 'a resource URI that servers resolve in different ways is refused: dot segments, an encoded slash',
    why: 'a level permits a resource by its URI',
  },
  {
    says: 'an entry of a list that nobody could call by its name is left out: none, one in another case, one that is too long',
    why: 'lists show what the caller may use, and by such a name nothing can be asked for',
  },
  {
    says: 'a session has an id of its own on each side',
    why: 'a session belongs to its caller, and a caller knows no id that opens something at the server',
  },
  {
    says: 'the event ids of a server stay on its side',
    why: 'a stream is resumed with Gatebook, which has recorded what was released',
  },
  {
    says: 'a carriage return between two tokens of an event comes down as a line feed',
    why: 'it ends a line of the event; in JSON both are white space',
  },
  {
    says: "to a server process a request has an id and a progress token of the gateway's own, and the client gets its own back",
    why: 'on one pipe the ids of many exchanges would collide',
  },
  {
    says: 'to a server process a line break between two tokens goes up as a space',
    why: 'over stdio a message is one line',
  },
  {
    says: 'what a server says after its answer, or in answer to what nobody asked, is recorded and goes no further',
    why: 'it belongs to no exchange that is open',
  },
  {
    says: "an HTTP error whose body is no JSON-RPC error comes down as an error of the gateway's own, without that body",
    why: 'nothing goes down that was not read and recorded, and a redirect or a challenge is meant for the gateway',
  },
  {
    says: 'a message that is accepted without an answer is accepted with 202, whichever way the server said so',
    why: 'the transport asks for 202',
  },
  {
    says: 'of the HTTP headers only Accept, those of MCP and those of tracing cross',
    why: 'no token, no cookie and no trace of the other side; `baggage: pass` lets that header up too',
  },
  {
    says: 'the credential a connection shows its server is masked where the server says it',
    why: 'it never comes down (P5)',
  },
  {
    says: 'what an answer of the modern era calls public goes down as private',
    why: 'who may see it is decided for each caller ([ADR 9](adr/0009-no-answer-is-public.md))',
  },
  {
    says: 'a header that mirrors nothing of the body is refused',
    why: 'the body is what is decided on and recorded; no header says more',
  },
  {
    says: 'a task that no call of the caller made through Gatebook is unknown to it, and in no list',
    why: 'a task belongs to the caller whose call made it',
  },
  { says: 'a requestState that was given for another call is refused', why: 'it belongs to the call it was given to' },
  {
    says: 'an answer to what nobody asked in this session, or a second answer, is refused',
    why: 'else anybody could answer for another, or change what was answered',
  },
  {
    says: 'a request of a server under an id that waits for its answer already goes no further',
    why: 'which of the two was answered nobody could tell',
  },
  {
    says: 'a page of an origin that nobody allowed is refused',
    why: 'the transport asks for it, against DNS rebinding; `server.allowedOrigins` allows one',
  },
];
