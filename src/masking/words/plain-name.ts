/** A name without accents (`lucía` is `lucia`), so that a gazetteer needs each only once. */
export const plainName = (name: string): string =>
  /[^\x20-\x7e]/.test(name)
    ? name
        .normalize('NFD')
        .replaceAll(/[\u0300-\u036f]/g, '')
        .replaceAll('ł', 'l')
        .replaceAll('ø', 'o')
        .replaceAll('ß', 'ss')
    : name;
