/** How TLS is spoken with a server of others, in node:tls' words. That it is verified is not among the choices. */
export type UpstreamTls = {
  /** PEM of certificate authorities to trust instead of Node's own list. */
  readonly ca?: string;
  /** PEM of the gateway's own certificate, and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** When it is not the URL's. */
  readonly servername?: string;
};
