/** The `Link` header of a page (RFC 8288): itself and, where there is one, the next. */
export function linksOf(
  publicUrl: string,
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  next: string | undefined,
): string {
  const link = (after: string | number | undefined, rel: string): string => {
    const url = new URL(path, publicUrl);
    for (const [name, value] of Object.entries({ ...query, after }))
      if (value !== undefined) url.searchParams.set(name, String(value));
    // A comma or an angle bracket would end the link for a careless reader of the header.
    return `<${url.href.replaceAll(',', '%2C')}>; rel="${rel}"`;
  };
  return [link(query['after'], 'self'), ...(next === undefined ? [] : [link(next, 'next')])].join(', ');
}
